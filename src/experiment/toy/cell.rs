//! One group of walks, and what they did.

use serde::{Deserialize, Serialize};

use crate::experiment::statistics::Mean;
use crate::model::toy::Minimum;
use crate::number::Exact;

/// One group of walks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The minimum beside which the walks start.
    pub minimum: Minimum,
    /// SGD with one sample a step, or gradient descent.
    pub stochastic: bool,
    /// η.
    pub learning_rate: Exact,
    /// The distance of the start.
    pub offset: f64,
    /// Number of walks.
    pub walks: u64,
    /// Steps of each walk.
    pub steps: usize,
    /// Seed of the walks.
    pub seed: u64,
}

/// What the walks did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Walks that have left the basin of their minimum at least once by step t = 0, 1, …
    pub left: Vec<u64>,
    /// Walks that end within 10⁻⁶ of x = 0, of x = 1, and elsewhere.
    pub ends: [u64; 3],
    /// `((x_{t+1} − x*)/(x_t − x*))²` over the first [`LINEAR`] steps of all walks.
    pub square: Mean,
    /// `ln|(x_{t+1} − x*)/(x_t − x*)|` over the same steps.
    pub logarithm: Mean,
    /// The mean of `(x_t − x*)²/(x_0 − x*)²` for t = 0, …, [`LINEAR`].
    pub growth: Vec<f64>,
}

/// The number of steps after which a walk that starts 10⁻⁵ from x = 1 is still in the basin, whatever it
/// drew: 10⁻⁵·1.66²⁰ = 0.25 is below 0.42, the distance of the nearest point where a sample changes its
/// branch.
pub const LINEAR: usize = 20;
