//! Measured numbers as intervals, at which criteria are evaluated.

use crate::model::Curvature;
use crate::number::{Field, Interval};

use super::super::number::Number;
use super::super::reading::{Along, Both, Reading};

/// An interval that contains the exact value of a measured number.
pub(in crate::diagnosis) type Enclosure = Interval<64>;

/// The measured numbers of a reading as intervals.
pub(in crate::diagnosis) struct Known {
    pub(in crate::diagnosis) a: Enclosure,
    pub(in crate::diagnosis) smallest: Enclosure,
    pub(in crate::diagnosis) squared_s: Option<Enclosure>,
    pub(in crate::diagnosis) along: Option<Both<Curvature<Enclosure>>>,
    /// Whether the eigenvalue of each eigenvector is known to differ from zero. If it may be zero, its
    /// eigenvector may be any vector, and a bound along it would depend on the seed of the start vector.
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

/// An enclosure of `λ_min`: from its floor, which allows for rounding, to the Rayleigh quotient plus the
/// possible rounding error. With probability [`RISK`](crate::curvature::RISK), `λ_min` lies below it. Where
/// it was not measured it may be anything.
fn smallest_from(reading: &Reading) -> Enclosure {
    let Some((number, floor)) = reading.smallest.zip(reading.smallest_floor) else {
        return Enclosure::whole();
    };
    let half = (number.value + number.rounding - floor) / 2.0;
    Enclosure::around(floor + half, half)
}

/// An enclosure of a largest eigenvalue. A Rayleigh quotient is never above the largest eigenvalue, which
/// therefore lies between the value and the value plus the residual. Both ends are widened by the
/// possible rounding error.
fn one_sided(number: &Number) -> Enclosure {
    let half = number.residual / 2.0;
    Enclosure::around(number.value + half, half + number.rounding)
}

/// An enclosure of `s²`, made like that of [`one_sided`].
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
