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
//! | `splitting` | second moments of walks with heavy tails |
//! | `two_classes`, `small_networks` | two classes of images; small networks of convolutions that tell them apart |
//! | `tiny` | networks small enough for exact derivatives |
//! | the others | one experiment each; in a folder, `cell` is what is computed and `page` what is reported |

pub mod adaptive;
pub mod convolution;
pub mod descent;
pub mod diagram;
pub mod edge;
pub mod engine;
pub mod escape;
mod group;
pub mod lbfgs;
pub mod momentum;
pub mod published;
mod registry;
pub mod regression;
pub mod residual;
pub mod restart;
pub mod sampling;
pub mod silu;
mod small_networks;
pub mod splitting;
pub mod statistics;
pub mod stochastic;
mod study;
pub mod threshold;
pub mod tiny;
pub mod toy;
pub mod trained;
mod two_classes;

pub use registry::studies;
pub use study::{Cell, Context, Scale, Study};
