//! Room **diagnosis**: from a checkpoint and its data to measured curvature, and from there to the
//! criteria that hold.
//!
//! | file | what |
//! |---|---|
//! | `subject`, `architecture`, `matching` | the samples; the network; which tensor fills which parameter |
//! | `proposal` | the network that the tensors tell, for `--arch auto` |
//! | `objective`, `targets`, `split` | the training loss; the targets it accepts; whether samples are training samples |
//! | `optimizer`, `expectation` | the optimiser of the run; the loss that the user expects |
//! | `setting`, `mode` | η, B, β and sampling; the statistics that batch normalisation uses |
//! | `memory`, `machine` | the memory that a measurement will take; the memory that the machine has |
//! | `plan`, `run`, `setup` | everything that is said of a measurement; the same over samples, and a network loaded for it |
//! | `task`, `point` | what is diagnosed and with which effort; the point of a model in a mode |
//! | `reading`, `number` | the numbers measured at a point by either engine; an eigenvalue with its error bar |
//! | `single`, `double` | the reading of the f32 engine, and that of the f64 reference |
//! | `rounding`, `engines`, `shared_point` | the measured rounding error of f32 products; both engines at a point |
//! | `pace` | how long a measurement will take |
//! | `partial` | what is left out when the time is over |
//! | `sharpness_of_batches` | batch sharpness, an empirical number beside the criteria |
//! | `preconditioner`, `adaptive` | the saved state of an adaptive optimiser; its preconditioned sharpness |
//! | `on_test` | loss, accuracy, a and s on test samples |
//! | `one_step` | Theorem 1 measured on the full matrix, and what f32 loses there |
//! | `spectrum`, `eigenvalues`, `density`, `layers` | the largest eigenvalues with their vectors, traces, the density, the sharpness of each layer |
//! | `gradient_noise` | the gradient-noise interaction, a number of experience like batch sharpness |
//! | `thresholds` | the exact thresholds of the linearised network, and the verdict by them |
//! | `criteria`, `verdict`, `notes` | three-valued criteria, the verdict, and what the verdict leaves out |
//! | `untrained` | checkpoints of zeros, which are never called stable |
//! | `assessment` | a reading with its criteria and verdict; the comparison of f32 with f64 |
//! | `advice` | what to do when an interval contains the edge of a criterion |
//! | `answer`, `json`, `page`, `header`, `activations`, `text` | the whole answer, as JSON and as one screen of text |
//! | `follow` | a run, followed over its checkpoints |
//! | `support` | what each layer and each loss can do, found by running it |
//!
//! `criteria` and everything below it in this table read a [`Reading`], whichever engine measured it.

mod activations;
mod adaptive;
mod advice;
mod answer;
mod architecture;
mod assessment;
mod criteria;
pub mod density;
mod double;
mod eigenvalues;
mod engines;
mod expectation;
pub mod follow;
mod gradient_noise;
mod header;
mod json;
mod layers;
pub mod machine;
mod matching;
mod memory;
mod mode;
mod notes;
mod number;
mod objective;
mod on_test;
mod one_step;
mod optimizer;
mod pace;
mod page;
mod partial;
mod plan;
mod point;
mod preconditioner;
mod proposal;
mod reading;
mod rounding;
mod run;
mod setting;
mod setup;
mod shared_point;
mod sharpness_of_batches;
mod single;
mod spectrum;
mod split;
mod subject;
pub mod support;
mod targets;
mod task;
mod text;
mod thresholds;
mod untrained;
mod verdict;

pub use crate::criterion::Role;
pub use adaptive::PreconditionedSharpness;
pub use answer::{Diagnosis, Extras, ModeDiagnosis, bounds, forecast};
pub use assessment::{Assessment, Comparison};
pub use criteria::{MeasuredCriterion, Range};
pub use eigenvalues::{Eigenvalues, Listed};
pub use header::about;
pub use layers::LayerSharpness;
pub use matching::{Assigned, Assignment, Exchangeable, Filled, OrderedBy, RequestedOrder, fill};
pub use memory::{Forecast, bytes, check_contents, check_file};
pub use mode::Mode;
pub use number::{Number, Status};
pub use objective::{Objective, in_words};
pub use on_test::OnTest;
pub use one_step::{Growth, OneStep, OneStepAnswer};
pub use optimizer::Optimizer;
pub use pace::Pace;
pub use page::{Names, page};
pub use plan::Plan;
pub use preconditioner::Preconditioner;
pub use proposal::Proposal;
pub use reading::{Along, Both, Compared, OtherMatrix, Precision, Reading, Rounding};
pub use run::Run;
pub use setting::Setting;
pub use setup::{Loaded, Setup};
pub use sharpness_of_batches::SharpnessOfBatches;
pub use spectrum::{Spectrum, SpectrumRequest};
pub use subject::{LoadedNetwork, Request, Samples, check, load, load_test};
pub use task::{Effort, Only, Task, Wanted};
pub use text::{counted, padded, width};
pub use thresholds::{CertificateAnswer, ThresholdAnswer, ThresholdRequest, ThresholdsFound};
pub use verdict::{Judgement, Justification, Stability};
