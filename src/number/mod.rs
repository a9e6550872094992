//! Room **number**: the scalars that every formula of the theory is evaluated with.
//!
//! A criterion is written once, generic over [`Field`], and then evaluated over
//!
//! | scalar | what it is | on the edge of stability |
//! |---|---|---|
//! | [`Exact`] | a rational number | decides |
//! | [`Interval`] | an outward-rounded enclosure with `BITS` bits | abstains |
//! | [`Precise`] | one rounded number with `BITS` bits | proves nothing |
//! | `f64`, `f32` | the machine's numbers | prove nothing |
//! | [`Symbol`] | an expression that prints itself as LaTeX | is not asked |
//!
//! Comparison is three-valued and belongs to the scalar ([`Field::compare`]). There is no `PartialOrd`
//! bound, so an overlapping interval can never silently count as "not less". [`Field`] has the
//! operations that are decidable over ℚ; [`Real`] adds roots, exponentials, logarithms, π and the error
//! function. [`Exact`] does not implement `Real`, so the signature of a formula that needs a root says that
//! it cannot be decided over ℚ.
//!
//! [`Whole`] is the integer type of rational matrices over a common denominator, and [`Rounded`] the
//! trait of scalars with a known rounding error; formulas use neither.
//!
//! [`Special`] encloses the functions of a mathematical library in [`Bracket`]s of any number of bits, which
//! the oracle of such functions asks for.
//!
//! Only this room uses the crate `rug`.

mod bivariate;
mod bracket;
mod decimal;
mod exact;
mod field;
mod interval;
mod native;
mod ops;
mod parse;
mod precise;
mod rounded;
mod special;
mod symbol;
mod verdict;
mod whole;

pub use bivariate::{Bivariate, BivariateValue};
pub use bracket::{Bracket, Distance};
pub use exact::Exact;
pub use field::{Field, Imply, Real};
pub use interval::Interval;
pub use parse::{BLANKS, LONGEST_NUMBER};
pub use precise::Precise;
pub use rounded::Rounded;
pub use special::{SELU_ALPHA, SELU_SCALE, Special, quarter_turns};
pub use symbol::Symbol;
pub use verdict::Verdict;
pub use whole::Whole;
