//! A run that is taken step by step, looked at, stopped and taken up again.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kernel::{self, Isa};
use crate::network::{Batch, Gathered, Network, Normalisation, Pass, Point, State};

use super::checkpoint::Checkpoint;
use super::optimiser::Fall;
use super::{Batches, Ending, Lbfgs, Memory, Optimiser, Plan, Run};

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Steps taken.
    pub steps: u64,
    /// The first batch loss.
    pub first_loss: Option<f64>,
    /// The smoothed batch loss; `None` before the first one, and when it is no finite number.
    pub smoothed_loss: Option<f64>,
    /// How the run ended; `None` while it goes on.
    pub ending: Option<Ending>,
}

/// One step that was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its number, from 0.
    pub number: u64,
    /// The mean loss over its batch, before the step; `None` when the batch was empty.
    pub loss: Option<f64>,
}

/// A run in progress. Taken in pieces, also through a [`Checkpoint`], it has the bits of a run in
/// one go.
#[derive(Clone, Debug)]
pub struct Trainer<'a> {
    isa: Isa,
    network: &'a Network,
    data: Batch<'a>,
    plan: Plan,
    state: State,
    memory: Memory,
    progress: Progress,
    pass: Pass,
    batches: Batches,
    /// The samples of the batch; all of them where every batch has all.
    gathered: Gathered,
    indices: Vec<usize>,
    /// The place of each sample in [`Batch::by_target`], where batches are drawn.
    ranks: Vec<usize>,
    gradient: Vec<f32>,
}

impl<'a> Trainer<'a> {
    /// A run from `state`.
    ///
    /// # Errors
    /// When the plan cannot be carried out ([`Plan::check`]).
    ///
    /// # Panics
    /// When state or data do not fit the network.
    pub fn new(
        isa: Isa,
        network: &'a Network,
        data: Batch<'a>,
        plan: Plan,
        state: State,
    ) -> Result<Self> {
        let memory = Memory::new(plan.optimiser, network.parameters());
        let checkpoint = Checkpoint {
            network: network.name().to_owned(),
            plan,
            progress: Progress::default(),
            state,
            memory,
        };
        Self::resume(isa, network, data, checkpoint)
    }

    /// The run of a checkpoint, taken up where it stood. A run that was out of steps goes on when
    /// its plan now allows more.
    ///
    /// # Errors
    /// When the plan cannot be carried out ([`Plan::check`]), or the checkpoint is of another
    /// network or optimiser.
    ///
    /// # Panics
    /// When state or data do not fit the network.
    pub fn resume(
        isa: Isa,
        network: &'a Network,
        data: Batch<'a>,
        checkpoint: Checkpoint,
    ) -> Result<Self> {
        let Checkpoint {
            network: name,
            plan,
            mut progress,
            state,
            memory,
        } = checkpoint;
        plan.check(data.samples)?;
        if name != network.name() || !memory.belongs_to(plan.optimiser) {
            let fault = format!(
                "it is of {name} and does not fit {} trained by {}; take up the run it was made by",
                network.name(),
                plan.optimiser.name()
            );
            return Err(Error::input("checkpoint", "network", fault));
        }
        assert_eq!(state.parameters.len(), network.parameters(), "parameters");
        assert_eq!(state.statistics.len(), network.statistics(), "statistics");
        assert_eq!(data.inputs.len(), data.samples * network.features());
        assert_eq!(data.targets.len(), data.samples * network.outputs());
        progress.ending = progress.ending.filter(|e| *e != Ending::OutOfSteps);
        let batches = Batches::new(plan.sampler, plan.seed, data.samples, plan.batch);
        let (order, mut gathered) = (data.by_target(), Gathered::default());
        let mut ranks = Vec::new();
        match batches.is_full() {
            true => gathered.gather(&data, &order),
            false => {
                ranks.resize(data.samples, 0);
                (0..).zip(order).for_each(|(rank, i)| ranks[i] = rank);
            }
        }
        let mut trainer = Trainer {
            isa,
            network,
            data,
            plan,
            state,
            memory,
            progress,
            pass: Pass::new(isa),
            batches,
            gathered,
            indices: Vec::new(),
            ranks,
            gradient: Vec::new(),
        };
        if progress.ending.is_none() && progress.steps >= plan.stop.steps {
            trainer.end(Ending::OutOfSteps);
        }
        Ok(trainer)
    }

    /// Takes one step; `None` when the run has ended.
    pub fn step(&mut self) -> Option<Step> {
        if self.progress.ending.is_some() {
            return None;
        }
        let number = self.progress.steps;
        let fall = self.fall(number);
        self.progress.steps += 1;
        self.judge(fall);
        let loss = fall.map(|fall| fall.loss);
        Some(Step { number, loss })
    }

    /// Takes steps until so many have been taken, or the run has ended.
    pub fn step_until(&mut self, steps: u64) {
        while self.progress.steps < steps && self.step().is_some() {}
    }

    /// Takes steps until the run has ended.
    pub fn finish(&mut self) -> Run {
        while self.step().is_some() {}
        self.run()
    }

    /// How far the run has come.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// What the run has come to; out of steps while it goes on.
    pub fn run(&self) -> Run {
        Run {
            ending: self.progress.ending.unwrap_or(Ending::OutOfSteps),
            steps: self.progress.steps,
            smoothed_loss: self.progress.smoothed_loss,
        }
    }

    /// Parameters and statistics where the run stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Parameters and statistics where the run stands.
    pub fn into_state(self) -> State {
        self.state
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The diagonal `P` of an adaptive optimiser's next step ([`Memory::preconditioner`]).
    pub fn preconditioner(&self) -> Option<Vec<f32>> {
        self.memory.preconditioner(self.isa, self.plan.optimiser)
    }

    /// Everything that the rest of the run depends on, but for network and data.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            network: self.network.name().to_owned(),
            plan: self.plan,
            progress: self.progress,
            state: self.state.clone(),
            memory: self.memory.clone(),
        }
    }

    /// The norm of the gradient of the whole loss, batch normalisation in training mode.
    pub fn gradient_norm(&mut self) -> f64 {
        self.gradient.resize(self.network.parameters(), 0.0);
        let point = self.state.point(self.network, Normalisation::Batch);
        self.pass.gradient(&point, &self.data, &mut self.gradient);
        kernel::dot_wide(self.isa, &self.gradient, &self.gradient).sqrt()
    }

    /// Draws the batch and takes the step; `None` when the batch is empty.
    fn fall(&mut self, number: u64) -> Option<Fall> {
        if !self.batches.is_full() {
            self.batches.draw(number, &mut self.indices);
            self.indices.sort_unstable_by_key(|&i| self.ranks[i]);
            self.gathered.gather(&self.data, &self.indices);
        }
        let gathered = std::mem::take(&mut self.gathered);
        let batch = gathered.batch();
        let fall = (batch.samples > 0).then(|| self.fall_on(&batch));
        self.gathered = gathered;
        fall
    }

    fn fall_on(&mut self, batch: &Batch<'_>) -> Fall {
        if let Optimiser::Lbfgs(settings) = self.plan.optimiser {
            return self.search_on(settings, batch);
        }
        let share = self.batches.share(batch.samples);
        let loss = match self.plan.optimiser {
            Optimiser::Plain => {
                let rate = self.plan.learning_rate * share;
                let mode = Normalisation::Batch;
                self.pass
                    .descend(self.network, mode, &mut self.state, batch, rate)
            }
            _ => self.fall_along_gradient(share, batch),
        };
        Fall {
            loss,
            is_lower: true,
        }
    }

    fn fall_along_gradient(&mut self, share: f32, batch: &Batch<'_>) -> f64 {
        self.gradient.resize(self.network.parameters(), 0.0);
        let point = self.state.point(self.network, Normalisation::Batch);
        let loss = self.pass.gradient(&point, batch, &mut self.gradient);
        self.track(batch);
        if share != 1.0 {
            kernel::scale(self.isa, share, &mut self.gradient);
        }
        let rule = (self.plan.optimiser, self.plan.learning_rate);
        let parameters = &mut self.state.parameters;
        self.memory
            .fall(self.isa, rule, &mut self.gradient, parameters);
        loss
    }

    fn search_on(&mut self, settings: Lbfgs, batch: &Batch<'_>) -> Fall {
        let Memory::Lbfgs(history) = &mut self.memory else {
            unreachable!("the memory was made for the optimiser")
        };
        let (network, pass, statistics) = (self.network, &mut self.pass, &self.state.statistics);
        let objective = |parameters: &[f32], gradient: &mut [f32]| {
            let point = Point {
                network,
                parameters,
                statistics,
                normalisation: Normalisation::Batch,
            };
            pass.gradient(&point, batch, gradient)
        };
        let rule = (settings, self.plan.learning_rate);
        let fall = history.fall(self.isa, rule, &mut self.state.parameters, objective);
        self.track(batch);
        fall
    }

    /// Moves the statistics of batch normalisation towards those of the last pass.
    fn track(&mut self, batch: &Batch<'_>) {
        if self.network.has_batch_norm() {
            let statistics = &mut self.state.statistics;
            self.pass.track(self.network, batch.samples, statistics);
        }
    }

    /// Decides whether the run has ended with the step just taken.
    fn judge(&mut self, fall: Option<Fall>) {
        let by_loss = fall.and_then(|fall| self.judge_loss(fall));
        let by_gradient = || self.judge_gradient();
        let ending = by_loss.or_else(by_gradient);
        let is_last = self.progress.steps >= self.plan.stop.steps;
        if let Some(ending) = ending.or(is_last.then_some(Ending::OutOfSteps)) {
            self.end(ending);
        }
    }

    fn judge_loss(&mut self, Fall { loss, is_lower }: Fall) -> Option<Ending> {
        let (stop, progress) = (self.plan.stop, &mut self.progress);
        if !loss.is_finite() {
            progress.smoothed_loss = None;
            return Some(Ending::Diverged);
        }
        let smoothed = progress
            .smoothed_loss
            .map_or(loss, |before| 0.9 * before + 0.1 * loss);
        progress.smoothed_loss = Some(smoothed);
        let first = *progress.first_loss.get_or_insert(loss);
        let blown_up = |factor: f64| smoothed > factor * first.max(stop.tolerance);
        if stop.blow_up.is_some_and(blown_up) {
            return Some(Ending::Diverged);
        }
        if smoothed < stop.tolerance {
            return Some(Ending::Converged);
        }
        (!is_lower).then_some(Ending::Stalled)
    }

    fn judge_gradient(&mut self) -> Option<Ending> {
        let stop = self.plan.stop.gradient?;
        if !self.progress.steps.is_multiple_of(stop.every) {
            return None;
        }
        let norm = self.gradient_norm();
        match norm.is_finite() {
            true => (norm < stop.tolerance).then_some(Ending::Stationary),
            false => Some(Ending::Diverged),
        }
    }

    /// The loss before the last step does not know what that step did: the parameters are asked.
    fn end(&mut self, ending: Ending) {
        let parameters = &self.state.parameters;
        let size = kernel::dot_wide(self.isa, parameters, parameters);
        let mut statistics = self.state.statistics.iter();
        let is_finite = size.is_finite() && statistics.all(|s| s.is_finite());
        self.progress.ending = Some(if is_finite { ending } else { Ending::Diverged });
    }
}
