//! The point in parameter space at which a model is measured, in a mode of batch normalisation.

use crate::kernel::Isa;
use crate::network::{Batch, Layer, Normalisation, Operation, Pass, Point};

use super::mode::{Mode, NO_STATISTICS};
use super::subject::LoadedNetwork;

impl Mode {
    /// The statistics that this mode uses for a model and a batch.
    pub fn statistics(self, isa: Isa, model: &LoadedNetwork, batch: &Batch<'_>) -> Vec<f32> {
        let point = model.state.point(&model.network, Normalisation::Batch);
        match self {
            Mode::Frozen => Pass::new(isa).measure_statistics(&point, batch),
            Mode::Train | Mode::Eval => model.state.statistics.clone(),
        }
    }

    /// Why nothing can be measured in this mode: there are no running statistics, or a variance and the ε
    /// that is added to it are both zero.
    pub fn fault(self, isa: Isa, model: &LoadedNetwork, batch: &Batch<'_>) -> Option<String> {
        let network = &model.network;
        if self == Mode::Eval && !network.has_running_statistics() {
            return Some(NO_STATISTICS.to_owned());
        }
        let norms = || network.layers().iter().filter(|layer| is_norm(layer));
        if !norms().any(is_bare) {
            return None;
        }
        let statistics = match self {
            Mode::Eval => model.state.statistics.clone(),
            Mode::Train | Mode::Frozen => Mode::Frozen.statistics(isa, model, batch),
        };
        let zero = |layer: &Layer| {
            let mut variances = statistics[layer.variances()].iter();
            variances.position(|&variance| is_bare(layer) && variance <= 0.0)
        };
        let mut zeros = norms()
            .enumerate()
            .filter_map(|(k, layer)| Some((k, zero(layer)?)));
        zeros.next().map(|(norm, channel)| {
            format!(
                "batch-norm number {} has epsilon 0, and in mode {self} the variance of its channel {} \
                 is 0, so that it divides by zero; give the epsilon it was trained with, or samples \
                 that differ there",
                norm + 1,
                channel + 1
            )
        })
    }
}

fn is_norm(layer: &Layer) -> bool {
    matches!(layer.operation, Operation::Standardise(_))
}

/// Whether this layer divides by a variance without adding an ε.
fn is_bare(layer: &Layer) -> bool {
    matches!(&layer.operation, Operation::Standardise(norm) if norm.epsilon as f32 == 0.0)
}

/// The point of a model in a mode, or without one. `statistics` are those of the mode.
pub fn point<'a>(model: &'a LoadedNetwork, mode: Option<Mode>, statistics: &'a [f32]) -> Point<'a> {
    Point {
        network: &model.network,
        parameters: &model.state.parameters,
        statistics,
        normalisation: match mode {
            Some(Mode::Train) => Normalisation::Batch,
            _ => Normalisation::Fixed,
        },
    }
}
