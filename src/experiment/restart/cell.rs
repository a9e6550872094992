//! A minimum, runs that begin beside it, and what came of them.

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::experiment::trained::TrainingSettings;
use crate::train::{Ending, Run};

/// How a minimum is found, and what is tried there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The run that finds the minimum.
    pub start: TrainingSettings,
    /// Steps of plain descent after that run, with the learning rate 1/a: along the top eigenvector, one
    /// such step leads straight to the minimum.
    pub settling: u64,
    /// The learning rates of the new runs, in units of 2/a.
    pub factors: Vec<f64>,
    /// How far from the minimum they begin, on either side, in the norm of the parameters.
    pub distance: f32,
    /// The largest number of steps over which the distance between two runs is followed; it is followed
    /// no further once it has shrunk or grown tenfold.
    pub followed: u64,
    /// Steps of the one run that goes on, whose losses are recorded.
    pub steps: u64,
}

/// The minimum and the runs that began beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run that found the minimum.
    pub run: Run,
    /// The minimum; absent when that run diverged.
    pub minimum: Option<MeasuredMinimum>,
    /// The new runs, one for each factor.
    pub trials: Vec<Trial>,
    /// SHA-256 of the training bytes.
    pub data: String,
}

/// The minimum beside which the new runs begin, as it was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredMinimum {
    /// a.
    pub sharpness: Eigenvalue,
    /// `vᵀHv` at the two starts of the new runs. It differs from `a` when a kink of a ReLU lies between.
    pub beside: [f64; 2],
    /// λ_min.
    pub smallest_eigenvalue: Eigenvalue,
    /// The loss.
    pub loss: f64,
    /// The norm of its gradient.
    pub gradient: f64,
}

/// New runs with one learning rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// η.
    pub learning_rate: f32,
    /// `ln(d⁺/d)` of the distance `d` along `v`, the mean over the followed steps: for runs that begin
    /// `distance` away, and half as far.
    pub growth: [f64; 2],
    /// The largest loss of the long run, and the last one; `None` when not finite.
    pub losses: [Option<f64>; 2],
    /// How the long run ended.
    pub ending: Ending,
}
