//! # sgd-stability
//!
//! Exact, certified and fast verification of the theory of which minima SGD can reach
//! (Wu, Ma and E, NeurIPS 2018, and its successors).
//!
//! ## Four words
//!
//! * **model**: a loss with known per-sample curvature.
//! * **criterion**: a formula that says whether a minimum is stable.
//! * **claim**: hypotheses ⇒ criterion ⇔ behaviour, with a source.
//! * **experiment**: a measurement with its uncertainty.
//!
//! ## The map of the rooms
//!
//! A room may import only rooms that stand below it; `tests/architecture.rs` keeps it so.
//!
//! | room | what is in it |
//! |---|---|
//! | [`report`] | records → HTML, SVG, CSV |
//! | [`sweep`] | which cells to run, shards, resume, merge |
//! | [`diagnosis`] | a checkpoint and its data → measured curvature → which criteria hold |
//! | [`experiment`] | one file per experiment: configuration → record |
//! | [`record`] | what an experiment hands to the report: sentences, tables, figures |
//! | [`reference`](mod@reference) | the same curvature in f64, by another road |
//! | [`curvature`] | sharpness, non-uniformity, smallest eigenvalue, with residual bounds |
//! | [`train`] | optimisers, batch sampling, stopping |
//! | [`network`] | forward, backward, directional derivative, per-sample products |
//! | [`kernel`] | f32 SIMD kernels; all unsafe code |
//! | [`dataset`] | readers; the embedded Fashion-MNIST subset |
//! | [`oracle`] | exact results and proved bounds for kernels and networks |
//! | [`search`] | exact counter-examples to a conjecture, found and made small |
//! | [`claim`] | what a claim must have; counted evidence |
//! | [`decide`] | exact verdicts, certified critical learning rates |
//! | [`criterion`] | formulas, once each |
//! | [`model`] | linear, quadratic, toy; sampling schemes; exact moments |
//! | [`matrix`] | inertia and brackets over any field |
//! | [`number`] | exact, interval, precise, native and symbolic scalars |
//!
//! [`error`], [`read`], [`work`] and [`mod@write`] serve every room.

pub mod claim;
pub mod criterion;
pub mod curvature;
pub mod dataset;
pub mod decide;
pub mod diagnosis;
pub mod error;
pub mod experiment;
pub mod kernel;
pub mod matrix;
pub mod model;
pub mod network;
pub mod number;
pub mod oracle;
pub mod read;
pub mod record;
pub mod reference;
pub mod report;
pub mod search;
pub mod sweep;
pub mod train;
pub mod work;
pub mod write;

/// The examples of the page on the library are tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/the-library.md")]
struct TheLibrary;
