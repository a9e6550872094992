//! A training run from start to end.

use crate::error::Result;
use crate::kernel::{self, Isa};
use crate::network::{Batch, Network, State};

use super::plan::Plan;
use super::progress::Run;
use super::trainer::Trainer;

/// Trains `state` in place, with batch normalisation in training mode. After each step, `observe` is
/// called with the number of the step, from 0, and the loss of its batch before the step; it is not
/// called for an empty batch.
///
/// # Errors
/// Returns an error when the plan cannot be carried out ([`Plan::check`]).
///
/// # Panics
/// When the state or the data do not match the network.
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
