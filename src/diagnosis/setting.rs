//! The hyperparameters of the optimiser.

use num_traits::{One, Zero};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::Sampling;
use crate::number::Exact;

use super::optimizer::Optimizer;

/// The learning rate, batch size, sampling and momentum of a run over a number of samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// The learning rate η > 0.
    pub lr: Exact,
    /// The batch size B.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// The momentum β of heavy ball (or of Nesterov, if that is the optimiser), 0 ≤ β < 1; 0 is plain
    /// SGD.
    pub momentum: Exact,
    /// The optimiser, if the user named it.
    #[serde(skip)]
    pub optimizer: Option<Optimizer>,
    /// The number of samples n.
    #[serde(skip)]
    pub samples: usize,
}

impl Setting {
    /// Parses a setting from the values of command-line flags.
    ///
    /// # Errors
    /// Returns an error if the learning rate is not positive, the momentum is not in [0, 1), or the batch
    /// size is not from 1 to n.
    pub fn new(
        lr: &str,
        momentum: &str,
        batch: usize,
        sampling: Sampling,
        samples: usize,
    ) -> Result<Self> {
        let number = |flag: &str, text: &str| -> Result<Exact> {
            text.parse()
                .map_err(|fault| Error::input(flag, text, fault))
        };
        let setting = Setting {
            lr: number("--lr", lr)?,
            momentum: number("--momentum", momentum)?,
            batch,
            sampling,
            optimizer: None,
            samples,
        };
        if setting.lr <= Exact::zero() {
            return Err(Error::input("--lr", lr, "must be positive"));
        }
        if setting.momentum < Exact::zero() || setting.momentum >= Exact::one() {
            let fault = "must be from 0 to below 1";
            return Err(Error::input("--momentum", momentum, fault));
        }
        if batch == 0 || batch > samples {
            let fault = format!("must be from 1 to {samples}, the number of samples");
            return Err(Error::input("--batch", batch, fault));
        }
        Ok(setting)
    }

    /// The same run with a named optimiser. SGD with momentum is heavy ball, and heavy ball without
    /// momentum is SGD.
    ///
    /// # Errors
    /// Returns an error if there is momentum and the optimiser does not have one.
    pub fn with_optimizer(self, optimizer: Optimizer) -> Result<Self> {
        if matches!(optimizer, Optimizer::Other(_)) && !self.is_plain() {
            let fault = format!(
                "belongs to sgd, heavy-ball and nesterov, and the optimiser is {optimizer}, of which \
                 no criterion here speaks; leave it out"
            );
            return Err(Error::input("--momentum", &self.momentum, fault));
        }
        Ok(Setting {
            optimizer: Some(optimizer),
            ..self
        })
    }

    /// The name of the optimiser, or of the one that is assumed.
    pub fn optimizer_name(&self) -> &'static str {
        let assumed = if self.is_plain() {
            Optimizer::Sgd
        } else {
            Optimizer::HeavyBall
        };
        self.optimizer.unwrap_or(assumed).name()
    }

    /// Why no criterion describes this run; `None` if one does.
    pub fn uncovered(&self) -> Option<String> {
        self.optimizer.and_then(Optimizer::uncovered)
    }

    /// The name of the optimiser, if its criteria are not those of SGD and heavy ball.
    pub fn special_optimizer(&self) -> Option<&'static str> {
        let is_special = self.uncovered().is_some() || self.is_nesterov();
        is_special.then(|| self.optimizer_name())
    }

    /// Whether the run has Nesterov momentum.
    pub fn is_nesterov(&self) -> bool {
        self.optimizer == Some(Optimizer::Nesterov) && !self.is_plain()
    }

    /// Whether all batches of an epoch have the same size. This holds if there are no epochs.
    pub fn has_even_epochs(&self) -> bool {
        self.sampling == Sampling::WithReplacement || self.samples.is_multiple_of(self.batch)
    }

    /// Checks that the batch size divides the number of samples. Otherwise an epoch that passes through
    /// all samples, as data loaders do, would end with a smaller batch, which no criterion describes.
    /// Batches drawn with replacement form no epochs and always pass.
    ///
    /// # Errors
    /// Returns an error if the batch size does not divide the number of samples.
    pub fn check_epochs(&self) -> Result<()> {
        if self.has_even_epochs() {
            return Ok(());
        }
        let (n, batch) = (self.samples, self.batch);
        let divides = |b: &usize| n.is_multiple_of(*b);
        let (below, above) = ((1..batch).rev().find(divides), (batch..=n).find(divides));
        let near: Vec<String> = below.iter().chain(&above).map(usize::to_string).collect();
        let fault = format!(
            "does not divide the {n} samples, so that an epoch ends with a batch of {}, and the \
             criteria are for batches of one size; give {}, other --samples, or --any-batch if \
             every batch is drawn anew from all samples",
            n % batch,
            near.join(" or ")
        );
        Err(Error::input("--batch", batch, fault))
    }

    /// The weight p of the gradient noise at this batch size.
    pub fn weight(&self) -> Exact {
        self.weight_of(self.batch)
    }

    /// The weight p at another batch size.
    ///
    /// # Panics
    /// If the batch size is not from 1 to n.
    pub fn weight_of(&self, batch: usize) -> Exact {
        let weight = self.sampling.weight(self.samples, batch);
        weight.expect("a batch from 1 to the number of samples")
    }

    /// Whether the run is plain SGD, without momentum.
    pub fn is_plain(&self) -> bool {
        self.momentum.is_zero()
    }

    /// Whether every step uses every sample once.
    pub fn is_full_batch(&self) -> bool {
        self.weight().is_zero()
    }
}
