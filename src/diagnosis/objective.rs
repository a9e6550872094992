//! The training loss, where it differs from that of the architecture.

use crate::error::{Error, Result};
use crate::network::{Loss, Network};

/// What the user says about the training loss.
#[derive(Clone, Debug, Default)]
pub struct Objective {
    /// The loss, if it is not that of the architecture.
    pub loss: Option<Loss>,
    /// The label smoothing, if it is not that of the architecture.
    pub label_smoothing: Option<f64>,
    /// The weight decay λ, if the architecture does not state it.
    pub weight_decay: Option<f64>,
}

impl Objective {
    /// What is said about the loss; `None` is what the architecture has.
    ///
    /// # Errors
    /// Returns an error if the weight decay is negative or not finite.
    pub fn new(
        loss: Option<Loss>,
        label_smoothing: Option<f64>,
        weight_decay: Option<f64>,
    ) -> Result<Self> {
        match weight_decay {
            Some(decay) if !(decay.is_finite() && decay >= 0.0) => {
                let fault = "must be 0 or a positive number";
                Err(Error::input("--weight-decay", decay, fault))
            }
            weight_decay => Ok(Objective {
                loss,
                label_smoothing,
                weight_decay,
            }),
        }
    }

    /// The network with this loss. If the loss is the architecture's own, it keeps the architecture's
    /// label smoothing.
    ///
    /// # Errors
    /// Returns an error if the smoothing is not in [0, 1] or the loss does not support it, or if the
    /// architecture states another weight decay.
    pub fn of(&self, network: Network) -> Result<Network> {
        let loss = self.loss_over(network.loss())?;
        let own = network.weight_decay();
        let decay = self.weight_decay.unwrap_or(own);
        if own != 0.0 && decay != own {
            let fault = format!(
                "is not the weight-decay of {}, {own}; leave out one",
                network.name()
            );
            return Err(Error::input("--weight-decay", decay, fault));
        }
        Ok(network.with_loss(loss).with_weight_decay(decay))
    }

    fn loss_over(&self, own: Loss) -> Result<Loss> {
        let named = self.loss.filter(|loss| loss.name() != own.name());
        let loss = named.unwrap_or(own).with_smoothing(self.label_smoothing);
        loss.map_err(|fault| {
            let given = self.label_smoothing.unwrap_or_default();
            Error::input("--label-smoothing", given, fault)
        })
    }

    /// This objective in words, if it names another loss than the text `others`; else `others` itself, whose
    /// remaining settings may come from the architecture.
    ///
    /// # Errors
    /// The errors of [`Objective::of`].
    pub fn words_or(&self, others: &str) -> Result<String> {
        let is_other = |loss: &Loss| others.split(',').next() != Some(loss.name());
        match self.loss.filter(is_other) {
            Some(loss) => {
                let decay = self.weight_decay.unwrap_or_default();
                Ok(words(self.loss_over(loss)?, decay))
            }
            None => Ok(others.to_owned()),
        }
    }
}

/// The whole objective of a network in words. Two objectives are compared by this text.
pub fn in_words(network: &Network) -> String {
    words(network.loss(), network.weight_decay())
}

fn words(loss: Loss, decay: f64) -> String {
    let smoothing = loss.smoothing().filter(|smoothing| *smoothing > 0.0);
    let smoothing = smoothing.map_or(String::new(), |s| format!(", label smoothing {s}"));
    let decay = match decay {
        0.0 => String::new(),
        decay => format!(", weight decay {decay}"),
    };
    format!("{}{smoothing}{decay}", loss.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_replaces_what_an_architecture_says_and_nothing_more() {
        let smooth = Loss::CrossEntropy { smoothing: 0.1 };
        let network = || Network::fnn(&[2, 3]).with_loss(smooth);
        let of = |loss, label_smoothing, weight_decay| {
            let objective = Objective {
                loss,
                label_smoothing,
                weight_decay,
            };
            objective.of(network()).map(|network| in_words(&network))
        };
        let said = |loss, smoothing, decay| of(loss, smoothing, Some(decay)).unwrap();
        assert_eq!(said(None, None, 0.0), "cross-entropy, label smoothing 0.1");
        assert_eq!(
            said(Some(Loss::CROSS_ENTROPY), None, 0.5),
            "cross-entropy, label smoothing 0.1, weight decay 0.5"
        );
        assert_eq!(said(None, Some(0.0), 0.0), "cross-entropy");
        assert_eq!(said(Some(Loss::SumSquared), None, 0.0), "sum-squared");
        for (loss, smoothing) in [(Some(Loss::SumSquared), 0.1), (None, 1.5), (None, -0.1)] {
            let fault = of(loss, Some(smoothing), None).unwrap_err().message;
            assert!(fault.starts_with("--label-smoothing: "), "{fault}");
        }
    }

    #[test]
    fn two_weight_decays_must_agree() {
        let of = |weight_decay| {
            let objective = Objective {
                weight_decay,
                ..Objective::default()
            };
            objective.of(Network::fnn(&[2, 3]).with_weight_decay(0.25))
        };
        assert_eq!(of(None).unwrap().weight_decay(), 0.25);
        assert_eq!(of(Some(0.25)).unwrap().weight_decay(), 0.25);
        for other in [0.0, 0.5] {
            let fault = of(Some(other)).unwrap_err().message;
            assert!(
                fault.contains("weight-decay") && fault.contains("0.25"),
                "{fault}"
            );
        }
    }
}
