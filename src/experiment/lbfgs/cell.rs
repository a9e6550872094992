//! A minimum found by L-BFGS, and the runs that start there.

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::experiment::trained::{TrainingOutcome, TrainingSettings};
use crate::train::Run;

/// The factor of the loss above which a run has left its minimum.
pub const LEFT: f64 = 10.0;

/// How to find a minimum, and which runs to start there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The run of L-BFGS that finds the minimum.
    pub start: TrainingSettings,
    /// The runs that start there.
    pub starts: Vec<Start>,
    /// The steps of the runs on all samples, and of those on batches.
    pub steps: [u64; 2],
    /// The number of looks at a run, besides the one at its start.
    pub looks: u64,
}

/// A run that starts at the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// The learning rate in units of 2/a₀.
    pub factor: f64,
    /// The batch size B; `None` for all samples.
    pub batch: Option<usize>,
}

impl Start {
    /// The run with this learning rate and batch size.
    pub const fn of(factor: f64, batch: Option<usize>) -> Self {
        Start { factor, batch }
    }
}

/// The minimum, and the runs that started there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run of L-BFGS, with what was measured at its end.
    pub minimum: TrainingOutcome,
    /// The runs, one for each start; empty if there is no minimum.
    pub journeys: Vec<Journey>,
}

/// A run that started at the minimum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The learning rate η.
    pub learning_rate: f32,
    /// The run.
    pub run: Run,
    /// What was seen, from the start on; it ends early if the run leaves the finite numbers.
    pub looks: Vec<Look>,
    /// The share of test images that are classified correctly at the end; `None` if the run diverged.
    pub test_accuracy: Option<f64>,
}

/// A look at a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The number of steps taken.
    pub step: u64,
    /// The loss over all training images.
    pub loss: f64,
    /// The sharpness.
    pub sharpness: Eigenvalue,
}
