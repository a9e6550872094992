//! Nesterov's momentum, as PyTorch's `SGD(momentum, nesterov=True)`.
//!
//! The parameters are those at which the gradient is taken: `w = x + β(x − x⁻)` of the usual pair.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa};

/// `v ← βv + g`, `w ← w − η(g + βv)`, from `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nesterov {
    /// β, in [0, 1).
    pub momentum: f64,
}

/// v.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lookahead {
    #[serde(skip)]
    pub(super) velocity: Vec<f32>,
}

impl Lookahead {
    /// Leaves `g + βv` in `gradient`.
    pub(super) fn fall(
        &mut self,
        isa: Isa,
        (settings, learning_rate): (Nesterov, f32),
        gradient: &mut [f32],
        parameters: &mut [f32],
    ) {
        let beta = settings.momentum as f32;
        kernel::decay(isa, beta, gradient, &mut self.velocity);
        kernel::axpy(isa, beta, &self.velocity, gradient);
        kernel::axpy(isa, -learning_rate, gradient, parameters);
    }
}
