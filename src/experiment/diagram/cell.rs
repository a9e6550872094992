//! Minima of a diagram at one learning rate and batch size.

use serde::{Deserialize, Serialize};

use crate::experiment::splitting::Splitting;
use crate::experiment::statistics::Mean;
use crate::number::{Exact, Verdict};

/// The relative error of a product of mean growths in f64: a few hundred roundings.
const ROUNDING: f64 = 1e-13;

/// The minima of a diagram, and the walks beside each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The learning rate η.
    pub learning_rate: Exact,
    /// The number of samples n.
    pub samples: usize,
    /// The batch size B; batches are drawn without replacement.
    pub batch: usize,
    /// The values of `aη/2`.
    pub sharpness: Vec<Exact>,
    /// The values of `sη√p`.
    pub non_uniformity: Vec<Exact>,
    /// The populations of walkers beside each minimum.
    pub splitting: Splitting,
}

/// One minimum, decided and simulated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spot {
    /// The sharpness in units of its bound, `aη/2`.
    pub sharpness: f64,
    /// The non-uniformity in units of its bound, `sη√p`.
    pub non_uniformity: f64,
    /// Whether SGD is stable there in mean square, decided over the rational numbers.
    pub verdict: Verdict,
    /// The exact `E x_t²/x_0²` after the last step.
    pub exact: f64,
    /// The same, simulated.
    pub simulated: Mean,
}

/// All pairs of the two lists that samples with `h_i ≥ 0` can have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The minima in one dimension.
    pub spots: Vec<Spot>,
}

impl Spot {
    /// Whether the minimum lies within both bounds of the paper.
    pub fn is_in_rectangle(&self) -> bool {
        self.sharpness <= 1.0 && self.non_uniformity <= 1.0
    }

    /// The distance of the simulation from the exact moment, in standard errors. Where every batch has the
    /// same squared factor, all populations agree to rounding, and the error is that of rounding.
    pub fn deviation(&self) -> f64 {
        let error = self.simulated.error.max(ROUNDING * self.exact);
        (self.simulated.value - self.exact) / error
    }

    /// Whether the simulation shrinks exactly where the verdict says that SGD is stable.
    pub fn is_as_decided(&self) -> bool {
        (self.simulated.value <= 1.0) == self.verdict.holds()
    }
}
