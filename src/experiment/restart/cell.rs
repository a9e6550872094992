//! A minimum, and runs that start next to it.

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::experiment::trained::TrainingSettings;
use crate::train::{Ending, Run};

/// How to find a minimum, and which runs to start next to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The run that finds the minimum.
    pub start: TrainingSettings,
    /// The number of steps of plain descent after that run, with learning rate 1/a: along the top
    /// eigenvector, one such step leads straight to the minimum.
    pub settling: u64,
    /// The learning rates of the new runs, in units of 2/a.
    pub factors: Vec<f64>,
    /// The distance from the minimum at which they start, on either side, in the norm of the parameters.
    pub distance: f32,
    /// The largest number of steps for which the distance between two runs is tracked. Tracking stops
    /// early once the distance has shrunk or grown tenfold.
    pub followed: u64,
    /// The number of steps of the one run that continues and whose losses are recorded.
    pub steps: u64,
}

/// The minimum, and the runs that started next to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run that found the minimum.
    pub run: Run,
    /// The minimum; `None` if that run diverged.
    pub minimum: Option<MeasuredMinimum>,
    /// The new runs, one for each factor.
    pub trials: Vec<Trial>,
    /// The SHA-256 of the training bytes.
    pub data: String,
}

/// The measurements at the minimum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredMinimum {
    /// The sharpness a.
    pub sharpness: Eigenvalue,
    /// `vᵀHv` at the two starts of the new runs. It differs from `a` if a kink of a ReLU lies between
    /// them.
    pub beside: [f64; 2],
    /// The smallest eigenvalue λ_min.
    pub smallest_eigenvalue: Eigenvalue,
    /// The loss.
    pub loss: f64,
    /// The norm of the gradient.
    pub gradient: f64,
}

/// The new runs with one learning rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The learning rate η.
    pub learning_rate: f32,
    /// The growth `ln(d⁺/d)` per step of the distance `d` along `v`, averaged over the tracked steps: for
    /// runs that start `distance` away, and for runs that start half as far away.
    pub growth: [f64; 2],
    /// The largest loss of the long run, and its last loss; `None` if it is not finite.
    pub losses: [Option<f64>; 2],
    /// How the long run ended.
    pub ending: Ending,
}
