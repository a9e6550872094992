//! RMSprop, as PyTorch's: not centred, no momentum.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Adaptive, Isa};

/// `v ← αv + (1 − α)g²`, `w ← w − ηg/(√v + ε)`, from `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RmsProp {
    /// α, in [0, 1).
    pub decay: f64,
    /// ε.
    pub epsilon: f64,
}

impl Default for RmsProp {
    fn default() -> Self {
        RmsProp {
            decay: 0.99,
            epsilon: 1e-8,
        }
    }
}

impl RmsProp {
    /// How `v` becomes the denominators `√v + ε`.
    pub(super) fn adaptive(self) -> Adaptive {
        Adaptive {
            root: 1.0,
            epsilon: self.epsilon as f32,
        }
    }
}

/// v.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanSquares {
    #[serde(skip)]
    pub(super) squares: Vec<f32>,
}

impl MeanSquares {
    pub(super) fn fall(
        &mut self,
        isa: Isa,
        (settings, learning_rate): (RmsProp, f32),
        gradient: &[f32],
        parameters: &mut [f32],
    ) {
        let factors = (settings.decay as f32, (1.0 - settings.decay) as f32);
        kernel::decay_squares(isa, factors, gradient, &mut self.squares);
        let pair = (gradient, &self.squares[..]);
        kernel::descend_adaptive(isa, settings.adaptive(), learning_rate, pair, parameters);
    }
}
