//! Room **oracle**: exact results and proved error bounds for kernels and networks; case generators.
//!
//! The oracle shares nothing with the engine: a kernel or network agrees with its oracle only if both
//! are right.
//!
//! | file | contents |
//! |---|---|
//! | [`Terms`] | the exact sum of products that a kernel approximates |
//! | [`Order`], [`gamma`] | the proved bound on the distance of the computed sum from the exact one |
//! | [`Expected`] | the permitted results: an interval, an infinity, NaN |
//! | [`rounded`] | the one correct result of an operation that rounds once |
//! | [`Case`] | inputs that are known to break kernels |
//! | [`graph`] | networks as PyTorch defines them; exact derivatives of small ones, proved bounds |
//! | [`unary`] | functions of one number: exact errors in ulps, and a proved filter |
//! | [`judge`](fn@judge) | compares computed with expected: holds, broken, or a case that proves nothing |

mod bound;
mod cases;
pub mod graph;
mod judge;
pub mod rounded;
mod terms;
pub mod unary;

pub use bound::{Format, Order, gamma};
pub use cases::{Case, Family, cases};
pub use judge::{Outcome, Tally, judge};
pub use terms::{Expected, Terms};
