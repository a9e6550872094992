//! Room **diagnosis**: a checkpoint and its data → measured curvature → which criteria hold.
//!
//! | file | what |
//! |---|---|
//! | `subject`, `architecture`, `matching` | samples; the network that is named; tensors to parameters |
//! | `objective`, `targets`, `split` | the loss that is descended; what it takes for targets; training samples or not |
//! | `optimizer`, `expectation` | the run's optimiser; the loss that the user has seen |
//! | `setting`, `mode` | η, B, β, sampling; statistics of batch normalisation |
//! | `memory`, `machine` | the forecast; what the machine has |
//! | `task`, `point` | what is diagnosed and how; the point of a model in a mode |
//! | `reading`, `number` | what is measured at a point, whichever engine measures it; an eigenvalue with its bar |
//! | `single`, `double` | the reading of the engine in f32, and of the reference in f64 |
//! | `rounding`, `shared_point` | how far rounding has moved the products of f32; a point for both engines |
//! | `criteria`, `verdict`, `notes` | what follows from it, three-valued, and what it does not say |
//! | `untrained` | a checkpoint of zeros, which is never called stable |
//! | `assessment` | a reading, judged; two of one point compared: was f32 enough? |
//! | `advice` | what helps where an interval reaches across an edge |
//! | `answer`, `json`, `page`, `header`, `activations`, `text` | the whole answer, as JSON and on one screen |
//! | `follow` | a run followed over its checkpoints |
//! | `support` | which layers and losses can do what, found by doing it |
//!
//! Everything from `criteria` on reads a [`Reading`], whatever engine measured it.

mod activations;
mod advice;
mod answer;
mod architecture;
mod assessment;
mod criteria;
mod double;
mod expectation;
pub mod follow;
mod header;
mod json;
pub mod machine;
mod matching;
mod memory;
mod mode;
mod notes;
mod number;
mod objective;
mod optimizer;
mod page;
mod point;
mod reading;
mod rounding;
mod setting;
mod shared_point;
mod single;
mod split;
mod subject;
pub mod support;
mod targets;
mod task;
mod text;
mod untrained;
mod verdict;

pub use crate::criterion::Role;
pub use answer::{Diagnosis, Extras, ModeDiagnosis, bounds, forecast};
pub use assessment::{Assessment, Comparison};
pub use criteria::{MeasuredCriterion, Range};
pub use header::about;
pub use matching::{Assigned, Assignment, Exchangeable, Filled, OrderedBy, RequestedOrder, fill};
pub use memory::{Forecast, bytes, check_contents, check_file};
pub use mode::Mode;
pub use number::{Number, Status};
pub use objective::{Objective, in_words};
pub use optimizer::Optimizer;
pub use page::{Names, page};
pub use reading::{Along, Both, Compared, OtherMatrix, Precision, Reading, Rounding};
pub use setting::Setting;
pub use subject::{Model, Request, Samples, check, load};
pub use task::{Effort, Task};
pub use text::{counted, padded, width};
pub use verdict::{Judgement, Justification, Stability};
