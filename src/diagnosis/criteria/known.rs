//! Measured numbers as the intervals that criteria are asked over.

use crate::model::Curvature;
use crate::number::{Field, Interval};

use super::super::number::Number;
use super::super::reading::{Along, Both, Reading};

/// What a measured number is known to lie in.
pub(in crate::diagnosis) type Enclosure = Interval<64>;

/// Measured numbers as intervals.
pub(in crate::diagnosis) struct Known {
    pub(in crate::diagnosis) a: Enclosure,
    pub(in crate::diagnosis) smallest: Enclosure,
    pub(in crate::diagnosis) squared_s: Option<Enclosure>,
    pub(in crate::diagnosis) along: Option<Both<Curvature<Enclosure>>>,
    /// Is the eigenvalue of each vector known not to be zero? The vector of an eigenvalue that may be zero
    /// may be any vector, and a bound along it would depend on the seed of the start vector.
    pub(in crate::diagnosis) is_asked: Both<bool>,
}

impl Known {
    pub(in crate::diagnosis) fn new(reading: &Reading) -> Self {
        let s = reading.non_uniformity.as_ref();
        Known {
            a: one_sided(&reading.sharpness),
            smallest: smallest_from(reading),
            squared_s: s.map(squared),
            along: reading.along.map(|along| along.map(enclose)),
            is_asked: Both {
                sharpness: reading.sharpness.excludes_zero(),
                noise: s.is_some_and(Number::excludes_zero),
            },
        }
    }
}

/// From the floor under `λ_min`, which allows for rounding, to the Rayleigh quotient and what rounding
/// may lose. With probability [`RISK`](crate::curvature::RISK) it lies lower.
fn smallest_from(reading: &Reading) -> Enclosure {
    let top = reading.smallest.value + reading.smallest.rounding;
    match reading.smallest_floor {
        Some(floor) => {
            let half = (top - floor) / 2.0;
            Enclosure::around(floor + half, half)
        }
        None => Enclosure::whole(),
    }
}

/// A Rayleigh quotient is never above the largest eigenvalue, which therefore lies between the value
/// and the residual above it, widened on both sides by what rounding may lose.
fn one_sided(number: &Number) -> Enclosure {
    let half = number.residual / 2.0;
    Enclosure::around(number.value + half, half + number.rounding)
}

/// The square of `s`, enclosed in the same way.
fn squared(s: &Number) -> Enclosure {
    let low = if s.excludes_zero() {
        (s.value - s.rounding).powi(2)
    } else {
        0.0
    };
    let high = (s.value + s.bar()).powi(2);
    Enclosure::around((low + high) / 2.0, (high - low) / 2.0)
}

fn enclose(along: Along) -> Curvature<Enclosure> {
    let deviation = Enclosure::around(along.deviation, along.rounding);
    let mean = Enclosure::around(along.mean, along.rounding);
    Curvature::along_one_direction(mean, deviation.square())
}
