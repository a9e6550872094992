//! Room **number**: the scalars every formula of the theory runs over.
//!
//! A criterion is written once, generic over [`Field`], and then run over
//!
//! | scalar | what it is | at the edge |
//! |---|---|---|
//! | [`Exact`] | a rational number | decides |
//! | [`Interval`] | an outward-rounded enclosure with `BITS` bits | abstains |
//! | [`Precise`] | one rounded number with `BITS` bits | proves nothing |
//! | `f64`, `f32` | the machine's numbers | prove nothing |
//! | [`Symbol`] | an expression that prints itself as LaTeX | is not asked |
//!
//! Comparison is three-valued and belongs to the scalar ([`Field::compare`]): there is no
//! `PartialOrd` bound, so an overlapping interval can never silently count as "not less".
//! [`Field`] holds what is decidable over ℚ; [`Real`] adds roots, exponentials and logarithms, and [`Exact`]
//! does not implement it: a claim that needs a root cannot be decided over ℚ *by its signature*.
//!
//! [`Whole`] numbers carry rational matrices over one denominator, and [`Rounded`] names the
//! scalars of which a rounding error is bounded; neither is a field of formulas.
//!
//! This is the only room in which the crate `rug` is named.

mod decimal;
mod exact;
mod field;
mod interval;
mod native;
mod ops;
mod parse;
mod precise;
mod rounded;
mod symbol;
mod verdict;
mod whole;

pub use exact::Exact;
pub use field::{Field, Imply, Real};
pub use interval::Interval;
pub use parse::{BLANKS, LONGEST_NUMBER};
pub use precise::Precise;
pub use rounded::Rounded;
pub use symbol::Symbol;
pub use verdict::Verdict;
pub use whole::Whole;
