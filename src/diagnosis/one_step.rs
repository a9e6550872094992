//! Theorem 1 of Wu, Ma and E (2018), measured on the full matrix.
//!
//! With `M = 2H − η(H² + pΣ)`, one step of SGD on the quadratic model multiplies the mean squared distance
//! to the minimum by at most
//!
//! ```text
//! λ_max(E[(I − ηH_B)²]) = 1 − η·λ_min(M)
//! ```
//!
//! If this growth is at most 1, SGD is stable in the mean square. The converse is false: a growth above 1
//! in one step does not show instability.
//!
//! `λ_min(M)` is known from above by the Rayleigh quotient of its vector, and from below by the floor of
//! the Lanczos method, which holds except with probability [`RISK`](crate::curvature::RISK). In a network
//! with more parameters than its data determine, `Mv = 0` for every v that no sample sees, so that
//! `λ_min(M)` is at most 0 and the growth can only be known to be 1 to within the floor.

mod rounding;

use serde::Serialize;
use serde_json::{Value, json};

use crate::curvature::{Ends, FINE_ENOUGH, OneStepMatrix, OneStepParts, Smallest};
use crate::error::{Error, Result};
use crate::network::{CurvatureOperator, Point};
use crate::number::Verdict;
use crate::work;

use super::mode::Mode;
use super::number::Number;
use super::reading::{Reading, Vectors};
use super::setting::Setting;
use super::task::Task;
use super::verdict::{Judgement, Justification, Stability};
use rounding::Lost;

/// The answer to a request for Theorem 1.
#[derive(Clone, Debug, PartialEq)]
pub enum OneStepAnswer {
    /// The matrix was measured.
    Measured(OneStep),
    /// Theorem 1 does not speak about this run, for the reason given.
    LeftOut(String),
}

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

/// Measures both ends of M at a point, whose reading and vectors are known.
///
/// # Errors
/// Returns an error if a product leaves the range of f32.
pub fn measure(
    task: &Task<'_>,
    mode: Option<Mode>,
    point: &Point<'_>,
    reading: &Reading,
    vectors: &Vectors,
) -> Result<OneStepAnswer> {
    if let Some(reason) = left_out(task.setting, point) {
        return Ok(OneStepAnswer::LeftOut(reason));
    }
    work::stage("Theorem 1: both ends of 2H − η(H² + pΣ)");
    let effort = task.effort;
    let factors = Factors::new(task.setting);
    let mut curvature =
        CurvatureOperator::new(effort.isa, *point, task.samples.batch(), effort.matrix);
    let (lr, weight) = (factors.learning_rate, factors.weight);
    let mut matrix = OneStepMatrix::new(effort.isa, &mut curvature, lr, weight);
    let ends = matrix.ends(&effort.lanczos, effort.seed).ok_or_else(|| {
        let fault = "is beyond the range of f32 in 2H − η(H² + pΣ); leave --one-step out, or give \
                     a smaller --lr";
        Error::input(task.place, "curvature", fault)
    })?;
    let along = matrix.parts(&ends.smallest.ritz.vector);
    let lost = Lost::measure(task, mode, reading, vectors, &ends);
    let tolerance = effort.lanczos.tolerance;
    let answer = OneStep::new(&ends.smallest, &ends.largest, along, lost, lr, tolerance);
    Ok(OneStepAnswer::Measured(answer))
}

/// Why Theorem 1 does not speak about this run; `None` if it does.
fn left_out(setting: &Setting, point: &Point<'_>) -> Option<String> {
    if setting.uncovered().is_some() {
        let name = setting.optimizer_name();
        return Some(format!(
            "it is about plain SGD, and the optimiser is {name}"
        ));
    }
    if !setting.is_plain() {
        return Some("it is about plain SGD, without momentum".to_owned());
    }
    point.is_coupled().then(|| {
        "batch normalisation couples the samples of a batch, so that H_i and Σ do not exist"
            .to_owned()
    })
}

/// The factors of the matrix as machine numbers.
#[derive(Clone, Copy)]
struct Factors {
    /// The learning rate η.
    learning_rate: f64,
    /// The noise weight p; 0 for a single sample, whose Σ is zero.
    weight: f64,
}

impl Factors {
    fn new(setting: &Setting) -> Self {
        let weight = if setting.samples > 1 {
            setting.weight().to_f64()
        } else {
            0.0
        };
        Factors {
            learning_rate: setting.lr.to_f64(),
            weight,
        }
    }
}

impl OneStep {
    fn new(
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

    fn json(&self) -> Value {
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

impl OneStepAnswer {
    /// The answer as JSON.
    pub fn json(&self) -> Value {
        match self {
            OneStepAnswer::Measured(one_step) => one_step.json(),
            OneStepAnswer::LeftOut(reason) => json!({
                "smallest": null,
                "largest": null,
                "along": null,
                "growth": null,
                "verdict": null,
                "left_out": reason,
            }),
        }
    }

    /// The judgement with this answer: Theorem 1 is sufficient, so a point where it holds is stable, unless
    /// a necessary criterion has failed.
    pub fn judge(&self, judgement: Judgement) -> Judgement {
        let holds = matches!(self, OneStepAnswer::Measured(found) if found.verdict.holds());
        if !holds || judgement.verdict == Stability::Unstable {
            return judgement;
        }
        Judgement {
            verdict: Stability::Stable,
            basis: Justification::Sufficient,
            reason: "Theorem 1, measured on the full matrix, is sufficient and holds".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
