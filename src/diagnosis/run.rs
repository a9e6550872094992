//! The optimiser of a run, as the user describes it.

use crate::error::Result;
use crate::model::Sampling;

use super::optimizer::Optimizer;
use super::setting::Setting;

/// The words about a run, before the number of its samples is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The learning rate η, exactly: `7/10` or `0.7`.
    pub lr: String,
    /// The momentum β, exactly.
    pub momentum: String,
    /// The batch size B.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// The optimiser, if it is named.
    pub optimizer: Option<Optimizer>,
    /// Whether the batch size need not divide the number of samples.
    pub any_batch: bool,
}

impl Run {
    /// The run over a number of samples.
    ///
    /// # Errors
    /// Returns an error if a number is out of its range, if the batch size does not divide the samples and
    /// must, or if the optimiser has no momentum and there is some.
    pub fn setting(&self, samples: usize) -> Result<Setting> {
        let setting = Setting::new(&self.lr, &self.momentum, self.batch, self.sampling, samples)?;
        if !self.any_batch {
            setting.check_epochs()?;
        }
        match self.optimizer {
            Some(optimizer) => setting.with_optimizer(optimizer),
            None => Ok(setting),
        }
    }
}
