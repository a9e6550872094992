//! Where models in several dimensions become unstable, in units of the two bounds of the paper.

use crate::criterion::{Criterion, GRADIENT_DESCENT, MEAN_SQUARE, NON_UNIFORMITY};
use crate::decide;
use crate::model::{Model, Quadratic, Sampling, golden};
use crate::number::Exact;

/// A model at its critical learning rate η*, for single samples.
pub struct Edge {
    /// The name of the model.
    pub model: &'static str,
    /// The sharpness in units of its bound, `aη*/2`.
    pub sharpness: f64,
    /// The non-uniformity in units of its bound, `sη*√p`.
    pub non_uniformity: f64,
}

/// The edges of the golden models in several dimensions, as far as all three critical learning rates
/// exist.
pub fn edges() -> Vec<Edge> {
    let models = golden::all().into_iter();
    let several = models.filter(|(_, model)| model.dimension() > 1);
    several
        .filter_map(|(name, model)| edge(name, model))
        .collect()
}

fn edge(name: &'static str, model: Quadratic) -> Option<Edge> {
    let model = Model::Quadratic(model);
    let (eta, sampling) = (Exact::from(1), Sampling::WithoutReplacement);
    let rates = decide::decide(&model, &eta, 1, sampling).ok()?.critical_lr;
    let critical = |criterion: Criterion| Some(rates[criterion].bracket()?.to_f64());
    let edge = critical(MEAN_SQUARE)?;
    Some(Edge {
        model: name,
        sharpness: edge / critical(GRADIENT_DESCENT)?,
        non_uniformity: edge / critical(NON_UNIFORMITY)?,
    })
}
