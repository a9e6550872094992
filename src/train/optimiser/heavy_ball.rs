//! Heavy-ball momentum, as PyTorch's `SGD(momentum)`, without dampening.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kernel;

use super::method::{Method, Site, Taken, Vectors, check_decay};

/// `v ← βv + g`, `w ← w − ηv`, starting with `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeavyBall {
    /// The momentum β, in [0, 1).
    pub momentum: f64,
}

/// The velocity v.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Velocity {
    #[serde(skip)]
    pub(super) velocity: Vec<f32>,
}

impl Vectors for Velocity {
    fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>> {
        vec![&mut self.velocity]
    }
}

impl Method for HeavyBall {
    type Memory = Velocity;
    const NAME: &'static str = "heavy-ball";

    fn check(&self) -> Result<()> {
        check_decay("momentum", self.momentum)
    }

    fn momentum(&self) -> f64 {
        self.momentum
    }

    fn step(&self, Velocity { velocity }: &mut Velocity, site: &mut Site<'_>) -> Taken {
        let loss = site.evaluate();
        kernel::decay(site.isa, self.momentum as f32, site.gradient, velocity);
        kernel::axpy(site.isa, -site.learning_rate, velocity, site.parameters);
        Taken::from_loss(loss)
    }
}
