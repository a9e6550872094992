//! Room **train**: optimisers, batch sampling, stopping.
//!
//! A run is a function of its plan, its start and its data. Random numbers are counter-based
//! ([`random`]), so step `t` draws the same batch on any number of threads, and also when the run was
//! stopped and resumed before it.
//!
//! | file | what |
//! |---|---|
//! | `plan` | everything that decides a run |
//! | `sampler` | which samples are in a batch |
//! | `optimiser` | how a gradient becomes a step, a file per method |
//! | `progress` | how far a run has come, and when it ends |
//! | `trainer`, `run` | a run step by step, and from start to end |
//! | `checkpoint` | a run in a file |

mod checkpoint;
mod optimiser;
mod plan;
mod progress;
pub mod random;
mod run;
mod sampler;
mod trainer;

pub use checkpoint::Checkpoint;
pub use optimiser::{AdaGrad, Adam, HeavyBall, Lbfgs, Memory, Nesterov, Optimiser, RmsProp};
pub use plan::{GradientStop, Plan, Stop};
pub use progress::{Ending, Progress, Run};
pub use run::train;
pub use sampler::{Batches, Sampler};
pub use trainer::{Step, Trainer};
