//! Floating-point numbers of many bits.

use std::cmp::Ordering;
use std::fmt;

use num_traits::{One, Zero};
use rug::Float;
use rug::float::Constant;

use super::ops::operators;
use super::{Exact, Field, Real};

/// An MPFR number with `BITS` bits, rounded to nearest after every operation.
///
/// It proves nothing (use [`super::Interval`] for proofs). It serves to draw trajectories and to check
/// results in `f64`. The precision is part of the type, so that zero and one have it too.
#[derive(Clone, Debug, PartialEq)]
pub struct Precise<const BITS: u32>(pub(super) Float);

impl<const BITS: u32> Precise<BITS> {
    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64()
    }

    /// The exact rational value; `None` for NaN and ±∞.
    pub fn to_exact(&self) -> Option<Exact> {
        self.0.to_rational().map(Exact)
    }

    fn add_ref(&self, other: &Self) -> Self {
        Self(Float::with_val(BITS, &self.0 + &other.0))
    }

    fn sub_ref(&self, other: &Self) -> Self {
        Self(Float::with_val(BITS, &self.0 - &other.0))
    }

    fn mul_ref(&self, other: &Self) -> Self {
        Self(Float::with_val(BITS, &self.0 * &other.0))
    }

    fn div_ref(&self, other: &Self) -> Self {
        Self(Float::with_val(BITS, &self.0 / &other.0))
    }

    fn neg_ref(&self) -> Self {
        Self(Float::with_val(BITS, -&self.0))
    }
}

operators!([const BITS: u32] Precise<BITS>);

impl<const BITS: u32> Zero for Precise<BITS> {
    fn zero() -> Self {
        Self(Float::new(BITS))
    }

    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl<const BITS: u32> One for Precise<BITS> {
    fn one() -> Self {
        Self(Float::with_val(BITS, 1))
    }
}

impl<const BITS: u32> Field for Precise<BITS> {
    fn from_exact(value: &Exact) -> Self {
        Self(Float::with_val(BITS, &value.0))
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }

    fn square(&self) -> Self {
        Self(Float::with_val(BITS, self.0.square_ref()))
    }
}

impl<const BITS: u32> Real for Precise<BITS> {
    fn sqrt(&self) -> Self {
        Self(Float::with_val(BITS, self.0.sqrt_ref()))
    }

    fn exp(&self) -> Self {
        Self(Float::with_val(BITS, self.0.exp_ref()))
    }

    fn ln(&self) -> Self {
        Self(Float::with_val(BITS, self.0.ln_ref()))
    }

    fn erf(&self) -> Self {
        Self(Float::with_val(BITS, self.0.erf_ref()))
    }

    fn pi() -> Self {
        Self(Float::with_val(BITS, Constant::Pi))
    }
}

impl<const BITS: u32> fmt::Display for Precise<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
