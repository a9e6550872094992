//! Room **train**: gradient descent and SGD, batch sampling, stopping.
//!
//! A run is a function of its plan: random numbers are counter-based ([`random`]), so step `t` of
//! a run draws the same batch however the run got there, on any number of threads.

pub mod random;
mod run;
mod sampler;

pub use run::{Ending, Plan, Run, Stop, train};
pub use sampler::{Batches, Sampler};
