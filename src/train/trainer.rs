//! A training run that proceeds step by step and can be stopped and resumed.

use crate::error::Result;
use crate::kernel::{self, Isa};
use crate::network::{Batch, Gathered, Network, Normalisation, Pass, Point, State};

use super::checkpoint::Checkpoint;
use super::optimiser::{Memory, Optimiser, Site, Taken};
use super::plan::Plan;
use super::progress::{Ending, Progress, Run};
use super::sampler::Batches;

/// One step that was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The number of the step, from 0.
    pub number: u64,
    /// The mean loss over the batch before the step; `None` when the batch was empty.
    pub loss: Option<f64>,
}

/// A run in progress. Stopping and resuming a run, even through a [`Checkpoint`], does not change a bit
/// of its result.
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
    /// The samples of the current batch; gathered only once if every batch contains all samples.
    gathered: Gathered,
    indices: Vec<usize>,
    /// The position of each sample in [`Batch::by_target`]; empty if batches are not drawn.
    ranks: Vec<usize>,
    gradient: Vec<f32>,
}

impl<'a> Trainer<'a> {
    /// Starts a run from `state`.
    ///
    /// # Errors
    /// Returns an error when the plan cannot be carried out ([`Plan::check`]).
    ///
    /// # Panics
    /// When the state or the data do not match the network.
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

    /// Resumes the run of a checkpoint. A run that had used up its steps continues if its plan now
    /// allows more.
    ///
    /// # Errors
    /// Returns an error when the plan cannot be carried out ([`Plan::check`]), or when the checkpoint
    /// belongs to another network or optimiser.
    ///
    /// # Panics
    /// When the state or the data do not match the network.
    pub fn resume(
        isa: Isa,
        network: &'a Network,
        data: Batch<'a>,
        checkpoint: Checkpoint,
    ) -> Result<Self> {
        checkpoint.plan.check(data.samples)?;
        checkpoint.check_is_of(network)?;
        let Checkpoint {
            plan,
            mut progress,
            state,
            memory,
            ..
        } = checkpoint;
        assert_eq!(state.parameters.len(), network.parameters(), "parameters");
        assert_eq!(state.statistics.len(), network.statistics(), "statistics");
        assert_eq!(data.inputs.len(), data.samples * network.features());
        assert_eq!(data.targets.len(), data.samples * network.outputs());
        progress.ending = progress.ending.filter(|e| *e != Ending::OutOfSteps);
        let batches = Batches::new(plan.sampler, plan.seed, data.samples, plan.batch);
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
            gathered: Gathered::default(),
            indices: Vec::new(),
            ranks: Vec::new(),
            gradient: Vec::new(),
        };
        trainer.sort_samples();
        if progress.ending.is_none() && progress.steps >= plan.stop.steps {
            trainer.end(Ending::OutOfSteps);
        }
        Ok(trainer)
    }

    /// Gathers all samples sorted by target if every batch contains all of them; otherwise records that
    /// order.
    fn sort_samples(&mut self) {
        let order = self.data.by_target();
        if self.batches.is_full() {
            self.gathered.gather(&self.data, &order);
            return;
        }
        self.ranks.resize(self.data.samples, 0);
        for (rank, sample) in order.into_iter().enumerate() {
            self.ranks[sample] = rank;
        }
    }

    /// Takes one step; returns `None` when the run has ended.
    pub fn step(&mut self) -> Option<Step> {
        if self.progress.ending.is_some() {
            return None;
        }
        let number = self.progress.steps;
        let taken = self.draw_and_step(number);
        self.progress.steps += 1;
        self.end_if_due(taken);
        let loss = taken.map(|taken| taken.loss);
        Some(Step { number, loss })
    }

    /// Takes steps until `steps` steps have been taken in total, or the run has ended.
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

    /// The result so far; its ending is "out of steps" while the run continues.
    pub fn run(&self) -> Run {
        self.progress.run()
    }

    /// The current parameters and statistics.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Consumes the trainer and returns the current parameters and statistics.
    pub fn into_state(self) -> State {
        self.state
    }

    /// The plan of the run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The diagonal `P` of the last step of an adaptive optimiser ([`Memory::preconditioner`]).
    pub fn preconditioner(&self) -> Option<Vec<f32>> {
        self.memory.preconditioner(self.isa, self.plan.optimiser)
    }

    /// Everything that determines the rest of the run, except the network and the data.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            network: self.network.name().to_owned(),
            plan: self.plan,
            progress: self.progress,
            state: self.state.clone(),
            memory: self.memory.clone(),
        }
    }

    /// The Euclidean norm of the gradient of the loss over all samples, with batch normalisation in
    /// training mode.
    pub fn gradient_norm(&mut self) -> f64 {
        self.gradient.resize(self.network.parameters(), 0.0);
        let point = self.state.point(self.network, Normalisation::Batch);
        self.pass.gradient(&point, &self.data, &mut self.gradient);
        kernel::dot_wide(self.isa, &self.gradient, &self.gradient).sqrt()
    }

    /// Draws a batch and takes a step; returns `None` when the batch is empty.
    fn draw_and_step(&mut self, number: u64) -> Option<Taken> {
        if !self.batches.is_full() {
            self.batches.draw(number, &mut self.indices);
            self.indices.sort_unstable_by_key(|&i| self.ranks[i]);
            self.gathered.gather(&self.data, &self.indices);
        }
        let gathered = std::mem::take(&mut self.gathered);
        let batch = gathered.batch();
        let taken = (batch.samples > 0).then(|| self.step_on(&batch));
        self.gathered = gathered;
        taken
    }

    fn step_on(&mut self, batch: &Batch<'_>) -> Taken {
        let share = self.batches.share(batch.samples);
        if self.plan.optimiser == Optimiser::Plain {
            let (mode, rate) = (Normalisation::Batch, self.plan.learning_rate * share);
            let state = &mut self.state;
            let loss = self.pass.descend(self.network, mode, state, batch, rate);
            return Taken::from_loss(loss);
        }
        self.gradient.resize(self.network.parameters(), 0.0);
        let (isa, network, pass) = (self.isa, self.network, &mut self.pass);
        let State {
            parameters,
            statistics,
        } = &mut self.state;
        let mut objective = |parameters: &[f32], gradient: &mut [f32]| {
            let point = Point {
                network,
                parameters,
                statistics,
                normalisation: Normalisation::Batch,
            };
            let loss = pass.gradient(&point, batch, gradient);
            if share != 1.0 {
                kernel::scale(isa, share, gradient);
            }
            loss
        };
        let mut site = Site {
            isa,
            learning_rate: self.plan.learning_rate,
            parameters,
            gradient: &mut self.gradient,
            objective: &mut objective,
        };
        let taken = self.memory.step(self.plan.optimiser, &mut site);
        self.track(batch);
        taken.expect("a run begins only with the memory of its optimiser")
    }

    /// Moves the statistics of batch normalisation towards those of the last pass.
    fn track(&mut self, batch: &Batch<'_>) {
        if self.network.has_batch_norm() {
            let statistics = &mut self.state.statistics;
            self.pass.track(self.network, batch.samples, statistics);
        }
    }

    /// Ends the run if the step just taken was its last.
    fn end_if_due(&mut self, taken: Option<Taken>) {
        let stop = self.plan.stop;
        let by_loss = taken.and_then(|taken| self.progress.take(taken, &stop));
        let ending = by_loss.or_else(|| self.ending_by_gradient());
        let is_last = self.progress.steps >= stop.steps;
        if let Some(ending) = ending.or(is_last.then_some(Ending::OutOfSteps)) {
            self.end(ending);
        }
    }

    fn ending_by_gradient(&mut self) -> Option<Ending> {
        let stop = self.plan.stop.gradient?;
        if !self.progress.steps.is_multiple_of(stop.every) {
            return None;
        }
        let norm = self.gradient_norm();
        if !norm.is_finite() {
            return Some(Ending::Diverged);
        }
        (norm < stop.tolerance).then_some(Ending::Stationary)
    }

    /// Ends the run. The ending is "diverged" if the last step, whose loss has not been computed, left a
    /// parameter that is not finite.
    fn end(&mut self, ending: Ending) {
        let parameters = &self.state.parameters;
        let size = kernel::dot_wide(self.isa, parameters, parameters);
        let mut statistics = self.state.statistics.iter();
        let is_finite = size.is_finite() && statistics.all(|s| s.is_finite());
        self.progress.ending = Some(if is_finite { ending } else { Ending::Diverged });
    }
}
