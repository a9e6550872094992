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
//! Each public module is a *room*. A room may import only rooms below it in this table;
//! `tests/architecture` enforces that.
//!
//! | room | contents |
//! |---|---|
//! | [`report`] | turns records into HTML, SVG and CSV |
//! | [`sweep`] | which cells to run, shards, resume, merge |
//! | [`diagnosis`] | from a checkpoint and its data to measured curvature and the criteria that hold |
//! | [`experiment`] | one file per experiment: from its configuration to its record |
//! | [`record`] | what an experiment hands to the report: sentences, tables, figures |
//! | [`reference`](mod@reference) | the same curvature in f64, computed independently |
//! | [`threshold`] | the learning rates up to which SGD is stable at a minimum of a network |
//! | [`curvature`] | sharpness, non-uniformity, smallest eigenvalue, with residual bounds |
//! | [`train`] | optimisers, batch sampling, stopping |
//! | [`network`] | forward, backward, directional derivative, per-sample products |
//! | [`trial`] | puts numerical kernels on trial, ours and anyone's, against the oracle |
//! | [`kernel`] | f32 SIMD kernels; all unsafe code |
//! | [`dataset`] | readers; the embedded Fashion-MNIST subset |
//! | [`oracle`] | exact results and proved bounds for kernels and networks |
//! | [`search`] | finds exact counter-examples to a conjecture and shrinks them |
//! | [`claim`] | the parts of a claim; counted evidence |
//! | [`decide`] | exact verdicts, certified critical learning rates |
//! | [`criterion`] | every formula, written once |
//! | [`model`] | linear, quadratic and toy models; sampling schemes; exact moments |
//! | [`matrix`] | inertia and brackets over fields without roots |
//! | [`number`] | exact, interval, precise, native and symbolic scalars |
//!
//! [`error`], [`read`], [`shard`], [`work`] and [`mod@write`] serve all rooms.

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
pub mod shard;
pub mod sweep;
pub mod threshold;
pub mod train;
pub mod trial;
pub mod work;
pub mod write;

/// Runs the examples of the page on the library as doctests.
#[cfg(doctest)]
#[doc = include_str!("../docs/the-library.md")]
struct TheLibrary;

/// Runs the example of the page on kernels as a doctest.
#[cfg(doctest)]
#[doc = include_str!("../docs/kernels-on-trial.md")]
struct KernelsOnTrial;
