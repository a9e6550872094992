//! A network with batch normalisation, trained by gradient descent, and its sharpness in each mode.

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::experiment::small_networks::tiny_resnet;
use crate::experiment::trained::TrainingSettings;
use crate::experiment::two_classes::TwoClasses;
use crate::network::Network;
use crate::train::Run;

/// A residual network with batch normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// The authors' ResNet, for CIFAR-10.
    Resnet,
    /// A tiny one for Fashion-MNIST ([`tiny_resnet`]).
    TinyResnet,
}

impl Architecture {
    /// The network, with two outputs.
    pub fn network(self) -> Network {
        match self {
            Architecture::Resnet => Network::resnet8(2),
            Architecture::TinyResnet => tiny_resnet(),
        }
    }
}

/// Everything that determines a run and its measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The network.
    pub architecture: Architecture,
    /// The images.
    pub images: TwoClasses,
    /// The run. Its widths are empty: the network is not a chain of dense layers.
    pub training: TrainingSettings,
}

/// Where the run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run.
    pub run: Run,
    /// The measurements; `None` if the run diverged, or a curvature is not finite.
    pub modes: Option<Modes>,
    /// The SHA-256 of the training and of the test images.
    pub data: [String; 2],
}

/// The same parameters, seen in three modes of batch normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Modes {
    /// With the statistics of the batch, which depend on the parameters: the function that training descends.
    pub training: Mode,
    /// With the statistics of the batch at this point, kept fixed: the same outputs, other derivatives.
    pub frozen: Mode,
    /// With the running statistics, as in evaluation.
    pub evaluation: Mode,
}

/// What a mode shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mode {
    /// The sharpness a, the largest eigenvalue of the Hessian of the training loss in this mode.
    pub sharpness: Eigenvalue,
    /// The training loss in this mode.
    pub loss: f64,
    /// The share of training images that are classified correctly, in [0, 1].
    pub accuracy: f64,
    /// The share of test images that are classified correctly, in [0, 1]. In training mode the test images are a
    /// batch of their own.
    pub test_accuracy: f64,
}
