//! How the optimiser runs.

use num_traits::{One, Zero};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::Sampling;
use crate::number::Exact;

use super::optimizer::Optimizer;

/// Learning rate, batch, sampling and momentum, over a number of samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// η > 0.
    pub lr: Exact,
    /// B.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// β of heavy ball (or of Nesterov, where that is the optimiser), 0 ≤ β < 1; 0 is plain SGD.
    pub momentum: Exact,
    /// The optimiser, where it was named.
    #[serde(skip)]
    pub optimizer: Option<Optimizer>,
    /// n.
    #[serde(skip)]
    pub samples: usize,
}

impl Setting {
    /// A setting from the words of a command line.
    ///
    /// # Errors
    /// When the rate is not positive, the momentum not in [0, 1), or the batch not from 1 to n.
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

    /// The same run under an optimiser that was named. SGD with momentum is heavy ball, and heavy ball
    /// without is SGD.
    ///
    /// # Errors
    /// When there is momentum and the optimiser is none of those that have one.
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

    /// The optimiser's name, or that of the one that is assumed.
    pub fn optimizer_name(&self) -> &'static str {
        let assumed = if self.is_plain() {
            Optimizer::Sgd
        } else {
            Optimizer::HeavyBall
        };
        self.optimizer.unwrap_or(assumed).name()
    }

    /// Why no criterion here speaks of this run; `None` where some does.
    pub fn uncovered(&self) -> Option<String> {
        self.optimizer.and_then(Optimizer::uncovered)
    }

    /// The optimiser's name, where the criteria are not those of SGD and heavy ball.
    pub fn special_optimizer(&self) -> Option<&'static str> {
        let is_special = self.uncovered().is_some() || self.is_nesterov();
        is_special.then(|| self.optimizer_name())
    }

    /// Is there Nesterov's momentum?
    pub fn is_nesterov(&self) -> bool {
        self.optimizer == Some(Optimizer::Nesterov) && !self.is_plain()
    }

    /// Has every epoch, where there are epochs, batches of one size?
    pub fn has_even_epochs(&self) -> bool {
        self.sampling == Sampling::WithReplacement || self.samples.is_multiple_of(self.batch)
    }

    /// Refuses a batch that does not divide the samples: an epoch that goes through them all, as data
    /// loaders do, would end with a smaller one, of which no criterion speaks. Drawn with replacement
    /// there are no epochs.
    ///
    /// # Errors
    /// When it does not divide them.
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

    /// p, the weight of the sample noise at this batch.
    pub fn weight(&self) -> Exact {
        self.weight_of(self.batch)
    }

    /// p at another batch.
    ///
    /// # Panics
    /// When the batch is not from 1 to n.
    pub fn weight_of(&self, batch: usize) -> Exact {
        let weight = self.sampling.weight(self.samples, batch);
        weight.expect("a batch from 1 to the number of samples")
    }

    /// Is it plain SGD, without momentum?
    pub fn is_plain(&self) -> bool {
        self.momentum.is_zero()
    }

    /// Does every step see every sample once?
    pub fn is_full_batch(&self) -> bool {
        self.weight().is_zero()
    }
}
