//! Adam, as PyTorch's: corrected for the start, no weight decay.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Adaptive, Isa};

/// `m ← m + (1 − β₁)(g − m)`, `v ← β₂v + (1 − β₂)g²`, and with `m̂ = m/(1 − β₁ᵗ)`,
/// `v̂ = v/(1 − β₂ᵗ)` after `t` steps, `w ← w − ηm̂/(√v̂ + ε)`; from `m = v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adam {
    /// β₁, in [0, 1).
    pub beta1: f64,
    /// β₂, in [0, 1).
    pub beta2: f64,
    /// ε.
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

/// m, v and t.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    pub(super) steps: u64,
    #[serde(skip)]
    pub(super) mean: Vec<f32>,
    #[serde(skip)]
    pub(super) squares: Vec<f32>,
}

impl Moments {
    /// How `v` becomes the denominators `√v̂ + ε`; `None` before the first step.
    pub(super) fn adaptive(&self, settings: Adam) -> Option<Adaptive> {
        let correction = 1.0 - power(settings.beta2, self.steps);
        (self.steps > 0).then(|| Adaptive {
            root: (1.0 / correction.sqrt()) as f32,
            epsilon: settings.epsilon as f32,
        })
    }

    pub(super) fn fall(
        &mut self,
        isa: Isa,
        (settings, learning_rate): (Adam, f32),
        gradient: &[f32],
        parameters: &mut [f32],
    ) {
        let Adam { beta1, beta2, .. } = settings;
        self.steps += 1;
        kernel::approach(isa, (1.0 - beta1) as f32, gradient, &mut self.mean);
        let factors = (beta2 as f32, (1.0 - beta2) as f32);
        kernel::decay_squares(isa, factors, gradient, &mut self.squares);
        let correction = 1.0 - power(beta1, self.steps);
        let step = (f64::from(learning_rate) / correction) as f32;
        if let Some(adaptive) = self.adaptive(settings) {
            let pair = (&self.mean[..], &self.squares[..]);
            kernel::descend_adaptive(isa, adaptive, step, pair, parameters);
        }
    }
}

/// `baseᵉ` by squaring: products only, so that every machine rounds alike.
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
