//! How a gradient becomes a step.
//!
//! The formulas and defaults are PyTorch's (`torch.optim`); `g` is the gradient of the step, `η` the
//! learning rate of the plan. The vectors are f32 and every element is rounded as the kernels say;
//! settings are f64 and each factor is rounded to f32 once, after it has been computed.

mod ada_grad;
mod adam;
mod heavy_ball;
mod lbfgs;
mod line_search;
mod memory;
mod nesterov;
mod rms_prop;

use serde::{Deserialize, Serialize};

pub use ada_grad::AdaGrad;
pub use adam::Adam;
pub use heavy_ball::HeavyBall;
pub use lbfgs::Lbfgs;
pub use memory::Memory;
pub use nesterov::Nesterov;
pub use rms_prop::RmsProp;

pub(super) use lbfgs::Fall;

use crate::error::{Error, Result};

/// The rule of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimiser {
    /// `w ← w − ηg`: gradient descent and SGD, fused with the backward pass.
    #[default]
    Plain,
    /// `v ← βv + g`, `w ← w − ηv`.
    HeavyBall(HeavyBall),
    /// `v ← βv + g`, `w ← w − η(g + βv)`.
    Nesterov(Nesterov),
    /// Steps divided by the root of a running mean of squares.
    RmsProp(RmsProp),
    /// The same with a running mean of gradients, both corrected for their start.
    Adam(Adam),
    /// Steps divided by the root of the sum of squares.
    AdaGrad(AdaGrad),
    /// Limited-memory BFGS with a line search; needs every sample in every step.
    Lbfgs(Lbfgs),
}

impl Optimiser {
    /// The word in plans.
    pub fn name(self) -> &'static str {
        match self {
            Optimiser::Plain => "plain",
            Optimiser::HeavyBall(_) => "heavy-ball",
            Optimiser::Nesterov(_) => "nesterov",
            Optimiser::RmsProp(_) => "rms-prop",
            Optimiser::Adam(_) => "adam",
            Optimiser::AdaGrad(_) => "ada-grad",
            Optimiser::Lbfgs(_) => "lbfgs",
        }
    }

    /// β₁ of the stability bounds: the momentum of heavy ball, Nesterov and Adam, 0 elsewhere.
    pub fn momentum(self) -> f64 {
        match self {
            Optimiser::HeavyBall(HeavyBall { momentum })
            | Optimiser::Nesterov(Nesterov { momentum }) => momentum,
            Optimiser::Adam(adam) => adam.beta1,
            _ => 0.0,
        }
    }

    /// Are the settings in their ranges?
    ///
    /// # Errors
    /// When one is not.
    pub fn check(self) -> Result<()> {
        match self {
            Optimiser::Plain => Ok(()),
            Optimiser::HeavyBall(HeavyBall { momentum })
            | Optimiser::Nesterov(Nesterov { momentum }) => decays("momentum", momentum),
            Optimiser::RmsProp(RmsProp { decay, epsilon }) => {
                decays("decay", decay).and(positive("epsilon", epsilon))
            }
            Optimiser::Adam(adam) => decays("beta1", adam.beta1)
                .and(decays("beta2", adam.beta2))
                .and(positive("epsilon", adam.epsilon)),
            Optimiser::AdaGrad(AdaGrad { epsilon }) => positive("epsilon", epsilon),
            Optimiser::Lbfgs(lbfgs) => lbfgs.check(),
        }
    }
}

/// Is a factor of forgetting in `[0, 1)`, also once rounded to f32?
fn decays(field: &str, value: f64) -> Result<()> {
    let is_one = value as f32 >= 1.0;
    match value >= 0.0 && !is_one {
        true => Ok(()),
        false => Err(Error::input(
            "optimiser",
            field,
            format!("{value} is not in [0, 1); choose a number below 1, such as 0.9"),
        )),
    }
}

/// Is a number above zero and finite, also once rounded to f32?
fn positive(field: &str, value: f64) -> Result<()> {
    let single = value as f32;
    match single.is_normal() && single > 0.0 {
        true => Ok(()),
        false => Err(Error::input(
            "optimiser",
            field,
            format!("{value} is no positive number of f32; choose one such as 1e-8"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_name_an_optimiser_and_only_what_differs_from_pytorch() {
        let read = |text: &str| serde_json::from_str::<Optimiser>(text);
        assert_eq!(read(r#""plain""#).unwrap(), Optimiser::Plain);
        let adam = read(r#"{"adam":{"beta1":0.5}}"#).unwrap();
        let expected = Adam {
            beta1: 0.5,
            beta2: 0.999,
            epsilon: 1e-8,
        };
        assert_eq!(adam, Optimiser::Adam(expected));
        assert!(read(r#"{"adam":{"beta3":0.5}}"#).is_err());
        assert!(read(r#"{"heavy-ball":{}}"#).is_err());
        assert_eq!(adam.momentum(), 0.5);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let momentum = |momentum| Optimiser::HeavyBall(HeavyBall { momentum });
        for wrong in [-0.1, 1.0, 1.0 - 1e-12, f64::NAN] {
            let error = momentum(wrong).check().unwrap_err();
            assert!(error.message.contains("momentum"), "{error}");
        }
        assert!(momentum(0.0).check().is_ok());
        for epsilon in [0.0, -1.0, 1e-60, f64::NAN, f64::INFINITY] {
            let adam = Adam {
                epsilon,
                ..Adam::default()
            };
            assert!(Optimiser::Adam(adam).check().is_err(), "{epsilon}");
            assert!(Optimiser::AdaGrad(AdaGrad { epsilon }).check().is_err());
        }
        for optimiser in ["rms-prop", "adam", "ada-grad", "lbfgs"] {
            let text = format!(r#"{{"{optimiser}":{{}}}}"#);
            let optimiser: Optimiser = serde_json::from_str(&text).unwrap();
            assert!(optimiser.check().is_ok());
        }
    }
}
