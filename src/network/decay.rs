//! Weight decay as PyTorch's optimisers couple it: `(λ/2)·‖w‖²` over all parameters, those of batch
//! normalisation among them, is a part of every `f_i`.
//!
//! So gradients gain `λw`, the Hessian and the Gauss–Newton matrix gain `λI`, every `vᵀH_i v` gains
//! `λ‖v‖²`, and Σ, which looks at differences of the `H_i`, gains nothing.

use crate::kernel::{self, Isa};

use super::Network;

impl Network {
    /// The same network with this weight decay λ ≥ 0.
    #[must_use]
    pub fn with_weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// λ.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    /// `(λ/2)·‖w‖²` at these parameters.
    pub fn penalty(&self, isa: Isa, parameters: &[f32]) -> f64 {
        self.weight_decay / 2.0 * kernel::dot_wide(isa, parameters, parameters)
    }

    /// `sum ← sum + λ·x`, for `x` the parameters or a direction among them.
    pub(super) fn add_decay(&self, isa: Isa, x: &[f32], sum: &mut [f32]) {
        if self.weight_decay != 0.0 {
            kernel::axpy(isa, self.weight_decay as f32, x, sum);
        }
    }

    /// `w ← (1 − ηλ)·w`, what decay alone does in a step of descent.
    pub(super) fn shrink(&self, isa: Isa, learning_rate: f32, parameters: &mut [f32]) {
        if self.weight_decay != 0.0 {
            let kept = 1.0 - f64::from(learning_rate) * self.weight_decay;
            kernel::scale(isa, kept as f32, parameters);
        }
    }
}
