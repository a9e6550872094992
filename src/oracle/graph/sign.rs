//! Ordinary sums, and sums with every term taken positive, which bound rounding errors.

use std::cmp::Ordering;

use crate::number::Real;

/// The sign with which the terms of a sum are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// With their own signs.
    AsIs,
    /// In absolute value, so that every term is positive.
    Positive,
}

impl Sign {
    /// A factor, or a number that is added: with positive terms its absolute value.
    pub fn added(self, number: f32) -> f32 {
        match self {
            Sign::AsIs => number,
            Sign::Positive => number.abs(),
        }
    }

    /// A number that is subtracted: with positive terms the difference becomes a sum.
    pub fn subtracted(self, number: f32) -> f32 {
        match self {
            Sign::AsIs => number,
            Sign::Positive => -number.abs(),
        }
    }
}

/// The absolute values of `values`.
pub(super) fn absolute<T: Real>(values: &[T]) -> Vec<T> {
    let absolute = |x: &T| {
        if x.sign() == Some(Ordering::Less) {
            -x
        } else {
            x.clone()
        }
    };
    values.iter().map(absolute).collect()
}
