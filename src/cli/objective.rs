//! The flags that describe the training loss.

use std::str::FromStr;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use sgd_stability::diagnosis::Objective;
use sgd_stability::error::{Error, Result};
use sgd_stability::network::Loss;

use super::help::headings;

/// The loss of the run.
#[derive(Debug, Args)]
#[command(next_help_heading = headings::LOSS)]
pub struct Flags {
    /// The loss [default: the architecture's; mean-squared for a named one].
    #[arg(long, value_name = "LOSS", value_parser = losses())]
    loss: Option<Loss>,
    /// Label smoothing ε of cross-entropy, as PyTorch has it: y ← (1 − ε)·y + ε/c.
    #[arg(long, value_name = "EPSILON")]
    label_smoothing: Option<f64>,
    /// Weight decay λ, as PyTorch's SGD has it [default: the architecture's, or 0].
    ///
    /// (λ/2)·|w|² over all parameters is added to the loss, and λI to the Hessian.
    #[arg(long, value_name = "LAMBDA")]
    weight_decay: Option<f64>,
    /// The loss that your training shows for these samples; if the measured one differs by more than 1 %,
    /// nothing is measured further.
    ///
    /// For watch it is the loss of the last checkpoint that is there at the start, or NAME=LOSS.
    #[arg(long, value_name = "LOSS")]
    pub expect_loss: Option<Expected>,
}

fn losses() -> impl TypedValueParser<Value = Loss> {
    PossibleValuesParser::new(Loss::ALL.map(Loss::name)).try_map(|name| name.parse::<Loss>())
}

impl Flags {
    /// The objective that the flags describe.
    pub fn objective(&self) -> Result<Objective> {
        Objective::new(self.loss, self.label_smoothing, self.weight_decay)
    }

    /// The expected loss, for a command that reads one checkpoint.
    pub fn expected(&self) -> Result<Option<f64>> {
        match &self.expect_loss {
            Some(Expected {
                checkpoint: Some(name),
                loss,
            }) => {
                let fault = "names a checkpoint, as watch takes it; give the number alone";
                Err(Error::input(
                    "--expect-loss",
                    format!("{name}={loss}"),
                    fault,
                ))
            }
            expected => Ok(expected.as_ref().map(|expected| expected.loss)),
        }
    }
}

/// An expected loss, and the checkpoint that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The file name of the checkpoint; `None` is the last checkpoint that exists at the start.
    pub checkpoint: Option<String>,
    /// The expected loss.
    pub loss: f64,
}

impl FromStr for Expected {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (checkpoint, number) = match text.rsplit_once('=') {
            Some((name, number)) => (Some(name.to_owned()), number),
            None => (None, text),
        };
        match number.trim().parse::<f64>() {
            Ok(loss) if loss.is_finite() && loss >= 0.0 => Ok(Expected { checkpoint, loss }),
            _ => Err(format!(
                "\"{number}\" is no loss: write a number that is not negative"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_may_name_its_checkpoint() {
        let read = |text: &str| text.parse::<Expected>();
        let of = |checkpoint: Option<&str>, loss| {
            let checkpoint = checkpoint.map(str::to_owned);
            Ok(Expected { checkpoint, loss })
        };
        assert_eq!(read("0.25"), of(None, 0.25));
        assert_eq!(
            read("step=3.safetensors=1e-3"),
            of(Some("step=3.safetensors"), 1e-3)
        );
        for text in ["-1", "inf", "nan", "a", "a="] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
