//! One run on a smooth network, with what is measured at its end.

use serde::{Deserialize, Serialize};

use crate::curvature::Estimate;
use crate::error::{Error, Result};
use crate::experiment::group::Seeded;
use crate::experiment::trained::{TrainingOutcome, TrainingSettings};
use crate::network::{Activation, Loss, Network};

/// The network and the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The activation between the dense layers, by its word.
    pub activation: String,
    /// The loss, by its word.
    pub loss: String,
    /// The run.
    pub start: TrainingSettings,
}

impl Settings {
    /// The network.
    ///
    /// # Errors
    /// Returns an error if there is no such activation or no such loss.
    pub fn network(&self) -> Result<Network> {
        let fault = |field: &str, fault: String| Error::input("cell", field, fault);
        let activation: Activation =
            (self.activation.parse()).map_err(|text: String| fault("activation", text))?;
        let loss: Loss = self
            .loss
            .parse()
            .map_err(|text: String| fault("loss", text))?;
        let network = Network::dense_chain(&self.start.widths, |_| true, activation);
        Ok(network.with_loss(loss))
    }
}

impl Seeded for Settings {
    fn differs_in_seed_only(&self, other: &Self) -> bool {
        self.activation == other.activation
            && self.loss == other.loss
            && self.start.differs_in_seed_only(&other.start)
    }
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run, with the curvature at its end.
    pub end: TrainingOutcome,
    /// The batch sharpness at its end; `None` if the run diverged or every gradient is zero.
    pub batch_sharpness: Option<Quotients>,
}

/// The batch sharpness over random batches of the size of the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quotients {
    /// `E[gᵀH_B g]/E‖g‖²`.
    pub ratio_of_means: Estimate,
    /// `E[gᵀH_B g/‖g‖²]`.
    pub mean_of_ratios: Estimate,
    /// The number of batches drawn.
    pub batches: usize,
}

#[cfg(test)]
mod tests {
    use crate::experiment::Scale;
    use crate::experiment::silu::Silu;
    use crate::experiment::study::Experiment;
    use crate::network::Loss;

    #[test]
    fn the_network_has_the_activation_and_the_loss_of_the_settings() {
        let (_, mut settings) = Silu::cells(Scale::Smoke).swap_remove(0);
        let network = settings.network().unwrap();
        assert_eq!(network.loss(), Loss::SumSquared);
        settings.loss = "absolute".to_owned();
        let error = settings.network().unwrap_err();
        assert!(error.message.contains("absolute"), "{error}");
    }
}
