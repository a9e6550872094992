//! Room **experiment**: one file per experiment, `configuration → record`, pure: no printing, no
//! files, no clock.
//!
//! An experiment is cut into *cells* that know nothing of each other, so that they can be run in
//! any order, in shards, and resumed. A cell's outcome is plain data; from all outcomes the
//! experiment makes its [`Record`](crate::record::Record).

pub mod descent;
pub mod engine;
mod group;
pub mod point;
pub mod published;
pub mod regression;
pub mod restart;
pub mod sampling;
pub mod statistics;
pub mod stochastic;
mod study;
pub mod tiny;
pub mod toy;

pub use study::{Cell, Context, Scale, Study, studies};
