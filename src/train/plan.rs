//! Everything that determines a run, besides the network, its initial state and its data.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

use super::{Optimiser, Sampler};

/// The conditions under which a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// The run has converged when the smoothed batch loss is below this. The smoothing is the authors':
    /// `m ← 0.9·m + 0.1·loss`, starting with the first loss.
    pub tolerance: f64,
    /// The largest number of steps.
    pub steps: u64,
    /// The run is stationary when the gradient is below this; `None` disables the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradient: Option<GradientStop>,
    /// The run has diverged when the smoothed loss exceeds this many times the first loss (or the
    /// tolerance, if that is larger). A catapult may raise the loss by a factor of a few tens, so 1e6
    /// is safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blow_up: Option<f64>,
}

/// The test for a zero gradient of the loss over all samples, with batch normalisation in training mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradientStop {
    /// The run is stationary when the Euclidean norm is below this.
    pub tolerance: f64,
    /// The number of steps between two computations of the gradient.
    pub every: u64,
}

impl Stop {
    /// Stops when the smoothed loss is below `tolerance`, or after `steps` steps.
    pub fn at(tolerance: f64, steps: u64) -> Self {
        Stop {
            tolerance,
            steps,
            gradient: None,
            blow_up: None,
        }
    }
}

/// Everything that determines a run, besides the network, its initial state and its data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The optimiser; plain if a file does not say.
    #[serde(default)]
    pub optimiser: Optimiser,
    /// The learning rate η per step; for L-BFGS the first trial of its line search.
    pub learning_rate: f32,
    /// The batch size B; all samples for gradient descent.
    pub batch: usize,
    /// How batches are drawn.
    pub sampler: Sampler,
    /// The seed of the batches.
    pub seed: u64,
    /// When to stop.
    pub stop: Stop,
}

impl Plan {
    /// Checks that the plan can be carried out on `samples` samples.
    ///
    /// # Errors
    /// Returns an error when a number is out of its range, or when an optimiser needs every sample in
    /// every step and the batches have fewer.
    pub fn check(&self, samples: usize) -> Result<()> {
        let wrong = |field: &str, fault: String| Err(Error::input("plan", field, fault));
        self.optimiser.check()?;
        if !(self.learning_rate.is_finite() && self.learning_rate >= 0.0) {
            let fault = format!(
                "{} is no learning rate; give one of 0 or more",
                self.learning_rate
            );
            return wrong("learning_rate", fault);
        }
        if !(1..=samples).contains(&self.batch) {
            let fault = format!("{} of {samples} samples; choose 1 to {samples}", self.batch);
            return wrong("batch", fault);
        }
        let takes_all = self.sampler.takes_all(self.batch, samples);
        if self.optimiser.needs_every_sample() && !takes_all {
            let name = self.optimiser.name();
            let fault = format!(
                "{name} needs every sample in every step; set the batch to {samples}, not with \
                 replacement"
            );
            return wrong("batch", fault);
        }
        self.stop.check()
    }
}

impl Stop {
    fn check(&self) -> Result<()> {
        let wrong = |field: &str, fault: &str| Err(Error::input("plan: stop", field, fault));
        if self.tolerance.is_nan() {
            return wrong("tolerance", "NaN is no tolerance; give a number");
        }
        if let Some(GradientStop { tolerance, every }) = self.gradient
            && (tolerance.is_nan() || every == 0)
        {
            return wrong(
                "gradient",
                "give a number as tolerance, and every 1 or more",
            );
        }
        if self
            .blow_up
            .is_some_and(|factor| factor.is_nan() || factor <= 1.0)
        {
            return wrong("blow_up", "give a factor above 1, such as 1e6");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            optimiser: Optimiser::Plain,
            learning_rate: 0.5,
            batch: 4,
            sampler: Sampler::Reshuffled,
            seed: 1,
            stop: Stop::at(1e-4, 100),
        }
    }

    #[test]
    fn plans_written_before_there_were_optimisers_are_plain() {
        let old = r#"{"learning_rate":0.5,"batch":4,"sampler":"reshuffled","seed":1,
                      "stop":{"tolerance":0.0001,"steps":100}}"#;
        assert_eq!(serde_json::from_str::<Plan>(old).unwrap(), plan());
        let text = serde_json::to_string(&plan()).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan());
    }

    #[test]
    fn every_wrong_number_is_named() {
        let field = |change: fn(&mut Plan)| {
            let mut wrong = plan();
            change(&mut wrong);
            wrong.check(10).unwrap_err().message
        };
        assert!(plan().check(10).is_ok());
        assert!(field(|p| p.batch = 0).contains("batch"));
        assert!(field(|p| p.batch = 11).contains("batch"));
        assert!(field(|p| p.learning_rate = f32::NAN).contains("learning_rate"));
        assert!(field(|p| p.learning_rate = -1.0).contains("learning_rate"));
        assert!(field(|p| p.stop.tolerance = f64::NAN).contains("tolerance"));
        assert!(field(|p| p.stop.blow_up = Some(1.0)).contains("blow_up"));
        let every = |p: &mut Plan| {
            p.stop.gradient = Some(GradientStop {
                tolerance: 1.0,
                every: 0,
            });
        };
        assert!(field(every).contains("gradient"));
        assert!(field(|p| p.optimiser = Optimiser::Lbfgs(Default::default())).contains("lbfgs"));
    }
}
