//! Scalars that round to nearest, for proofs in floating-point arithmetic.

use rug::Float;

use super::{Exact, Precise, Real, Whole};

/// A number with a fixed count of bits whose four operations and square root round to nearest (relative
/// error at most `u = 2^−BITS`), so that classical error analysis applies.
pub trait Rounded: Real {
    /// The number of significant bits; the unit roundoff is `u = 2^−BITS`.
    const BITS: u32;

    /// `value · 2^exponent`, with a relative error of at most `2u`.
    fn scaled(value: &Whole, exponent: i32) -> Self;

    /// `self −= a·b`, rounded once or twice.
    fn subtract_product(&mut self, a: &Self, b: &Self);

    /// The exact value; `None` when it is not finite.
    fn to_exact(&self) -> Option<Exact>;
}

impl Rounded for f64 {
    const BITS: u32 = f64::MANTISSA_DIGITS;

    fn scaled(value: &Whole, exponent: i32) -> Self {
        value.scaled_to_f64(exponent)
    }

    fn subtract_product(&mut self, a: &Self, b: &Self) {
        *self -= a * b;
    }

    fn to_exact(&self) -> Option<Exact> {
        Exact::from_f64(*self)
    }
}

impl<const BITS: u32> Rounded for Precise<BITS> {
    const BITS: u32 = BITS;

    fn scaled(value: &Whole, exponent: i32) -> Self {
        Precise(Float::with_val(BITS, &value.0) << exponent)
    }

    fn subtract_product(&mut self, a: &Self, b: &Self) {
        self.0 -= &a.0 * &b.0;
    }

    fn to_exact(&self) -> Option<Exact> {
        Precise::to_exact(self)
    }
}
