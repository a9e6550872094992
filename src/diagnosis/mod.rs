//! Room **diagnosis**: a checkpoint and its data → measured curvature → which criteria hold.
//!
//! | file | what |
//! |---|---|
//! | `subject`, `architecture`, `matching` | samples; the network that is named; tensors to parameters |
//! | `objective`, `targets`, `part` | the loss that is descended; what it takes for targets; training samples or not |
//! | `optimizer`, `expectation` | the run's optimiser; the loss that the user has seen |
//! | `filling` | which tensor fills which layer |
//! | `setting`, `mode` | η, B, β, sampling; statistics of batch normalisation |
//! | `memory`, `machine` | the forecast; what the machine has |
//! | `reading`, `number` | what is measured at a point; an eigenvalue with its bar |
//! | `rounding`, `wide` | what f32 has rounded in it; the point in f64 |
//! | `criteria`, `verdict`, `notes` | what follows from it, three-valued, and what it does not say |
//! | `advice` | what helps where an interval reaches across an edge |
//! | `precision` | the same in f64: was f32 enough? |
//! | `answer`, `page`, `header`, `activations`, `text` | the whole answer, as JSON and on one screen |
//! | `follow` | a run followed over its checkpoints |
//! | `support` | which layers and losses can do what, found by doing it |
//!
//! Everything from `criteria` on reads a [`Reading`], whatever engine measured it.

mod activations;
mod advice;
mod answer;
mod architecture;
mod blank;
mod criteria;
mod expectation;
mod filling;
pub mod follow;
mod header;
pub mod machine;
mod matching;
mod memory;
mod mode;
mod notes;
mod number;
mod objective;
mod optimizer;
mod page;
mod part;
mod precision;
mod reading;
mod rounding;
mod setting;
mod subject;
pub mod support;
mod targets;
mod text;
mod verdict;
mod wide;

pub use answer::{Case, Diagnosis, Extras, Finding, bounds, forecast};
pub use criteria::{Criterion, Range, Role};
pub use filling::{Exchangeable, Filler, Filling};
pub use header::about;
pub use matching::{Filled, Grounds, Wish, fill};
pub use memory::{Forecast, bytes, check_contents, check_file};
pub use mode::Mode;
pub use number::{Number, Status};
pub use objective::{Objective, in_words};
pub use optimizer::Optimizer;
pub use page::page;
pub use part::Split;
pub use precision::Again;
pub use reading::{Along, Effort, Other, Reading};
pub use rounding::{Compared, Precision, Rounding};
pub use setting::Setting;
pub use subject::{Model, Request, Samples, check, load};
pub use verdict::{Basis, Judgement, Stability};
