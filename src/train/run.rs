//! A training run.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa};
use crate::network::{Batch, Network, Normalisation, Pass, State};

use super::{Batches, Sampler};

/// When a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// The smoothed batch loss below which the run has converged. Smoothing is the authors':
    /// `m ← 0.9·m + 0.1·loss`, from the first loss on.
    pub tolerance: f64,
    /// The most steps that are taken.
    pub steps: u64,
}

/// Everything that decides a run, besides the network, its start and its data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// η, per step.
    pub learning_rate: f32,
    /// B; the number of samples for gradient descent.
    pub batch: usize,
    /// How batches are drawn.
    pub sampler: Sampler,
    /// The seed of the batches.
    pub seed: u64,
    /// When to stop.
    pub stop: Stop,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The smoothed loss fell below the tolerance.
    Converged,
    /// The steps were used up.
    OutOfSteps,
    /// The loss or a parameter is no finite number any more.
    Diverged,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// How it ended.
    pub ending: Ending,
    /// Steps taken.
    pub steps: u64,
    /// The smoothed batch loss at the end; `None` when it is no finite number.
    pub smoothed_loss: Option<f64>,
}

/// Trains `state` in place, batch normalisation in training mode; `observe` sees the step and its
/// batch loss before the step is taken.
pub fn train(
    isa: Isa,
    network: &Network,
    state: &mut State,
    data: &Batch<'_>,
    plan: &Plan,
    observe: impl FnMut(u64, f64),
) -> Run {
    kernel::with_team(|| steps(isa, network, state, data, plan, observe))
}

fn steps(
    isa: Isa,
    network: &Network,
    state: &mut State,
    data: &Batch<'_>,
    plan: &Plan,
    mut observe: impl FnMut(u64, f64),
) -> Run {
    let mut pass = Pass::new(isa);
    let mut batches = Batches::new(plan.sampler, plan.seed, data.samples, plan.batch);
    let mut gathered = Gathered::default();
    let mut smoothed_loss = f64::NAN;
    let mut ending = Ending::OutOfSteps;
    let mut steps = 0;
    while ending == Ending::OutOfSteps && steps < plan.stop.steps {
        let batch = if batches.is_full() {
            *data
        } else {
            batches.draw(steps, &mut gathered.indices);
            gathered.gather(network, data)
        };
        let mode = Normalisation::Batch;
        let loss = pass.descend(network, mode, state, &batch, plan.learning_rate);
        observe(steps, loss);
        smoothed_loss = match steps {
            0 => loss,
            _ => 0.9 * smoothed_loss + 0.1 * loss,
        };
        steps += 1;
        if !loss.is_finite() {
            ending = Ending::Diverged;
        } else if smoothed_loss < plan.stop.tolerance {
            ending = Ending::Converged;
        }
    }
    // The loss before the last step does not know what that step did.
    if !kernel::dot_wide(isa, &state.parameters, &state.parameters).is_finite() {
        ending = Ending::Diverged;
    }
    Run {
        ending,
        steps,
        smoothed_loss: smoothed_loss.is_finite().then_some(smoothed_loss),
    }
}

/// The rows of one batch, copied side by side.
#[derive(Default)]
struct Gathered {
    indices: Vec<usize>,
    inputs: Vec<f32>,
    targets: Vec<f32>,
}

impl Gathered {
    fn gather(&mut self, network: &Network, data: &Batch<'_>) -> Batch<'_> {
        let copy = |rows: &mut Vec<f32>, from: &[f32], width: usize| {
            rows.clear();
            for &index in &self.indices {
                rows.extend_from_slice(&from[index * width..][..width]);
            }
        };
        copy(&mut self.inputs, data.inputs, network.features());
        copy(&mut self.targets, data.targets, network.outputs());
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.indices.len(),
        }
    }
}
