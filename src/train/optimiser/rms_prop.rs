//! RMSprop as in PyTorch, not centred and without momentum.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kernel::{self, Adaptive};

use super::method::{Method, Site, Taken, Vectors, check_decay, check_positive};

/// `v ← αv + (1 − α)g²`, `w ← w − ηg/(√v + ε)`, starting with `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RmsProp {
    /// The decay rate α, in [0, 1).
    pub decay: f64,
    /// The constant ε that is added to the root.
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

/// How to compute the denominators `√v + ε` from `v`.
pub(super) fn roots(epsilon: f64) -> Adaptive {
    Adaptive {
        root: 1.0,
        epsilon: epsilon as f32,
    }
}

/// The weighted sum `v` of squared gradients.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Squares {
    #[serde(skip)]
    pub(super) squares: Vec<f32>,
}

impl Vectors for Squares {
    fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>> {
        vec![&mut self.squares]
    }
}

impl Squares {
    /// One step of `v ← keep·v + add·g²`, `w ← w − ηg/(√v + ε)`.
    pub(super) fn descend(
        &mut self,
        keep: f64,
        add: f64,
        epsilon: f64,
        site: &mut Site<'_>,
    ) -> Taken {
        let loss = site.evaluate();
        let factors = (keep as f32, add as f32);
        kernel::decay_squares(site.isa, factors, site.gradient, &mut self.squares);
        kernel::descend_adaptive(
            site.isa,
            roots(epsilon),
            site.learning_rate,
            site.gradient,
            &self.squares,
            site.parameters,
        );
        Taken::from_loss(loss)
    }
}

impl Method for RmsProp {
    type Memory = Squares;
    const NAME: &'static str = "rms-prop";

    fn check(&self) -> Result<()> {
        check_decay("decay", self.decay)?;
        check_positive("epsilon", self.epsilon)
    }

    fn step(&self, memory: &mut Squares, site: &mut Site<'_>) -> Taken {
        memory.descend(self.decay, 1.0 - self.decay, self.epsilon, site)
    }

    fn preconditioner<'a>(&self, memory: &'a Squares) -> Option<(Adaptive, &'a [f32])> {
        Some((roots(self.epsilon), &memory.squares))
    }
}
