//! A training run from its start to its end.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kernel::{self, Isa};
use crate::network::{Batch, Network, State};

use super::{Plan, Trainer};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The smoothed loss fell below the tolerance.
    Converged,
    /// The gradient of the whole loss fell below its tolerance.
    Stationary,
    /// The line search found no lower point: the loss is flat to its rounding, or has a kink.
    Stalled,
    /// The steps were used up.
    OutOfSteps,
    /// The loss or a parameter is no finite number any more, or the loss blew up.
    Diverged,
}

impl Ending {
    /// Every ending and what is said of it.
    pub const ALL: [(Ending, &'static str); 5] = [
        (Ending::Converged, "converged"),
        (Ending::Stationary, "stationary"),
        (Ending::Stalled, "stalled"),
        (Ending::OutOfSteps, "out of steps"),
        (Ending::Diverged, "diverged"),
    ];

    /// What is said of it.
    pub fn words(self) -> &'static str {
        let said = Self::ALL.iter().find(|(ending, _)| *ending == self);
        said.expect("all endings are in the list").1
    }
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// How it ended.
    pub ending: Ending,
    /// Steps taken.
    pub steps: u64,
    /// The smoothed batch loss at the end; `None` when it is no finite number, or there was none.
    pub smoothed_loss: Option<f64>,
}

/// Trains `state` in place, batch normalisation in training mode; `observe` sees the step and its
/// batch loss before the step is taken. A step whose batch is empty is not shown.
///
/// # Errors
/// When the plan cannot be carried out ([`Plan::check`]).
///
/// # Panics
/// When state or data do not fit the network.
pub fn train(
    isa: Isa,
    network: &Network,
    state: &mut State,
    data: &Batch<'_>,
    plan: &Plan,
    observe: impl FnMut(u64, f64),
) -> Result<Run> {
    kernel::with_team(|| steps(isa, network, state, data, plan, observe))
}

fn steps(
    isa: Isa,
    network: &Network,
    state: &mut State,
    data: &Batch<'_>,
    plan: &Plan,
    mut observe: impl FnMut(u64, f64),
) -> Result<Run> {
    plan.check(data.samples)?;
    let start = std::mem::take(state);
    let mut trainer = Trainer::new(isa, network, *data, *plan, start)?;
    while let Some(step) = trainer.step() {
        if let Some(loss) = step.loss {
            observe(step.number, loss);
        }
    }
    let run = trainer.run();
    *state = trainer.into_state();
    Ok(run)
}
