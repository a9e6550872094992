//! Heavy ball, as PyTorch's `SGD(momentum)`: no dampening, η undivided.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa};

/// `v ← βv + g`, `w ← w − ηv`, from `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeavyBall {
    /// β, in [0, 1).
    pub momentum: f64,
}

/// v.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Velocity {
    #[serde(skip)]
    pub(super) velocity: Vec<f32>,
}

impl Velocity {
    pub(super) fn fall(
        &mut self,
        isa: Isa,
        (settings, learning_rate): (HeavyBall, f32),
        gradient: &[f32],
        parameters: &mut [f32],
    ) {
        kernel::decay(isa, settings.momentum as f32, gradient, &mut self.velocity);
        kernel::axpy(isa, -learning_rate, &self.velocity, parameters);
    }
}
