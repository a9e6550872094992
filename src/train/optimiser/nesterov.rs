//! Nesterov's momentum, as PyTorch's `SGD(momentum, nesterov=True)`.
//!
//! The parameters are the points at which gradients are taken: `w = x + β(x − x⁻)` in the usual notation
//! with two sequences.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kernel;

use super::heavy_ball::Velocity;
use super::method::{Method, Site, Taken, check_decay};

/// `v ← βv + g`, `w ← w − η(g + βv)`, starting with `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nesterov {
    /// The momentum β, in [0, 1).
    pub momentum: f64,
}

impl Method for Nesterov {
    type Memory = Velocity;
    const NAME: &'static str = "nesterov";

    fn check(&self) -> Result<()> {
        check_decay("momentum", self.momentum)
    }

    fn momentum(&self) -> f64 {
        self.momentum
    }

    fn step(&self, Velocity { velocity }: &mut Velocity, site: &mut Site<'_>) -> Taken {
        let loss = site.evaluate();
        let beta = self.momentum as f32;
        kernel::decay(site.isa, beta, site.gradient, velocity);
        kernel::axpy(site.isa, beta, velocity, site.gradient);
        kernel::axpy(
            site.isa,
            -site.learning_rate,
            site.gradient,
            site.parameters,
        );
        Taken::from_loss(loss)
    }
}
