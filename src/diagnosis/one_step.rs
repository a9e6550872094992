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

mod factors;
mod found;
mod rounding;

use serde_json::{Value, json};

use crate::curvature::OneStepMatrix;
use crate::error::{Error, Result};
use crate::network::{CurvatureOperator, Point};
use crate::work;

use super::mode::Mode;
use super::reading::{Reading, Vectors};
use super::setting::Setting;
use super::task::Task;
use super::verdict::{Judgement, Justification, Stability};
use factors::Factors;
pub use found::{Growth, OneStep};
use rounding::Lost;

/// The answer to a request for Theorem 1.
#[derive(Clone, Debug, PartialEq)]
pub enum OneStepAnswer {
    /// The matrix was measured.
    Measured(OneStep),
    /// Theorem 1 does not speak about this run, for the reason given.
    LeftOut(String),
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
