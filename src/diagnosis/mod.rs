//! Room **diagnosis**: a checkpoint and its data → measured curvature → which criteria hold.
//!
//! | file | what |
//! |---|---|
//! | `subject`, `architecture`, `matching` | samples; the network that is named; tensors to parameters |
//! | `setting`, `mode` | η, B, β, sampling; statistics of batch normalisation |
//! | `memory`, `machine` | the forecast; what the machine has |
//! | `reading` | what is measured at a point |
//! | `rounding`, `wide` | what f32 has rounded in it; the point in f64 |
//! | `criteria`, `verdict`, `notes` | what follows from it, three-valued, and what it does not say |
//! | `advice` | what helps where an interval reaches across an edge |
//! | `precision` | the same in f64: was f32 enough? |
//! | `answer`, `page`, `text` | the whole answer, as JSON and on one screen |
//! | `follow` | a run followed over its checkpoints |
//! | `support` | which layers and losses can do what, found by doing it |
//!
//! Everything from `criteria` on reads a [`Reading`], whatever engine measured it.

mod advice;
mod answer;
mod architecture;
mod criteria;
pub mod follow;
pub mod machine;
mod matching;
mod memory;
mod mode;
mod notes;
mod page;
mod precision;
mod reading;
mod rounding;
mod setting;
mod subject;
pub mod support;
mod text;
mod verdict;
mod wide;

pub use answer::{Case, Diagnosis, Extras, Finding, bounds, forecast};
pub use criteria::{Criterion, Range, Role};
pub use matching::fill;
pub use memory::{Forecast, bytes, check_contents, check_file};
pub use mode::Mode;
pub use page::page;
pub use precision::Again;
pub use reading::{Along, Effort, Number, Other, Reading, Status};
pub use rounding::{Compared, Precision, Rounding};
pub use setting::Setting;
pub use subject::{Model, Request, Samples, load};
pub use verdict::{Basis, Judgement, Stability};
