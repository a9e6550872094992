//! Room **experiment**: a file or folder per experiment. Experiments are pure functions: they print
//! nothing, write no files and read no clock.
//!
//! An experiment consists of *cells* that are independent of each other, so that they can be run in any
//! order, spread over machines, and resumed. The outcome of a cell is plain data; from all outcomes the
//! experiment makes its [`Record`](crate::record::Record).
//!
//! | file | what is in it |
//! |---|---|
//! | `study` | what an experiment has to give |
//! | `registry` | the list of all experiments |
//! | `trained`, `group` | networks trained on images and measured, one by one and over seeds |
//! | `published`, `statistics` | the numbers of others, means with their errors |
//! | `tiny` | networks small enough for exact derivatives |
//! | the others | one experiment each: in a folder, `cell` is what is computed, `page` what is reported |

pub mod descent;
pub mod engine;
mod group;
pub mod published;
mod registry;
pub mod regression;
pub mod restart;
pub mod sampling;
pub mod statistics;
pub mod stochastic;
mod study;
pub mod tiny;
pub mod toy;
pub mod trained;

pub use registry::studies;
pub use study::{Cell, Context, Scale, Study};
