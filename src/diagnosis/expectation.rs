//! Compares the measured loss with the loss that the user expects. If they differ, the measured function
//! is not the one that was trained.

use crate::dataset::Split;
use crate::error::{Error, Result};
use crate::network::{Evaluation, Network, Pass};

use super::activations;
use super::mode::Mode;
use super::point;
use super::task::Task;
use super::text::{counted, digits};

/// The largest accepted difference of the two losses, relative to the expected one.
const TOLERANCE: f64 = 0.01;

/// An expected loss below this share of the loss of zero outputs is replaced by this share in the
/// tolerance: so close to zero, rounding to f32 changes the loss by more than a hundredth.
const NEAR_ZERO: f64 = 1e-7;

impl Task<'_> {
    /// Checks the mean loss over the samples, without the weight-decay penalty, against the expected
    /// loss. They may differ by 1 % of the expected loss or, near zero, by 1 % of 10⁻⁷ of the loss of
    /// zero outputs. Without an expected loss the check always succeeds.
    ///
    /// # Errors
    /// Returns an error if they differ by more. Its message names the one cause that explains the ratio,
    /// or else the usual causes.
    pub fn check_loss(&self, mode: Option<Mode>) -> Result<()> {
        let Some(expected) = self.expected else {
            return Ok(());
        };
        let (isa, batch) = (self.effort.isa, self.samples.batch());
        let network = &self.model.network;
        let statistics = mode.map_or(Vec::new(), |mode| mode.statistics(isa, self.model, &batch));
        let point = point::point(self.model, mode, &statistics);
        let zeros = vec![0.0; batch.targets.len()];
        let seen = Seen {
            loss: Pass::new(isa).evaluate(&point, &batch).loss,
            penalty: network.penalty(isa, point.parameters),
            zero: Evaluation::of(isa, network, &zeros, &batch).loss,
            samples: self.samples.count,
        };
        if seen.is(seen.loss, expected) {
            return Ok(());
        }
        let cause = match seen.explained(expected, network) {
            Some(cause) => format!("that is {cause}"),
            None => usual_causes(network, self.samples.split),
        };
        let fault = format!(
            "is not the loss of {} over {}, which is {} ({}); {cause}",
            self.place,
            counted(seen.samples, "sample"),
            digits(seen.loss),
            network.loss().name(),
        );
        Err(Error::input("--expect-loss", expected, fault))
    }
}

/// The loss of a model, as it was measured.
struct Seen {
    loss: f64,
    penalty: f64,
    zero: f64,
    samples: usize,
}

impl Seen {
    fn is(&self, loss: f64, expected: f64) -> bool {
        let size = expected.max(NEAR_ZERO * self.zero);
        (loss - expected).abs() <= TOLERANCE * size
    }

    /// The loss that the expected one is, if the two differ only in their units.
    fn explained(&self, expected: f64, network: &Network) -> Option<String> {
        let (loss, c) = (network.loss(), network.outputs());
        let sum = "the sum over the samples: give their mean";
        let outputs = loss.divisor(c);
        let is = |factor: f64| self.is(self.loss * factor, expected);
        if let Some((other, _)) = loss
            .conventions(c)
            .into_iter()
            .find(|(_, factor)| is(*factor))
        {
            return Some(format!("the loss {0}: give --loss {0}", other.name()));
        }
        if self.penalty > 0.0 && self.is(self.loss + self.penalty, expected) {
            return Some(
                "the loss with the penalty of weight decay: give the loss alone".to_owned(),
            );
        }
        if is(self.samples as f64) {
            return Some(sum.to_owned());
        }
        let conventions = loss.conventions(c).into_iter();
        let summed = |(_, factor): &(_, f64)| is(factor * self.samples as f64);
        if let Some((other, _)) = conventions.into_iter().find(summed) {
            return Some(format!("{} as {sum}, and --loss {0}", other.name()));
        }
        let is_mean = !loss.is_squared() && outputs > 1.0;
        (is_mean && is(outputs)).then(|| {
            format!("{c} times as much, a sum over the outputs where this loss is their mean")
        })
    }
}

fn usual_causes(network: &Network, split: Option<Split>) -> String {
    let samples = match split {
        Some(Split::Test) => "; these are test samples by their name",
        Some(Split::Train) | None => "",
    };
    format!(
        "the usual causes: another activation than the {} taken here (--activation), another convention \
         of the loss (--loss), other samples, data that were scaled otherwise for the training, layers in another \
         order{samples}",
        activations::kinds(network)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Loss;

    fn seen(loss: f64) -> Seen {
        Seen {
            loss,
            penalty: 0.3,
            zero: 2.0,
            samples: 50,
        }
    }

    #[test]
    fn one_percent_is_the_same_loss_and_near_zero_rounding_is() {
        assert!(seen(0.1).is(0.1, 0.1009) && !seen(0.1).is(0.1, 0.1012));
        // 10⁻⁷ of 2, and a hundredth of that.
        assert!(seen(0.0).is(1.9e-9, 0.0) && !seen(0.0).is(2.1e-9, 0.0));
        assert!(!seen(0.1).is(f64::NAN, 0.1));
    }

    #[test]
    fn a_ratio_that_is_known_is_named() {
        let cause = |loss: Loss, expected: f64| {
            let network = Network::fnn(&[4, 10]).with_loss(loss);
            seen(0.1).explained(expected, &network)
        };
        let named = |loss, expected, words: &str| {
            let cause = cause(loss, expected).unwrap_or_default();
            assert!(cause.contains(words), "{loss:?} {expected}: {cause}");
        };
        named(Loss::MeanSquared, 1.0, "--loss sum-squared");
        named(Loss::MeanSquared, 0.5, "--loss half-sum-squared");
        named(Loss::HalfSumSquared, 0.02, "--loss mean-squared");
        named(Loss::SumSquared, 0.05, "--loss half-sum-squared");
        named(Loss::MeanSquared, 5.0, "over the samples: give their mean");
        named(
            Loss::MeanSquared,
            50.0,
            "sum-squared as the sum over the samples",
        );
        named(Loss::MeanSquared, 0.4, "penalty of weight decay");
        named(Loss::CROSS_ENTROPY, 5.0, "over the samples");
        named(Loss::BinaryCrossEntropy, 1.0, "sum over the outputs");
        assert_eq!(cause(Loss::MeanSquared, 0.13), None);
        assert_eq!(cause(Loss::CROSS_ENTROPY, 1.0), None);
    }
}
