//! Room **train**: optimisers, batch sampling, stopping.
//!
//! A run is a function of its plan: random numbers are counter-based ([`random`]), so step `t` of
//! a run draws the same batch however the run got there, on any number of threads and in any number
//! of pieces.
//!
//! | file | what |
//! |---|---|
//! | `plan` | everything that decides a run |
//! | `sampler` | which samples stand in a batch |
//! | `optimiser` | how a gradient becomes a step, one file each |
//! | `trainer`, `run` | a run step by step, and in one go |
//! | `checkpoint` | a run in a file |

mod checkpoint;
mod optimiser;
mod plan;
pub mod random;
mod run;
mod sampler;
mod trainer;

pub use checkpoint::Checkpoint;
pub use optimiser::{AdaGrad, Adam, HeavyBall, Lbfgs, Memory, Nesterov, Optimiser, RmsProp};
pub use plan::{GradientStop, Plan, Stop};
pub use run::{Ending, Run, train};
pub use sampler::{Batches, Sampler};
pub use trainer::{Progress, Step, Trainer};
