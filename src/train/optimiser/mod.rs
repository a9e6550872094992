//! How a gradient becomes a step: one file per method, and one list of all methods ([`Optimiser`]).
//!
//! The formulas and defaults are PyTorch's (`torch.optim`); `g` is the gradient of the step and `η` the
//! learning rate of the plan. The vectors are f32, and every element is rounded as the kernels document.
//! Settings are f64; each factor is computed in f64 and rounded to f32 once.

mod ada_grad;
mod adam;
mod heavy_ball;
mod lbfgs;
mod line_search;
mod method;
mod nesterov;
mod rms_prop;

use serde::{Deserialize, Serialize};

pub use ada_grad::AdaGrad;
pub use adam::Adam;
pub use heavy_ball::HeavyBall;
pub use lbfgs::Lbfgs;
pub use nesterov::Nesterov;
pub use rms_prop::RmsProp;

pub(super) use method::{Site, Taken};

use crate::error::Result;
use crate::kernel::{self, Isa};
use method::{Method, Vectors};

/// Generates [`Optimiser`] and [`Memory`] from one list of methods, and forwards their functions to each
/// method's own file.
macro_rules! methods {
    ($($(#[$doc:meta])* $method:ident,)*) => {
        /// The update rule of a step, with its settings.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Optimiser {
            /// `w ← w − ηg`: gradient descent and SGD, fused with the backward pass.
            #[default]
            Plain,
            $($(#[$doc])* $method($method),)*
        }

        /// The state that an optimiser keeps from step to step. When serialised, it holds everything
        /// except its vectors.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Memory {
            /// Nothing.
            Plain,
            $(#[doc = concat!("What [`", stringify!($method), "`] remembers.")]
            $method(<$method as Method>::Memory),)*
        }

        impl Optimiser {
            /// The name in plans.
            pub fn name(self) -> &'static str {
                match self {
                    Optimiser::Plain => "plain",
                    $(Optimiser::$method(_) => $method::NAME,)*
                }
            }

            /// The β₁ of the stability bounds: the momentum of heavy ball, Nesterov and Adam, 0 for
            /// other methods.
            pub fn momentum(self) -> f64 {
                match self {
                    Optimiser::Plain => 0.0,
                    $(Optimiser::$method(method) => method.momentum(),)*
                }
            }

            /// Whether the method needs every sample in every step.
            pub fn needs_every_sample(self) -> bool {
                match self {
                    Optimiser::Plain => false,
                    $(Optimiser::$method(_) => $method::NEEDS_EVERY_SAMPLE,)*
                }
            }

            /// Checks that the settings are in their ranges.
            ///
            /// # Errors
            /// Returns an error when a setting is out of range.
            pub fn check(self) -> Result<()> {
                match self {
                    Optimiser::Plain => Ok(()),
                    $(Optimiser::$method(method) => method.check(),)*
                }
            }
        }

        impl Memory {
            /// The memory before the first step, for `parameters` parameters.
            pub fn new(optimiser: Optimiser, parameters: usize) -> Self {
                let mut memory = match optimiser {
                    Optimiser::Plain => Memory::Plain,
                    $(Optimiser::$method(_) => Memory::$method(Default::default()),)*
                };
                for vector in memory.vectors_mut() {
                    vector.resize(parameters, 0.0);
                }
                memory
            }

            /// The vectors, each with one entry per parameter, in a fixed order.
            pub(super) fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>> {
                match self {
                    Memory::Plain => Vec::new(),
                    $(Memory::$method(memory) => memory.vectors_mut(),)*
                }
            }

            /// Takes a step of the optimiser to which this memory belongs. Returns `None`, without a
            /// step, if the memory belongs to another optimiser, and for plain steps, which
            /// [`crate::network::Pass::descend`] takes.
            pub(super) fn step(&mut self, optimiser: Optimiser, site: &mut Site<'_>) -> Option<Taken> {
                match (optimiser, self) {
                    $((Optimiser::$method(method), Memory::$method(memory)) => {
                        Some(method.step(memory, site))
                    })*
                    _ => None,
                }
            }

            /// The diagonal `P` of a step `w ← w − ηP⁻¹m`: `√v + ε`, or `√v̂ + ε` for Adam. `None` if
            /// the optimiser has none, and for Adam before its first step, where `v̂` is 0/0.
            pub fn preconditioner(&self, isa: Isa, optimiser: Optimiser) -> Option<Vec<f32>> {
                let (adaptive, squares) = match (optimiser, self) {
                    $((Optimiser::$method(method), Memory::$method(memory)) => {
                        method.preconditioner(memory)?
                    })*
                    _ => return None,
                };
                let mut preconditioner = vec![0.0; squares.len()];
                kernel::denominators(isa, adaptive, squares, &mut preconditioner);
                Some(preconditioner)
            }
        }
    };
}

methods! {
    /// `v ← βv + g`, `w ← w − ηv`.
    HeavyBall,
    /// `v ← βv + g`, `w ← w − η(g + βv)`.
    Nesterov,
    /// Divides steps by the root of a running mean of squared gradients.
    RmsProp,
    /// Like RMSprop, but along a running mean of gradients; both means are corrected for starting at
    /// zero.
    Adam,
    /// Divides steps by the root of the sum of squared gradients.
    AdaGrad,
    /// Limited-memory BFGS with a line search; needs every sample in every step.
    Lbfgs,
}

impl Memory {
    /// Whether this is the memory of the given optimiser.
    pub fn belongs_to(&self, optimiser: Optimiser) -> bool {
        let fresh = Memory::new(optimiser, 0);
        std::mem::discriminant(self) == std::mem::discriminant(&fresh)
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
            let read: Optimiser = serde_json::from_str(&text).unwrap();
            assert!(read.check().is_ok());
        }
    }

    #[test]
    fn every_name_is_the_word_in_plans() {
        for word in [
            "heavy-ball",
            "nesterov",
            "rms-prop",
            "adam",
            "ada-grad",
            "lbfgs",
        ] {
            let momentum = matches!(word, "heavy-ball" | "nesterov");
            let settings = if momentum {
                r#"{"momentum":0.5}"#
            } else {
                "{}"
            };
            let text = format!(r#"{{"{word}":{settings}}}"#);
            let read: Optimiser = serde_json::from_str(&text).unwrap();
            assert_eq!(read.name(), word);
            let memory = serde_json::to_value(Memory::new(read, 3)).unwrap();
            assert!(memory.get(word).is_some(), "{memory}");
        }
        assert_eq!(Optimiser::default().name(), "plain");
    }
}
