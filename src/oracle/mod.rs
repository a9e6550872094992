//! Room **oracle**: exact results and proved error bounds for kernels and networks; case generators.
//!
//! The oracle shares nothing with the engine: a kernel or network agrees with its oracle only if both
//! are right.
//!
//! | file | contents |
//! |---|---|
//! | [`Terms`] | the exact sum of products that a kernel approximates |
//! | [`Order`], [`gamma`] | the proved bound on the distance of the computed sum from the exact one |
//! | [`LongSum`], [`AnyOrder`] | the same in one long fixed-point number; the bound for every order of additions |
//! | [`Expected`] | the permitted results: an interval, an infinity, NaN |
//! | [`rounded`] | the one correct result of an operation that rounds once |
//! | [`Case`] | inputs that are known to break kernels |
//! | [`graph`] | networks as PyTorch defines them; exact derivatives of small ones, proved bounds |
//! | [`unary`] | functions of one number: exact errors in ulps, and a proved filter |
//! | [`binary`] | functions of two numbers: exact errors in ulps |
//! | [`look`], [`judge`](fn@judge) | compares computed with expected: holds, broken, or a case that proves nothing |

mod any_order;
pub mod binary;
mod bound;
mod cases;
pub mod graph;
mod judge;
mod long_sum;
pub mod rounded;
mod terms;
pub mod unary;

pub use any_order::AnyOrder;
pub use bound::{Format, Order, gamma};
pub use cases::{Case, Family, cases};
pub use judge::{Breach, Outcome, Sight, Tally, judge, look};
pub use long_sum::LongSum;
pub use terms::{Expected, Terms};
