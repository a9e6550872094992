//! Room **experiment**: the experiments, one file or folder for each. Experiments are pure functions:
//! they print nothing, write no files and read no clock.
//!
//! An experiment consists of *cells* that do not depend on each other, so that they can be run in any
//! order, spread over machines, and resumed. The outcome of a cell is plain data. From the outcomes of
//! all cells, the experiment makes its [`Record`](crate::record::Record).
//!
//! | file | contents |
//! |---|---|
//! | `study` | the trait of an experiment |
//! | `registry` | the list of all experiments |
//! | `trained`, `group` | training on images and measuring the result; groups of runs over several seeds |
//! | `published`, `statistics` | numbers published by others; means with their standard errors |
//! | `tiny` | networks small enough for exact derivatives |
//! | the others | one experiment each; in a folder, `cell` is what is computed and `page` what is reported |

pub mod adaptive;
pub mod descent;
pub mod engine;
mod group;
pub mod lbfgs;
pub mod momentum;
pub mod published;
mod registry;
pub mod regression;
pub mod restart;
pub mod sampling;
pub mod silu;
pub mod statistics;
pub mod stochastic;
mod study;
pub mod threshold;
pub mod tiny;
pub mod toy;
pub mod trained;

pub use registry::studies;
pub use study::{Cell, Context, Scale, Study};
