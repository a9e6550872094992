//! A point of a network's loss.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa};

use super::Network;
use super::layer::Operation;

/// Samples and their targets, one row each.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// samples × features, images channels last ([`super::channels_last`]).
    pub inputs: &'a [f32],
    /// samples × outputs.
    pub targets: &'a [f32],
    /// Number of samples.
    pub samples: usize,
}

/// With which means and variances batch normalisation works. It has no default: the answer to
/// every question about curvature depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// Those of the batch (training mode): the samples are coupled, and a Hessian of one sample
    /// does not exist.
    Batch,
    /// Fixed ones (evaluation mode, or statistics frozen at a point).
    Fixed,
}

/// Where a network's loss is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// The network.
    pub network: &'a Network,
    /// Its parameters.
    pub parameters: &'a [f32],
    /// Means and variances for [`Normalisation::Fixed`].
    pub statistics: &'a [f32],
    /// Which means and variances count.
    pub normalisation: Normalisation,
}

impl Point<'_> {
    /// Are the samples of a batch coupled?
    pub fn is_coupled(&self) -> bool {
        self.normalisation == Normalisation::Batch && self.network.has_batch_norm()
    }
}

impl<'a> Batch<'a> {
    /// Samples `range` of the batch.
    pub(super) fn part(&self, range: std::ops::Range<usize>, network: &Network) -> Batch<'a> {
        let (features, outputs) = (network.features(), network.outputs());
        Batch {
            inputs: &self.inputs[range.start * features..range.end * features],
            targets: &self.targets[range.start * outputs..range.end * outputs],
            samples: range.len(),
        }
    }
}

/// The convolution weights of a parameter vector, turned for the backward pass; made once for all
/// the chunks of a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Turned(Vec<Vec<f32>>);

impl Turned {
    /// Turns the weights of `parameters`.
    pub fn fill(&mut self, isa: Isa, network: &Network, parameters: &[f32]) {
        self.0.resize(network.layers().len(), Vec::new());
        for (layer, turned) in network.layers().iter().zip(&mut self.0) {
            if let Operation::Convolution(convolution) = &layer.operation {
                turned.resize(layer.weight.len(), 0.0);
                let weight = &parameters[layer.weight.clone()];
                kernel::convolution::turn_weights(isa, convolution, weight, turned);
            }
        }
    }
}

/// A parameter vector, or a direction among them, ready for use.
#[derive(Clone, Copy)]
pub(super) struct Weights<'a> {
    pub flat: &'a [f32],
    pub turned: &'a Turned,
}

impl<'a> Weights<'a> {
    /// The turned weight of layer `index`.
    pub fn turned(&self, index: usize) -> &'a [f32] {
        &self.turned.0[index]
    }
}
