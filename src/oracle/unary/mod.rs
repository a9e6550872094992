//! The oracle of functions of one number: exact verdicts on single results, and a proved filter that
//! decides almost all of the 2³² inputs without it.
//!
//! # The unit of error
//!
//! The error of a result `y` is `|y − v|/ulp(v)`, a real number, where `v = f(x)` is the *unrounded* value
//! and
//!
//! ```text
//! ulp(v) = 2^(max(⌊log₂|v|⌋, −126) − 23).
//! ```
//!
//! * At a power of two, `v = 2^k` belongs to the binade above: its unit is the larger one. A value just
//!   below `2^k` has half that unit.
//! * Below the normal range, and at zero, the unit is 2⁻¹⁴⁹, the least subnormal number.
//! * Above the largest finite number the formula is the same. The right result is an infinity where
//!   `|v| ≥ 2¹²⁸(1 − 2⁻²⁵)`, the point from which rounding to nearest overflows, and such an infinity has no
//!   error. An infinity below that point is a fault. A finite result above that point is judged by its
//!   error like any other, and is a fault if the error is larger than permitted.

mod block;
mod circle;
mod disc;
mod finding;
mod limits;
mod polynomial;
mod reflection;
mod shape;

pub use crate::number::Special as Function;
pub use block::{Block, Margin, blocks};
pub(super) use finding::compare;
pub use finding::{Edges, Finding, OVERFLOW, decide, judge, nearest, round};
pub use limits::{Expected, expected};
pub use shape::{Direction, Parity, direction, may_be_exact, parity};
