//! Training: bits, pieces, trajectories, thresholds, stopping.

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
