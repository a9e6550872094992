//! AdaGrad as in PyTorch, without learning-rate decay and with sums that start at zero.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kernel::Adaptive;

use super::method::{Method, Site, Taken, check_positive};
use super::rms_prop::{Squares, roots};

/// `v ← v + g²`, `w ← w − ηg/(√v + ε)`, starting with `v = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdaGrad {
    /// The constant ε that is added to the root.
    pub epsilon: f64,
}

impl Default for AdaGrad {
    fn default() -> Self {
        AdaGrad { epsilon: 1e-10 }
    }
}

impl Method for AdaGrad {
    type Memory = Squares;
    const NAME: &'static str = "ada-grad";

    fn check(&self) -> Result<()> {
        check_positive("epsilon", self.epsilon)
    }

    fn step(&self, memory: &mut Squares, site: &mut Site<'_>) -> Taken {
        memory.descend(1.0, 1.0, self.epsilon, site)
    }

    fn preconditioner<'a>(&self, memory: &'a Squares) -> Option<(Adaptive, &'a [f32])> {
        Some((roots(self.epsilon), &memory.squares))
    }
}
