//! Batch sharpness under the setting of the user: an empirical number beside the criteria.
//!
//! Near an interpolating minimum, gradients are differences of nearly equal numbers, and f32 may lose their
//! direction. The first batches are therefore measured again in f64, with weights and data as the files
//! have them.

use serde_json::{Value, json};

use crate::curvature::{
    BatchPlan, BatchSharpness, LEAST_BATCHES, PRECISION, along_gradient, batch_sharpness,
    most_batches,
};
use crate::network::Point;
use crate::reference::ReferencePoint;
use crate::work;

use super::mode::Mode;
use super::rounding::shared_point;
use super::setting::Setting;
use super::shared_point::SharedPoint;
use super::task::Task;

/// The number of batches that are measured again in f64.
const AGAIN: usize = 2;

/// The measured batch sharpness, and what f32 loses of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharpnessOfBatches {
    /// Both averages with their standard errors.
    pub numbers: BatchSharpness,
    /// The largest rounding error of `gᵀH_B g/‖g‖²` over the batches that were measured again in f64; `None`
    /// if none was.
    pub rounding: Option<f64>,
}

impl SharpnessOfBatches {
    /// Measures the batch sharpness at a point, over batches that are drawn as the user's run draws them.
    pub fn measure(task: &Task<'_>, mode: Option<Mode>, point: &Point<'_>) -> Self {
        work::stage("batch sharpness");
        let (effort, plan) = (task.effort, task.batches());
        let data = task.samples.batch();
        SharpnessOfBatches {
            numbers: batch_sharpness(effort.isa, point, &data, effort.matrix, &plan),
            rounding: rounding(task, mode, &plan),
        }
    }

    /// Whether f32 loses more of the number than the stop rule asks for.
    pub fn is_rounded(&self) -> bool {
        let mean = self.numbers.mean_of_ratios;
        let pair = self.rounding.zip(mean);
        pair.is_some_and(|(lost, mean)| lost > PRECISION * mean.value.abs())
    }

    /// The numbers with the stop rule and the edge.
    pub fn json(&self, setting: &Setting) -> Value {
        let mut json = json!(self.numbers);
        json["rounding"] = json!(self.rounding);
        json["edge"] = json!(edge(setting));
        json["stop_rule"] = json!({
            "precision": PRECISION,
            "least": LEAST_BATCHES,
            "most": most_batches(setting.samples, setting.batch),
        });
        json
    }
}

/// The value 2/η at which batch sharpness was observed to settle; `None` unless the run is plain SGD.
pub fn edge(setting: &Setting) -> Option<f64> {
    let is_sgd = setting.is_plain() && setting.uncovered().is_none();
    is_sgd.then(|| 2.0 / setting.lr.to_f64())
}

/// The largest error of f32 over the first batches whose gradient is not zero.
fn rounding(task: &Task<'_>, mode: Option<Mode>, plan: &BatchPlan) -> Option<f64> {
    let samples = task.samples.count;
    if plan.batch == samples && !plan.is_full(samples) {
        // A shared point of n samples is one over all of them, and not over n draws.
        return None;
    }
    let count = if plan.is_full(samples) { 1 } else { AGAIN };
    // The samples of a coupled batch give the statistics; in every other mode they are those of all samples.
    let all = (mode != Some(Mode::Train)).then(|| shared_point(task, mode));
    let mut largest = None;
    for indices in plan.batches(samples, count) {
        let batch = match &all {
            Some(all) if all.count() < samples => continue,
            Some(all) => all.subset(&indices),
            None => SharedPoint::new(task, mode, indices),
        };
        let effort = task.effort;
        let single = along_gradient(effort.isa, &batch.point(), &batch.batch(), effort.matrix);
        if single.weight > 0.0 && single.is_finite() {
            let error = (single.quotient - along_gradient_in_f64(&batch.reference())).abs();
            largest = Some(error.max(largest.unwrap_or(0.0)));
        }
    }
    largest
}

/// `gᵀHg/‖g‖²` in f64; 0 if the gradient is zero there, so that f32 has only its own errors.
fn along_gradient_in_f64(point: &ReferencePoint) -> f64 {
    let gradient = point.gradient();
    let dot = |x: &[f64]| x.iter().zip(&gradient).map(|(x, g)| x * g).sum::<f64>();
    let squared = dot(&gradient);
    if squared > 0.0 {
        dot(&point.hessian_product(&gradient)) / squared
    } else {
        0.0
    }
}
