//! Adam as in PyTorch, with bias correction and without weight decay of its own.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kernel::{self, Adaptive};

use super::method::{Method, Site, Taken, Vectors, check_decay, check_positive};

/// `m ← m + (1 − β₁)(g − m)`, `v ← β₂v + (1 − β₂)g²` and `w ← w − ηm̂/(√v̂ + ε)`, where
/// `m̂ = m/(1 − β₁ᵗ)` and `v̂ = v/(1 − β₂ᵗ)` after `t` steps; starting with `m = v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adam {
    /// The decay rate β₁ of the mean, in [0, 1).
    pub beta1: f64,
    /// The decay rate β₂ of the mean square, in [0, 1).
    pub beta2: f64,
    /// The constant ε that is added to the root.
    pub epsilon: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Adam {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }
}

/// The running moments `m` and `v`, and the number of steps `t`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    steps: u64,
    #[serde(skip)]
    mean: Vec<f32>,
    #[serde(skip)]
    squares: Vec<f32>,
}

impl Vectors for Moments {
    fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>> {
        vec![&mut self.mean, &mut self.squares]
    }
}

impl Adam {
    /// How to compute the denominators `√v̂ + ε` from `v` after `steps` steps, at least 1.
    fn adaptive(&self, steps: u64) -> Adaptive {
        let correction = 1.0 - power(self.beta2, steps);
        Adaptive {
            root: (1.0 / correction.sqrt()) as f32,
            epsilon: self.epsilon as f32,
        }
    }
}

impl Method for Adam {
    type Memory = Moments;
    const NAME: &'static str = "adam";

    fn check(&self) -> Result<()> {
        check_decay("beta1", self.beta1)?;
        check_decay("beta2", self.beta2)?;
        check_positive("epsilon", self.epsilon)
    }

    fn momentum(&self) -> f64 {
        self.beta1
    }

    fn step(&self, memory: &mut Moments, site: &mut Site<'_>) -> Taken {
        let loss = site.evaluate();
        let Adam { beta1, beta2, .. } = *self;
        let Moments {
            steps,
            mean,
            squares,
        } = memory;
        *steps += 1;
        kernel::approach(site.isa, (1.0 - beta1) as f32, site.gradient, mean);
        let factors = (beta2 as f32, (1.0 - beta2) as f32);
        kernel::decay_squares(site.isa, factors, site.gradient, squares);
        let correction = 1.0 - power(beta1, *steps);
        let step = (f64::from(site.learning_rate) / correction) as f32;
        let adaptive = self.adaptive(*steps);
        kernel::descend_adaptive(site.isa, adaptive, step, mean, squares, site.parameters);
        Taken::from_loss(loss)
    }

    /// `None` before the first step, where `v̂` is 0/0.
    fn preconditioner<'a>(&self, memory: &'a Moments) -> Option<(Adaptive, &'a [f32])> {
        let adaptive = (memory.steps > 0).then(|| self.adaptive(memory.steps))?;
        Some((adaptive, &memory.squares))
    }
}

/// `baseᵉ` by repeated squaring. It uses products only, so that every machine rounds in the same way.
fn power(base: f64, mut exponent: u64) -> f64 {
    let (mut square, mut result) = (base, 1.0);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result *= square;
        }
        square *= square;
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_repeated_products() {
        for base in [0.0, 0.5, 0.9, 0.999] {
            let mut product = 1.0_f64;
            for exponent in 0..200 {
                // At most 200 roundings on one side and 16 on the other.
                let error = (power(base, exponent) - product).abs();
                assert!(error <= 216.0 * f64::EPSILON * product);
                product *= base;
            }
        }
        assert_eq!(power(0.5, 10), 1.0 / 1024.0);
    }
}
