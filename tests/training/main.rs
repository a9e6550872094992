//! Tests of training: bits, runs in pieces, trajectories, thresholds and stopping.

mod bernoulli;
mod bits;
mod normalised;
mod pieces;
mod preconditioned;
mod quasi_newton;
mod stopping;
mod support;
mod thresholds;
mod trajectories;
