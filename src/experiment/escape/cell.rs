//! A minimum of gradient descent, and runs that go on from it.

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::experiment::trained::TrainingSettings;
use crate::train::{Ending, Run};

/// How to find a minimum, and which runs to let go on from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The gradient descent that finds the minimum.
    pub start: TrainingSettings,
    /// How many of its images, counted from the last, bear a wrong label.
    pub wrong_labels: usize,
    /// The runs that go on from the minimum.
    pub runs: Vec<Continuation>,
}

/// A run that goes on from the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Continuation {
    /// The learning rate η.
    pub learning_rate: f32,
    /// The batch size B; all images for gradient descent. The batches are independent.
    pub batch: usize,
    /// The number of steps.
    pub steps: u64,
}

/// The minimum, and what became of the runs that went on from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run that found the minimum.
    pub run: Run,
    /// The minimum; `None` if that run diverged.
    pub start: Option<Start>,
    /// The new runs in the order of the settings.
    pub paths: Vec<Path>,
    /// The SHA-256 of the training data with the wrong labels, and of the test data.
    pub data: [String; 2],
}

/// The measurements at the minimum, from which the predictions are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The sharpness a.
    pub sharpness: Eigenvalue,
    /// The non-uniformity s.
    pub non_uniformity: Eigenvalue,
    /// The curvatures of the samples along the top eigenvector of H, and along that of Σ.
    pub along: [Along; 2],
}

/// Mean and variance of the curvatures `vᵀH_iv` of the samples along a unit vector v.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Along {
    /// The mean, `vᵀHv`.
    pub mean: f64,
    /// The population variance (divided by n).
    pub variance: f64,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// The looks at it, the first before the first step.
    pub looks: Vec<Look>,
    /// The largest loss over all images that was seen; `None` if the loss was not finite.
    pub largest_loss: Option<f64>,
    /// How it ended.
    pub ending: Ending,
}

/// A look at a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The number of steps taken.
    pub step: u64,
    /// The loss over all training images.
    pub loss: f64,
    /// The share of training images that are classified as labelled, in [0, 1].
    pub accuracy: f64,
    /// The share of test images that are classified correctly, in [0, 1].
    pub test_accuracy: f64,
    /// The sharpness a and the non-uniformity s; `None` if this look did not measure them.
    pub curvature: Option<[f64; 2]>,
}
