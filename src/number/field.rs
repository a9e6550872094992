//! The traits that formulas are generic over.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use nalgebra::Scalar;
use num_traits::{One, Zero};

use super::exact::Exact;

mod sealed {
    pub trait Is<T> {
        type Is;
    }

    impl<T, U> Is<T> for U {
        type Is = T;
    }
}

/// Makes a bound on a borrowed type an *implied* bound.
///
/// `trait Field: for<'a> Imply<&'a Self, Is: Mul<Output = Self>>` lets generic code write `&a * &b`
/// without repeating a where-clause. The crates `imply-hack` and `faer-traits` use the same idea.
pub trait Imply<T>: sealed::Is<T, Is = T> {}

impl<T, U> Imply<T> for U {}

/// A number with the four operations and a three-valued comparison: everything that is decidable over
/// ℚ.
///
/// There is no `Copy` (rationals are not), no `PartialOrd` (intervals overlap) and no
/// constructor from floats (0.1 is not 1/10). Constants enter by [`Field::ratio`] and
/// [`Field::int`], data by [`Field::from_exact`].
pub trait Field:
    Scalar
    + Zero
    + One
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + for<'a> Add<&'a Self, Output = Self>
    + for<'a> Sub<&'a Self, Output = Self>
    + for<'a> Mul<&'a Self, Output = Self>
    + for<'a> Div<&'a Self, Output = Self>
    + for<'a> AddAssign<&'a Self>
    + for<'a> SubAssign<&'a Self>
    + for<'a> Imply<
        &'a Self,
        Is: Neg<Output = Self>
                + Add<Output = Self>
                + Sub<Output = Self>
                + Mul<Output = Self>
                + Div<Output = Self>
                + Add<Self, Output = Self>
                + Sub<Self, Output = Self>
                + Mul<Self, Output = Self>
                + Div<Self, Output = Self>,
    >
{
    /// Converts a rational: exactly, to the nearest number, or to an enclosure, depending on the
    /// scalar.
    fn from_exact(value: &Exact) -> Self;

    /// Compares two numbers; `None` when this scalar cannot tell.
    fn compare(&self, other: &Self) -> Option<Ordering>;

    /// The square. Never write `x * x`: over intervals `[−1, 2]²` is `[0, 4]`, but
    /// `[−1, 2]·[−1, 2]` is `[−2, 4]`.
    #[must_use]
    fn square(&self) -> Self {
        self * self
    }

    /// The constant `numerator / denominator`, as written in a formula.
    ///
    /// # Panics
    /// When the denominator is zero.
    fn ratio(numerator: i64, denominator: u64) -> Self {
        Self::from_exact(&Exact::fraction(numerator, denominator))
    }

    /// The integer constant `value`.
    fn int(value: i64) -> Self {
        Self::ratio(value, 1)
    }

    /// The result of comparing with zero; `None` when this scalar cannot tell.
    fn sign(&self) -> Option<Ordering> {
        self.compare(&Self::zero())
    }
}

impl Field for Exact {
    fn from_exact(value: &Exact) -> Self {
        value.clone()
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A field with roots, exponentials, logarithms, π and the error function.
///
/// [`Exact`] does not implement it. A criterion bounded by [`Field`] alone is therefore exactly
/// decidable, and its signature says so:
///
/// ```compile_fail,E0277
/// use sgd_stability::number::{Exact, Real};
/// fn needs_a_root<T: Real>(x: &T) -> T { x.sqrt() }
/// needs_a_root(&Exact::from(2));
/// ```
pub trait Real: Field {
    /// The square root of a non-negative number. An interval that reaches below zero is cut at
    /// zero; a negative native number gives NaN.
    #[must_use]
    fn sqrt(&self) -> Self;

    /// `e` to the power of this number.
    #[must_use]
    fn exp(&self) -> Self;

    /// The natural logarithm of a positive number, −∞ at zero.
    #[must_use]
    fn ln(&self) -> Self;

    /// The error function `(2/√π)·∫₀ˣ exp(−t²) dt`.
    #[must_use]
    fn erf(&self) -> Self;

    /// The constant π.
    fn pi() -> Self;
}
