//! Batch sharpness under the setting of the user: an empirical number beside the criteria.

use serde_json::{Value, json};

use crate::curvature::{
    BatchPlan, BatchSharpness, LEAST_BATCHES, PRECISION, batch_sharpness, most_batches,
};
use crate::network::Point;
use crate::work;

use super::setting::Setting;
use super::task::Task;

/// Measures the batch sharpness at a point, over batches that are drawn as the user's run draws them.
pub fn measure(task: &Task<'_>, point: &Point<'_>) -> BatchSharpness {
    work::stage("batch sharpness");
    let (setting, effort) = (task.setting, task.effort);
    let plan = BatchPlan {
        sampling: setting.sampling,
        batch: setting.batch,
        seed: effort.seed,
    };
    let data = task.samples.batch();
    batch_sharpness(effort.isa, point, &data, effort.matrix, &plan)
}

/// The value 2/η at which batch sharpness was observed to settle; `None` unless the run is plain SGD.
pub fn edge(setting: &Setting) -> Option<f64> {
    let is_sgd = setting.is_plain() && setting.uncovered().is_none();
    is_sgd.then(|| 2.0 / setting.lr.to_f64())
}

/// The measured numbers with the stop rule and the edge.
pub fn json(found: &BatchSharpness, setting: &Setting) -> Value {
    let mut json = json!(found);
    json["edge"] = json!(edge(setting));
    json["stop_rule"] = json!({
        "precision": PRECISION,
        "least": LEAST_BATCHES,
        "most": most_batches(setting.samples, setting.batch),
    });
    json
}
