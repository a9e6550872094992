//! Minima of a diagram at one learning rate and batch size.

use serde::{Deserialize, Serialize};

use crate::experiment::splitting::Splitting;
use crate::experiment::statistics::Mean;
use crate::number::{Exact, Verdict};

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

impl Settings {
    /// A bound on the rounding error of a simulated moment, relative to it, where every batch has the same squared factor
    /// `(1 − ηh)²`, so that all walks agree and the standard error is zero.
    ///
    /// A mean of w growths has w + 1 roundings. In a growth the batch's sum and the step have at most B + 4, of terms that
    /// are at most 1 + |1 − ηh|, and the square doubles them; the exact moment has a few for each step.
    fn rounding(&self, exact: f64) -> f64 {
        let Splitting { walkers, steps, .. } = self.splitting;
        let factor = exact.powf(0.5 / steps as f64);
        let growth = 2.0 * (self.batch + 4) as f64 * (1.0 + factor) / factor;
        steps as f64 * (walkers as f64 + growth + 4.0) * f64::EPSILON / 2.0
    }
}

impl Spot {
    /// Whether the minimum lies within both bounds of the paper.
    pub fn is_in_rectangle(&self) -> bool {
        self.sharpness <= 1.0 && self.non_uniformity <= 1.0
    }

    /// The distance of the simulation from the exact moment, in standard errors or, where these are smaller, in bounds
    /// of the rounding error.
    pub fn deviation(&self, settings: &Settings) -> f64 {
        let error = self
            .simulated
            .error
            .max(settings.rounding(self.exact) * self.exact);
        (self.simulated.value - self.exact) / error
    }

    /// Whether the simulation shrinks exactly where the verdict says that SGD is stable.
    pub fn is_as_decided(&self) -> bool {
        (self.simulated.value <= 1.0) == self.verdict.holds()
    }
}
