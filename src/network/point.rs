//! A batch, and a point of a network's loss.

use serde::{Deserialize, Serialize};

use super::Network;

/// Samples and their targets, one row per sample.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The inputs, samples × features; images are channels last ([`super::channels_last`]).
    pub inputs: &'a [f32],
    /// The targets, samples × outputs.
    pub targets: &'a [f32],
    /// The number of samples.
    pub samples: usize,
}

/// The means and variances that batch normalisation uses. There is no default, because every question
/// about curvature depends on this choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// Those of the batch (training mode). The samples are then coupled, and single samples have no
    /// Hessian.
    Batch,
    /// Fixed ones (evaluation mode, or statistics frozen at a point).
    Fixed,
}

/// A point of a network's loss.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// The network.
    pub network: &'a Network,
    /// The parameters of the network.
    pub parameters: &'a [f32],
    /// The means and variances that [`Normalisation::Fixed`] uses.
    pub statistics: &'a [f32],
    /// The means and variances that are used.
    pub normalisation: Normalisation,
}

impl Point<'_> {
    /// Whether the samples of a batch are coupled.
    pub fn is_coupled(&self) -> bool {
        self.normalisation == Normalisation::Batch && self.network.has_batch_norm()
    }
}

impl<'a> Batch<'a> {
    /// The samples of the batch in `range`.
    pub(super) fn part(&self, range: std::ops::Range<usize>, network: &Network) -> Batch<'a> {
        let (features, outputs) = (network.features(), network.outputs());
        Batch {
            inputs: &self.inputs[range.start * features..range.end * features],
            targets: &self.targets[range.start * outputs..range.end * outputs],
            samples: range.len(),
        }
    }
}
