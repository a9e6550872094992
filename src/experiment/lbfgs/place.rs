//! Runs that start at a minimum.

use crate::curvature::Tracker;
use crate::error::Result;
use crate::experiment::Context;
use crate::experiment::trained::{Trained, accuracy, batch, test_images};
use crate::network::{Batch, CurvatureMatrix, CurvatureOperator, Normalisation};
use crate::train::{Ending, Optimiser, Plan, Sampler, Stop, Trainer};

use super::cell::{Journey, Look, Settings, Start};

/// A network at a minimum.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub settings: &'a Settings,
    pub context: &'a Context,
    pub trained: &'a Trained,
    /// The sharpness a₀ of the minimum.
    pub sharpness: f64,
}

impl Place<'_> {
    /// The plan of a run that starts here.
    fn plan(&self, start: &Start) -> Plan {
        let samples = self.settings.start.samples;
        let [full, small] = self.settings.steps;
        Plan {
            optimiser: Optimiser::Plain,
            learning_rate: (start.factor * 2.0 / self.sharpness) as f32,
            batch: start.batch.unwrap_or(samples),
            sampler: if start.batch.is_some() {
                Sampler::Reshuffled
            } else {
                Sampler::WithoutReplacement
            },
            seed: self.settings.start.seed,
            stop: Stop::at(0.0, if start.batch.is_some() { small } else { full }),
        }
    }

    /// Runs from here, and looks at the run every few steps.
    pub fn journey(&self, start: &Start) -> Result<Journey> {
        let Trained {
            network,
            training,
            state,
            ..
        } = self.trained;
        let plan = self.plan(start);
        let targets = training.targets.rows();
        let samples = batch(training, &targets);
        let sorted = self.trained.samples();
        let mut trainer = Trainer::new(self.context.isa, network, samples, plan, state.clone())?;
        let mut tracker = Tracker::new(self.settings.start.lanczos(), plan.seed);
        let every = (plan.stop.steps / self.settings.looks).max(1);
        let mut looks = Vec::new();
        while let Some(look) = self.look(&trainer, sorted.batch(), &mut tracker) {
            looks.push(look);
            if trainer.progress().ending.is_some() {
                break;
            }
            trainer.step_until(trainer.progress().steps + every);
        }
        let run = trainer.run();
        let point = trainer.state().point(network, Normalisation::Fixed);
        let test = test_images(&self.settings.start, self.context)?;
        Ok(Journey {
            learning_rate: plan.learning_rate,
            run,
            looks,
            test_accuracy: (run.ending != Ending::Diverged)
                .then(|| accuracy(&point, &test, self.context)),
        })
    }

    /// The curvature where the run is now; `None` if it is not finite.
    fn look(&self, run: &Trainer<'_>, samples: Batch<'_>, tracker: &mut Tracker) -> Option<Look> {
        let isa = self.context.isa;
        let point = run
            .state()
            .point(&self.trained.network, Normalisation::Fixed);
        let mut curvature = CurvatureOperator::new(isa, point, samples, CurvatureMatrix::Hessian);
        if !curvature.loss().is_finite() {
            return None;
        }
        let ends = tracker.hessian(isa, &mut curvature)?;
        Some(Look {
            step: run.progress().steps,
            loss: curvature.loss(),
            sharpness: (&ends.largest).into(),
        })
    }
}
