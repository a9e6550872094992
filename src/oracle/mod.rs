//! Room **oracle**: exact results and proved error bounds for kernels and networks; case generators.
//!
//! Shares nothing with the engine: a kernel or network and its oracle agree only when both are right.
//!
//! | file | what is in it |
//! |---|---|
//! | [`Terms`] | the exact sum of products that a kernel approximates |
//! | [`Order`], [`gamma`] | how far the computed sum may be from it, as a theorem |
//! | [`Expected`] | what may come out: an interval, an infinity, NaN |
//! | [`rounded`] | the one right result of an operation that rounds once |
//! | [`Case`] | inputs that have been known to break kernels |
//! | [`graph`] | networks as PyTorch defines them; exact derivatives of small ones, proved bounds |
//! | [`judge`](fn@judge) | computed against expected: holds, broken, or a case that proves nothing |

mod bound;
mod cases;
pub mod graph;
mod judge;
pub mod rounded;
mod terms;

pub use bound::{Format, Order, gamma};
pub use cases::{Case, Family, cases};
pub use judge::{Outcome, Tally, judge};
pub use terms::{Expected, Terms};
