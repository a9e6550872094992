//! One regression problem with one learning rate, and its moments.

use serde::{Deserialize, Serialize};

use crate::number::{Exact, Verdict};

/// SGD on one regression problem with one learning rate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// What the problem is called.
    pub problem: String,
    /// The inputs x_i; the targets are met exactly at 0.
    pub inputs: Vec<Vec<i64>>,
    /// The start, in the span of the inputs (off it nothing ever moves).
    pub start: Vec<i64>,
    /// η.
    pub learning_rate: Exact,
    /// B, drawn without replacement.
    pub batch: usize,
    /// Number of walks.
    pub walks: u64,
    /// Steps of each walk.
    pub steps: usize,
    /// Seed of the walks.
    pub seed: u64,
}

/// Exact and simulated moments, relative to `‖x_0‖²`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// `E‖x_t‖²/‖x_0‖²`, exact rationals, rounded once at the end.
    pub exact: Vec<f64>,
    /// The standard deviation of `‖x_t‖²/‖x_0‖²`, from the fourth-moment tensor in f64.
    pub deviation: Vec<f64>,
    /// The mean over the walks, simulated in f32.
    pub simulated: Vec<f64>,
    /// One-step contraction, non-uniformity bound, mean square.
    pub verdicts: [Verdict; 3],
}
