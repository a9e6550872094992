//! AdaGrad, as PyTorch's: no decay of the learning rate, sums from zero.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Adaptive, Isa};

/// `v ← v + g²`, `w ← w − ηg/(√v + ε)`, from `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdaGrad {
    /// ε.
    pub epsilon: f64,
}

impl Default for AdaGrad {
    fn default() -> Self {
        AdaGrad { epsilon: 1e-10 }
    }
}

impl AdaGrad {
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
pub struct SumSquares {
    #[serde(skip)]
    pub(super) squares: Vec<f32>,
}

impl SumSquares {
    pub(super) fn fall(
        &mut self,
        isa: Isa,
        (settings, learning_rate): (AdaGrad, f32),
        gradient: &[f32],
        parameters: &mut [f32],
    ) {
        kernel::decay_squares(isa, (1.0, 1.0), gradient, &mut self.squares);
        let pair = (gradient, &self.squares[..]);
        kernel::descend_adaptive(isa, settings.adaptive(), learning_rate, pair, parameters);
    }
}
