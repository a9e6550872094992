//! A point of a network's loss.

use serde::{Deserialize, Serialize};

use super::Network;

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
