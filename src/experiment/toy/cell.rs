//! A group of walks, and their statistics.

use serde::{Deserialize, Serialize};

use crate::experiment::statistics::Mean;
use crate::model::toy::Minimum;
use crate::number::Exact;

/// A group of walks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The minimum next to which the walks start.
    pub minimum: Minimum,
    /// Whether to run SGD with one sample per step, rather than gradient descent.
    pub stochastic: bool,
    /// The learning rate η.
    pub learning_rate: Exact,
    /// The distance of the start from the minimum.
    pub offset: f64,
    /// The number of walks.
    pub walks: u64,
    /// The number of steps of each walk.
    pub steps: usize,
    /// The seed of the walks.
    pub seed: u64,
}

/// The statistics of a group of walks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The number of walks that have left the basin of their minimum at least once by step t = 0, 1, …
    pub left: Vec<u64>,
    /// The numbers of walks that end within 10⁻⁶ of x = 0, within 10⁻⁶ of x = 1, and elsewhere.
    pub ends: [u64; 3],
    /// The mean of `((x_{t+1} − x*)/(x_t − x*))²` over the first [`LINEAR`] steps of all walks.
    pub square: Mean,
    /// The mean of `ln|(x_{t+1} − x*)/(x_t − x*)|` over the same steps.
    pub logarithm: Mean,
    /// The mean of `(x_t − x*)²/(x_0 − x*)²` for t = 0, …, [`LINEAR`].
    pub growth: Vec<f64>,
}

/// The number of steps after which a walk that starts 10⁻⁵ from x = 1 is certainly still in the basin,
/// whatever samples it drew: 10⁻⁵·1.66²⁰ = 0.25 is below 0.42, the distance of the nearest point where a
/// sample changes its branch.
pub const LINEAR: usize = 20;
