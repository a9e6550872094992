//! Both ends of Theorem 1's matrix with their bars, and what they say about one step of SGD.

use serde::Serialize;
use serde_json::{Value, json};

use crate::curvature::{Ends, FINE_ENOUGH, OneStepParts, Smallest};
use crate::number::Verdict;

use super::super::number::Number;
use super::rounding::Lost;

/// Both ends of the spectrum of M, and what they say about one step of SGD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneStep {
    /// The smallest eigenvalue of M.
    pub smallest: Number,
    /// A lower bound on the smallest eigenvalue, rounding included, that holds except with probability
    /// [`RISK`](crate::curvature::RISK); `None` if there were too few products for one.
    pub floor: Option<f64>,
    /// The largest eigenvalue of M.
    pub largest: Number,
    /// The parts of `vᵀMv` along the vector of the smallest eigenvalue.
    pub along: OneStepParts,
    /// The growth of the mean squared distance in one step.
    pub growth: Growth,
    /// Whether Theorem 1 holds: the growth is at most 1.
    pub verdict: Verdict,
}

/// An enclosure of `λ_max(E[(I − ηH_B)²])`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// The lower end.
    pub lower: f64,
    /// The upper end; `None` if there is no floor of `λ_min(M)`.
    pub upper: Option<f64>,
}

impl OneStep {
    /// The answer, given both runs, the parts along the vector of the smallest eigenvalue and what f32 has lost.
    /// `tolerance` is that of the run for the largest eigenvalue.
    pub(super) fn new(
        smallest: &Smallest,
        largest: &Ends,
        along: OneStepParts,
        lost: Lost,
        learning_rate: f64,
        tolerance: f64,
    ) -> Self {
        let end = largest.largest.value.abs();
        let scale = end.max(smallest.ritz.value.abs());
        let floor = smallest.floor.map(|floor| floor - lost.anywhere);
        let smallest = Number::from(smallest).rounded(lost.smallest, FINE_ENOUGH * scale);
        let top = smallest.value + smallest.rounding;
        OneStep {
            floor,
            largest: Number::new((&largest.largest).into(), largest)
                .rounded(lost.largest, tolerance * end),
            along,
            growth: Growth {
                lower: (1.0 - learning_rate * top).max(0.0),
                upper: floor.map(|floor| 1.0 - learning_rate * floor),
            },
            verdict: match floor {
                Some(floor) if floor >= 0.0 => Verdict::Holds,
                _ if top < 0.0 => Verdict::Fails,
                _ => Verdict::Undecided,
            },
            smallest,
        }
    }

    /// Whether negative curvature of the loss itself makes up most of a negative `λ_min(M)`: then the point
    /// is no minimum, and it is not the noise of the batches that makes Theorem 1 fail.
    pub fn is_no_minimum(&self) -> bool {
        2.0 * self.along.hessian < self.smallest.value.min(0.0) / 2.0
    }

    pub(super) fn json(&self) -> Value {
        let mut smallest = json!(self.smallest);
        smallest["floor"] = json!(self.floor);
        json!({
            "smallest": smallest,
            "largest": self.largest,
            "along": {
                "hessian": self.along.hessian,
                "squared": self.along.squared,
                "noise": self.along.noise,
            },
            "growth": self.growth,
            "verdict": self.verdict,
            "left_out": null,
        })
    }
}
