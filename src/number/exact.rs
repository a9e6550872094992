//! Rational numbers.

use std::cmp::Ordering;
use std::fmt;

use num_traits::{One, Zero};
use rug::float::Round;
use rug::{Float, Rational};

use super::ops::operators;

/// An exact rational number, always in lowest terms with a positive denominator.
///
/// A newtype of `rug::Rational`, whose `&a * &b` is an unfinished computation rather than a number.
/// Parses `"7/10"`, `"-3"`, `"0.125"`, `"1e-3"` (a decimal string means exactly that decimal) and
/// prints an integer or `p/q`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Exact(pub(super) Rational);

impl Exact {
    /// `numerator / denominator`.
    ///
    /// # Panics
    /// When the denominator is zero.
    pub fn fraction(numerator: i64, denominator: u64) -> Self {
        assert!(denominator != 0, "a fraction needs a denominator above 0");
        Exact(Rational::from((numerator, denominator)))
    }

    /// The exact value of a finite float (every float is a rational); `None` for NaN and ±∞.
    pub fn from_f32(value: f32) -> Option<Self> {
        Rational::from_f32(value).map(Exact)
    }

    /// The exact value of a finite float (every float is a rational); `None` for NaN and ±∞.
    pub fn from_f64(value: f64) -> Option<Self> {
        Rational::from_f64(value).map(Exact)
    }

    /// The nearest `f64`, ties to even; magnitudes above the range become ±∞.
    pub fn to_f64(&self) -> f64 {
        self.rounded(f64::MANTISSA_DIGITS).to_f64()
    }

    /// The nearest `f32`, ties to even; magnitudes above the range become ±∞.
    pub fn to_f32(&self) -> f32 {
        self.rounded(f32::MANTISSA_DIGITS).to_f32()
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(&self) -> Self {
        Exact(self.0.clone().abs())
    }

    /// `self` raised to a non-negative integer power.
    #[must_use]
    pub fn pow(&self, exponent: u32) -> Self {
        use rug::ops::Pow;
        Exact(self.0.clone().pow(exponent))
    }

    /// `2^exponent`.
    pub fn power_of_two(exponent: i32) -> Self {
        Exact(Rational::from(1) << exponent)
    }

    /// The size of the number: the bit length of its numerator or denominator, whichever is longer.
    pub fn bits(&self) -> u32 {
        let (numerator, denominator) = (self.0.numer(), self.0.denom());
        numerator
            .significant_bits()
            .max(denominator.significant_bits())
    }

    /// The fraction with the smallest denominator in the closed interval from `low` to `high`, found by
    /// continued fractions.
    ///
    /// # Panics
    /// When `low > high`.
    pub fn simplest_between(low: &Exact, high: &Exact) -> Exact {
        assert!(low <= high, "no number lies between {low} and {high}");
        if low.0.cmp0() != Ordering::Greater && high.0.cmp0() != Ordering::Less {
            return Exact::zero();
        }
        if high.0.cmp0() == Ordering::Less {
            return -Exact::simplest_between(&-high, &-low);
        }
        let floor = Exact(Rational::from(low.0.floor_ref()));
        if floor == *low {
            return floor;
        }
        let next = &floor + Exact::one();
        if next <= *high {
            return next;
        }
        let inner =
            Exact::simplest_between(&(high - &floor).reciprocal(), &(low - &floor).reciprocal());
        floor + inner.reciprocal()
    }

    /// `1 / self`.
    ///
    /// # Panics
    /// At zero.
    #[must_use]
    pub fn reciprocal(&self) -> Self {
        assert!(!self.is_zero(), "zero has no reciprocal");
        Exact(self.0.clone().recip())
    }

    /// Numerator and denominator as decimal strings, for output that typesets fractions.
    pub fn parts(&self) -> (String, String) {
        (self.0.numer().to_string(), self.0.denom().to_string())
    }

    /// The nearest IEEE number with this many bits; a subnormal result is rounded only once.
    fn rounded(&self, bits: u32) -> Float {
        let (mut value, direction) = Float::with_val_round(bits, &self.0, Round::Nearest);
        value.subnormalize_ieee_round(direction, Round::Nearest);
        value
    }

    fn add_ref(&self, other: &Self) -> Self {
        Exact(Rational::from(&self.0 + &other.0))
    }

    fn sub_ref(&self, other: &Self) -> Self {
        Exact(Rational::from(&self.0 - &other.0))
    }

    fn mul_ref(&self, other: &Self) -> Self {
        Exact(Rational::from(&self.0 * &other.0))
    }

    fn div_ref(&self, other: &Self) -> Self {
        assert!(!other.is_zero(), "exact division of {self} by zero");
        Exact(Rational::from(&self.0 / &other.0))
    }

    fn neg_ref(&self) -> Self {
        Exact(Rational::from(-&self.0))
    }
}

operators!([] Exact);

impl Zero for Exact {
    fn zero() -> Self {
        Exact(Rational::new())
    }

    fn is_zero(&self) -> bool {
        self.0.cmp0() == Ordering::Equal
    }
}

impl One for Exact {
    fn one() -> Self {
        Exact(Rational::from(1))
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Exact(Rational::from(value))
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(terms: I) -> Exact {
        terms.fold(Exact::zero(), |sum, term| sum + term)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_float_is_a_rational() {
        assert_eq!(Exact::from_f32(0.1), "13421773/134217728".parse().ok());
        assert_eq!(Exact::from_f64(f64::NAN), None);
        assert_eq!(Exact::from_f32(f32::INFINITY), None);
    }

    #[test]
    fn doubles_are_nearest_even_also_below_the_normal_range() {
        let tiny = f64::from_bits(1);
        let exact = Exact::from_f64(tiny).unwrap();
        assert_eq!((&exact * Exact::fraction(1, 2)).to_f64(), 0.0);
        assert_eq!((&exact * Exact::fraction(3, 2)).to_f64(), 2.0 * tiny);
        assert_eq!(Exact::fraction(1, 3).to_f64(), 1.0 / 3.0);
        assert_eq!(Exact::fraction(2, 3).to_f64(), 2.0 / 3.0);
    }

    #[test]
    fn the_simplest_fraction_between_two_numbers_is_found() {
        let between = |low: &str, high: &str| {
            Exact::simplest_between(&low.parse().unwrap(), &high.parse().unwrap()).to_string()
        };
        assert_eq!(between("3.1415", "3.1416"), "333/106");
        assert_eq!(between("-0.34", "-0.33"), "-1/3");
        assert_eq!(between("-1", "2"), "0");
        assert_eq!(between("5/7", "5/7"), "5/7");
        assert_eq!(between("1.2", "2.5"), "2");
    }
}
