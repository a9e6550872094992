//! A regression problem with one learning rate, and the moments of SGD on it.

use serde::{Deserialize, Serialize};

use crate::experiment::splitting::Splitting;
use crate::experiment::statistics::Mean;
use crate::number::{Exact, Verdict};

/// SGD on one regression problem with one learning rate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The name of the problem.
    pub problem: String,
    /// The inputs x_i; all targets are attained at 0.
    pub inputs: Vec<Vec<i64>>,
    /// The start, in the span of the inputs, since components orthogonal to it never change.
    pub start: Vec<i64>,
    /// The learning rate η.
    pub learning_rate: Exact,
    /// The batch size B; batches are drawn without replacement.
    pub batch: usize,
    /// The populations of walkers.
    pub splitting: Splitting,
}

/// Exact and simulated moments, relative to `‖x_0‖²`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// `E‖x_t‖²/‖x_0‖²` for each step, computed with exact rationals and rounded once at the end.
    pub exact: Vec<f64>,
    /// The standard deviation of `‖x_t‖²/‖x_0‖²`, computed from the fourth-moment tensor in f64.
    pub deviation: Vec<f64>,
    /// `E‖x_t‖²/‖x_0‖²` by importance splitting, simulated in f32.
    pub splitting: Vec<Mean>,
    /// The plain average of `‖x_t‖²/‖x_0‖²` over as many walks, simulated in f32.
    pub average: Vec<f64>,
    /// The verdicts of three criteria: one-step contraction, the non-uniformity bound, and mean square.
    pub verdicts: [Verdict; 3],
}
