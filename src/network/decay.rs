//! Weight decay, coupled as in PyTorch's optimisers: every `f_i` includes `(λ/2)·‖w‖²`, taken over all
//! parameters, including those of batch normalisation.
//!
//! Gradients therefore gain `λw`, the Hessian and the Gauss–Newton matrix gain `λI`, and every `vᵀH_i v`
//! gains `λ‖v‖²`. Σ depends only on differences between the `H_i`, so it does not change.

use crate::kernel::{self, Isa};

use super::Network;

impl Network {
    /// Returns the network with weight decay λ ≥ 0.
    #[must_use]
    pub fn with_weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// The weight decay λ.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    /// The penalty `(λ/2)·‖w‖²` at these parameters.
    pub fn penalty(&self, isa: Isa, parameters: &[f32]) -> f64 {
        self.weight_decay / 2.0 * kernel::dot_wide(isa, parameters, parameters)
    }

    /// `sum ← sum + λ·x`, where `x` is the parameter vector or a direction in parameter space.
    pub(super) fn add_decay(&self, isa: Isa, x: &[f32], sum: &mut [f32]) {
        if self.weight_decay != 0.0 {
            kernel::axpy(isa, self.weight_decay as f32, x, sum);
        }
    }

    /// `w ← (1 − ηλ)·w`: the effect of weight decay in one step of gradient descent.
    pub(super) fn shrink(&self, isa: Isa, learning_rate: f32, parameters: &mut [f32]) {
        if self.weight_decay != 0.0 {
            let kept = 1.0 - f64::from(learning_rate) * self.weight_decay;
            kernel::scale(isa, kept as f32, parameters);
        }
    }
}
