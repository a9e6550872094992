//! Room **train**: optimisers, batch sampling, stopping.
//!
//! A run is determined by its plan, its initial state and its data. Random numbers are counter-based
//! ([`random`]), so step `t` draws the same batch for any number of threads, and also after the run has
//! been stopped and resumed.
//!
//! | file | contents |
//! |---|---|
//! | `plan` | everything that determines a run, besides network, initial state and data |
//! | `sampler` | which samples are in a batch |
//! | `optimiser` | how a gradient becomes a step, one file per method |
//! | `progress` | how far a run has come, and when it ends |
//! | `trainer`, `run` | a run step by step, and from start to end |
//! | `checkpoint` | a run saved to a file |

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
