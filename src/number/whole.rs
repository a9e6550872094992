//! Integers of any size, the entries of rational matrices over a common denominator.

use std::cmp::Ordering;
use std::fmt;

use num_traits::Zero;
use rug::{Integer, Rational};

use super::Exact;

/// An integer of any size.
///
/// Not a [`super::Field`], because it has no division. Products are added in place and never reduced by
/// common factors, which is what makes exact linear algebra fast.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Whole(pub(super) Integer);

impl Whole {
    /// Zero.
    pub fn zero() -> Self {
        Whole(Integer::new())
    }

    /// One.
    pub fn one() -> Self {
        Whole(Integer::from(1))
    }

    /// `self += a·b`.
    pub fn add_product(&mut self, a: &Whole, b: &Whole) {
        self.0 += &a.0 * &b.0;
    }

    /// `self −= a·b`.
    pub fn subtract_product(&mut self, a: &Whole, b: &Whole) {
        self.0 -= &a.0 * &b.0;
    }

    /// `self += other`.
    pub fn add(&mut self, other: &Whole) {
        self.0 += &other.0;
    }

    /// `self −= other`.
    pub fn subtract(&mut self, other: &Whole) {
        self.0 -= &other.0;
    }

    /// `self ·= other`.
    pub fn multiply(&mut self, other: &Whole) {
        self.0 *= &other.0;
    }

    /// `self / other`, where the division must leave no remainder.
    pub fn divide_exactly(&mut self, other: &Whole) {
        self.0.div_exact_mut(&other.0);
    }

    /// `a·b`.
    #[must_use]
    pub fn product(a: &Whole, b: &Whole) -> Whole {
        Whole(Integer::from(&a.0 * &b.0))
    }

    /// The least common multiple.
    #[must_use]
    pub fn least_common_multiple(&self, other: &Whole) -> Whole {
        Whole(Integer::from(self.0.lcm_ref(&other.0)))
    }

    /// The greatest common divisor, which is never negative; that of 0 and 0 is 0.
    #[must_use]
    pub fn greatest_common_divisor(&self, other: &Whole) -> Whole {
        Whole(Integer::from(self.0.gcd_ref(&other.0)))
    }

    /// `2^exponent`.
    pub fn power_of_two(exponent: u32) -> Whole {
        Whole(Integer::from(1) << exponent)
    }

    /// The sign, as a comparison with zero.
    pub fn sign(&self) -> Ordering {
        self.0.cmp0()
    }

    /// Is it zero?
    pub fn is_zero(&self) -> bool {
        self.sign().is_eq()
    }

    /// The number of bits of the magnitude; 0 for zero.
    pub fn bits(&self) -> u32 {
        self.0.significant_bits()
    }

    /// The residue from 0 to `modulus − 1`.
    ///
    /// # Panics
    /// When the modulus is zero.
    pub fn residue(&self, modulus: u32) -> u64 {
        u64::from(self.0.mod_u(modulus))
    }

    /// `self · 2^exponent` as an `f64`, with a relative error below `2^−52` wherever the result is a
    /// normal number (the mantissa is truncated, not rounded).
    pub fn scaled_to_f64(&self, exponent: i32) -> f64 {
        let (mantissa, own) = self.0.to_f64_exp();
        let own = i64::from(own) + i64::from(exponent);
        // Scale in two steps, so that neither power of two overflows or underflows before the result
        // does.
        let half = own.clamp(-2200, 2200) / 2;
        let rest = own.clamp(-2200, 2200) - half;
        mantissa * 2f64.powi(half as i32) * 2f64.powi(rest as i32)
    }
}

impl Exact {
    /// `numerator / denominator`.
    ///
    /// # Panics
    /// When the denominator is zero.
    pub fn quotient(numerator: &Whole, denominator: &Whole) -> Exact {
        assert!(!denominator.is_zero(), "a quotient by zero");
        Exact(Rational::from((&numerator.0, &denominator.0)))
    }

    /// The numerator in lowest terms.
    pub fn numerator(&self) -> Whole {
        Whole(self.0.numer().clone())
    }

    /// The denominator in lowest terms, which is positive.
    pub fn denominator(&self) -> Whole {
        Whole(self.0.denom().clone())
    }

    /// `⌊self · 2^bits + ½⌋`: the number rounded to an integer count of units of `2^−bits`.
    pub fn in_units_of(&self, bits: i32) -> Whole {
        let scaled = self.0.clone() << bits;
        Whole(scaled.round().numer().clone())
    }

    /// `log₂|self|` to within one; the smallest `i32` for zero.
    pub fn exponent(&self) -> i32 {
        if self.is_zero() {
            return i32::MIN;
        }
        let (numerator, denominator) = (self.0.numer(), self.0.denom());
        numerator.significant_bits() as i32 - denominator.significant_bits() as i32
    }

    /// The square root of a non-negative number, to about `bits` bits.
    ///
    /// # Panics
    /// When the number is negative.
    #[must_use]
    pub fn root(&self, bits: u32) -> Exact {
        assert!(self.0.cmp0().is_ge(), "the root of {self}");
        let root = rug::Float::with_val(bits.max(2), &self.0).sqrt();
        Exact(root.to_rational().unwrap_or_default())
    }

    /// The number rounded to about `bits` significant bits (a dyadic number).
    #[must_use]
    pub fn rounded_to(&self, bits: u32) -> Exact {
        if self.is_zero() {
            return self.clone();
        }
        let unit = bits as i32 - self.exponent();
        Exact(Rational::from(self.in_units_of(unit).0) >> unit)
    }
}

impl From<i64> for Whole {
    fn from(value: i64) -> Self {
        Whole(Integer::from(value))
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_numbers_are_near_and_scaled_without_overflow() {
        let third = Exact::fraction(1, 3);
        assert_eq!(third.in_units_of(2), Whole::from(1));
        assert_eq!(Exact::fraction(5, 2).in_units_of(0), Whole::from(3));
        let huge = Whole::power_of_two(3000);
        assert_eq!(huge.scaled_to_f64(-3000), 1.0);
        assert_eq!(huge.scaled_to_f64(0), f64::INFINITY);
        assert_eq!(Whole::from(-3).scaled_to_f64(1), -6.0);
        assert_eq!(Whole::zero().scaled_to_f64(-5000), 0.0);
        // 60 significant bits: the error is below one unit of the sixtieth bit.
        let near = (third.rounded_to(60) - &third).abs();
        assert!(near <= Exact::power_of_two(-60) && near > Exact::zero());
    }
}
