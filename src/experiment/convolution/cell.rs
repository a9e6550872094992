//! A run of training on two classes of images.

use serde::{Deserialize, Serialize};

use crate::experiment::small_networks::quarter_vgg;
use crate::experiment::trained::TrainingSettings;
use crate::experiment::two_classes::TwoClasses;
use crate::network::Network;

/// A network of convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// The authors' VGG "A", for CIFAR-10.
    Vgg,
    /// A quarter of it, for Fashion-MNIST ([`quarter_vgg`]).
    QuarterVgg,
}

impl Architecture {
    /// The network, with two outputs.
    pub fn network(self) -> Network {
        match self {
            Architecture::Vgg => Network::vgg11(2),
            Architecture::QuarterVgg => quarter_vgg(),
        }
    }
}

/// Everything that determines a run and its measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The network.
    pub architecture: Architecture,
    /// The images.
    pub images: TwoClasses,
    /// The run. Its widths are empty: the network is not a chain of dense layers.
    pub training: TrainingSettings,
}
