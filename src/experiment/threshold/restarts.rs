//! Runs of the real network that start beside the minimum.

use rand::RngExt;

use crate::error::Result;
use crate::network::{Normalisation, Pass, State};
use crate::train::random::{Purpose, stream};
use crate::train::{Plan, Stop, Trainer};

use super::cell::Restarts;
use super::place::Place;

/// A run has escaped when its loss over all samples is above this many times that of its start.
pub const ESCAPED: f64 = 10.0;

/// The number of steps between two looks at the loss.
const EVERY: u64 = 10;

impl Place<'_> {
    /// The runs with this learning rate. Runs of different learning rates have the same starts and batches.
    pub fn runs(&self, learning_rate: f64) -> Result<Restarts> {
        let runs = 0..self.settings.restart.runs;
        let escapes = runs.map(|run| self.escape(learning_rate, run));
        Ok(Restarts {
            escapes: escapes.collect::<Result<_>>()?,
        })
    }

    /// The number of steps after which a run is seen to have escaped; `None` if it stays.
    fn escape(&self, learning_rate: f64, run: u64) -> Result<Option<u64>> {
        let steps = self.settings.restart.steps;
        let start = self.start(run);
        let bound = ESCAPED * self.loss(&start);
        let plan = Plan {
            learning_rate: learning_rate as f32,
            seed: self.settings.start.seed * 1000 + run,
            stop: Stop::at(0.0, steps),
            ..self.settings.start.plan
        };
        let mut trainer = Trainer::new(self.context.isa, self.network, self.samples, plan, start)?;
        while trainer.progress().ending.is_none() {
            trainer.step_until(trainer.progress().steps + EVERY);
            let loss = self.loss(trainer.state());
            if loss.is_nan() || loss > bound {
                return Ok(Some(trainer.progress().steps));
            }
        }
        Ok(None)
    }

    /// The minimum, moved by the distance of the settings in a random direction.
    fn start(&self, run: u64) -> State {
        let mut random = stream(self.settings.start.seed, Purpose::Initial, 1 + run);
        let direction: Vec<f32> = (self.state.parameters.iter())
            .map(|_| random.random_range(-1.0..1.0))
            .collect();
        let square: f64 = direction.iter().map(|x| f64::from(x * x)).sum();
        let factor = self.settings.restart.distance / square.sqrt() as f32;
        let pairs = self.state.parameters.iter().zip(&direction);
        State {
            parameters: pairs.map(|(w, u)| w + factor * u).collect(),
            statistics: self.state.statistics.clone(),
        }
    }

    /// The loss over all samples.
    fn loss(&self, state: &State) -> f64 {
        let point = state.point(self.network, Normalisation::Fixed);
        Pass::new(self.context.isa)
            .evaluate(&point, &self.samples)
            .loss
    }
}
