//! The gradient-noise interaction under the setting of the user.

use serde_json::{Value, json};

use crate::curvature::{Interaction, gradient_noise_interaction};
use crate::network::Point;
use crate::work;

use super::setting::Setting;
use super::sharpness_of_batches::edge;
use super::task::Task;

/// Measures the interaction at a point, over batches that are drawn as the user's run draws them. `None` if the
/// gradient over all samples is zero.
pub fn measure(task: &Task<'_>, point: &Point<'_>) -> Option<Interaction> {
    work::stage("gradient-noise interaction");
    let (effort, data) = (task.effort, task.samples.batch());
    gradient_noise_interaction(effort.isa, point, &data, effort.matrix, &task.batches())
}

/// The interaction with its edge 2/η.
pub fn json(found: Option<&Interaction>, setting: &Setting) -> Value {
    match found {
        Some(found) => {
            let mut json = json!(found);
            json["edge"] = json!(edge(setting));
            json
        }
        None => Value::Null,
    }
}
