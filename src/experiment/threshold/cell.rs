//! What is computed for one network, learning rate, batch size and seed.

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::error::{Error, Result};
use crate::experiment::statistics::Mean;
use crate::experiment::trained::TrainingSettings;
use crate::model::Sampling;
use crate::network::{Activation, Network};
use crate::train::Run;

/// Everything that determines one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The activation between the dense layers, by its word.
    pub activation: String,
    /// The run that settles. Its batches are independent and without replacement.
    pub start: TrainingSettings,
    /// The walks of the linearised SGD.
    pub walk: WalkSettings,
    /// The runs beside the minimum.
    pub restart: RestartSettings,
}

/// The walks of the linearised SGD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WalkSettings {
    /// Their learning rates, in units of η*.
    pub factors: Vec<f64>,
    /// The number of populations of walks with each learning rate.
    pub populations: u64,
    /// The number of walks of a population.
    pub size: usize,
    /// The number of steps of each walk.
    pub steps: usize,
}

/// The runs of the network that start beside the minimum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestartSettings {
    /// Their learning rates, in units of η*.
    pub factors: Vec<f64>,
    /// The number of runs with each learning rate; each starts in a random direction of its own.
    pub runs: u64,
    /// The distance from the minimum at which they start, in the norm of the parameters.
    pub distance: f32,
    /// The most steps of a run; it ends earlier if it escapes.
    pub steps: u64,
}

/// The outcome of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run that settles.
    pub run: Run,
    /// The minimum; `None` if that run diverged.
    pub minimum: Option<Minimum>,
    /// The SHA-256 of the training bytes.
    pub data: String,
}

/// The minimum, and what SGD does at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minimum {
    /// The loss over all samples.
    pub loss: f64,
    /// The sharpness a, of the Hessian.
    pub sharpness: Eigenvalue,
    /// The non-uniformity s, of the Hessians of the samples.
    pub non_uniformity: Eigenvalue,
    /// The thresholds of the linearised network, which has Gauss–Newton matrices.
    pub rates: Rates,
    /// The walks of the linearised SGD, one entry for each factor.
    pub growths: Vec<Growth>,
    /// The runs beside the minimum, one entry for each factor.
    pub restarts: Vec<Restarts>,
}

/// Learning rates up to which the linearised network is stable.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Full-batch descent, 2/λ_max(G).
    pub gradient_descent: f64,
    /// The bound 1/(s√p) of the paper; `None` without noise.
    pub non_uniformity: Option<f64>,
    /// No step expands, η₁ (Theorem 1).
    pub one_step: f64,
    /// The lower end of a bracket of η*; `None` if none was proved.
    pub stable: Option<f64>,
    /// The upper end of a bracket of η*, which serves as its value.
    pub mean_square: f64,
}

/// The growth of the linearised SGD with one learning rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// E‖x_t‖² after the last step t, by the recursion of second moments; it is 1 at the start.
    pub exact: f64,
    /// Its mean over the populations of simulated walks, with its standard error.
    pub simulated: Mean,
}

/// The runs beside the minimum with one learning rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restarts {
    /// For each run the number of steps after which it was seen to have escaped, that is, with a loss above
    /// ten times that of its start; `None` if it stayed.
    pub escapes: Vec<Option<u64>>,
}

impl Settings {
    /// The network.
    ///
    /// # Errors
    /// Returns an error if there is no such activation.
    pub fn network(&self) -> Result<Network> {
        let activation: Activation = (self.activation.parse())
            .map_err(|fault: String| Error::input("cell", "activation", fault))?;
        Ok(Network::dense_chain(
            &self.start.widths,
            |_| true,
            activation,
        ))
    }

    /// The weight p = (n − B)/(B(n − 1)) of the noise; 0 for a batch that no plan can have.
    pub fn noise(&self) -> f64 {
        let weight = Sampling::WithoutReplacement.weight(self.start.samples, self.start.plan.batch);
        weight.map_or(0.0, |weight| weight.to_f64())
    }

    /// The learning rate η of the run that settles, as the f32 that was used.
    pub fn learning_rate(&self) -> f64 {
        f64::from(self.start.plan.learning_rate)
    }
}

impl Minimum {
    /// Whether this can belong to these settings.
    pub fn fits(&self, settings: &Settings) -> bool {
        self.growths.len() == settings.walk.factors.len()
            && self.restarts.len() == settings.restart.factors.len()
            && settings.walk.steps > 0
            && self.growths.iter().all(|growth| growth.simulated.count > 0)
    }
}

impl Growth {
    /// The growth `ln(E‖x_t‖²/E‖x_0‖²)/t` a step, exact and simulated, for t steps.
    pub fn a_step(&self, steps: usize) -> [f64; 2] {
        [self.exact, self.simulated.value].map(|moment| moment.ln() / steps as f64)
    }

    /// The standard error of the simulated growth a step, to first order.
    pub fn error(&self, steps: usize) -> f64 {
        self.simulated.error / self.simulated.value / steps as f64
    }

    /// Whether there are enough populations for their mean to be nearly normal: the relative standard error is
    /// below populations^(−1/3).
    pub fn is_sampled(&self) -> bool {
        let relative = self.simulated.error / self.simulated.value;
        relative.powi(3) * (self.simulated.count as f64) < 1.0
    }
}
