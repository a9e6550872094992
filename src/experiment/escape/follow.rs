//! Measures a minimum, and follows the runs that go on from it.

use crate::curvature::{Tracker, root};
use crate::dataset::Dataset;
use crate::error::Result;
use crate::experiment::Context;
use crate::experiment::trained::evaluation;
use crate::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Network, Normalisation, Pass, State,
};
use crate::train::{Optimiser, Plan, Sampler, Stop, Trainer};

use super::cell::{Along, Continuation, Look, Path, Settings, Start};

/// Every step up to this one is looked at.
const EVERY_STEP: u64 = 20;

/// The ratio of the later steps that are looked at.
const RATIO: f64 = 1.15;

/// Of so many looks, one measures the curvature.
const CURVATURE: usize = 3;

/// The minimum of a network, with everything needed to go on from it and to measure.
pub struct Place<'a> {
    pub settings: &'a Settings,
    pub context: &'a Context,
    pub network: &'a Network,
    /// The training images.
    pub samples: Batch<'a>,
    pub test: &'a Dataset,
    pub state: &'a State,
}

impl Place<'_> {
    /// Measures the minimum; `None` if the curvature is not finite.
    pub fn measure(&self) -> Option<Start> {
        let isa = self.context.isa;
        let mut curvature = self.curvature(self.state);
        let mut tracker = self.tracker();
        let hessian = tracker.hessian(isa, &mut curvature)?.largest;
        let covariance = tracker.covariance(isa, &mut curvature)?.largest;
        let along = [&hessian, &covariance].map(|ritz| {
            let quotients = curvature.sample_quotients(&ritz.vector);
            let count = quotients.len() as f64;
            let mean = quotients.iter().sum::<f64>() / count;
            let squares: f64 = quotients.iter().map(|q| (q - mean).powi(2)).sum();
            Along {
                mean,
                variance: squares / count,
            }
        });
        Some(Start {
            sharpness: (&hessian).into(),
            non_uniformity: root(&covariance),
            along,
        })
    }

    /// Follows a run that goes on from the minimum.
    pub fn follow(&self, run: &Continuation) -> Result<Path> {
        let plan = Plan {
            optimiser: Optimiser::Plain,
            learning_rate: run.learning_rate,
            batch: run.batch,
            sampler: Sampler::WithoutReplacement,
            seed: self.settings.start.seed,
            stop: Stop::at(0.0, run.steps),
        };
        let (isa, state) = (self.context.isa, self.state.clone());
        let mut trainer = Trainer::new(isa, self.network, self.samples, plan, state)?;
        let mut tracker = self.tracker();
        let mut path = Path {
            looks: Vec::new(),
            largest_loss: Some(0.0),
            ending: trainer.run().ending,
        };
        for (number, step) in steps(run.steps).into_iter().enumerate() {
            while trainer.progress().steps < step
                && let Some(taken) = trainer.step()
            {
                // The batch of gradient descent holds all images.
                if run.batch == self.samples.samples {
                    path.see(taken.loss.unwrap_or(f64::NAN));
                }
            }
            let Some(mut look) = self.look(step, trainer.state()) else {
                path.largest_loss = None;
                break;
            };
            path.see(look.loss);
            if number.is_multiple_of(CURVATURE) || step == run.steps {
                look.curvature = self.pair(&mut tracker, trainer.state());
            }
            path.looks.push(look);
        }
        path.ending = trainer.run().ending;
        Ok(path)
    }

    /// A look at this state without its curvature; `None` if the loss is not finite.
    fn look(&self, step: u64, state: &State) -> Option<Look> {
        let point = state.point(self.network, Normalisation::Fixed);
        let training = Pass::new(self.context.isa).evaluate(&point, &self.samples);
        training.loss.is_finite().then(|| Look {
            step,
            loss: training.loss,
            accuracy: training.accuracy,
            test_accuracy: evaluation(&point, self.test, self.context).accuracy,
            curvature: None,
        })
    }

    /// The sharpness a and the non-uniformity s; `None` if they are not finite.
    fn pair(&self, tracker: &mut Tracker, state: &State) -> Option<[f64; 2]> {
        let measured = tracker.measure(self.context.isa, &mut self.curvature(state))?;
        Some([measured.sharpness.value, measured.non_uniformity.value])
    }

    fn tracker(&self) -> Tracker {
        Tracker::new(self.settings.start.lanczos(), self.settings.start.seed)
    }

    fn curvature<'s>(&'s self, state: &'s State) -> CurvatureOperator<'s> {
        let point = state.point(self.network, Normalisation::Fixed);
        let matrix = CurvatureMatrix::Hessian;
        CurvatureOperator::new(self.context.isa, point, self.samples, matrix)
    }
}

impl Path {
    /// Takes note of a loss over all images.
    fn see(&mut self, loss: f64) {
        let largest = self.largest_loss.filter(|_| loss.is_finite());
        self.largest_loss = largest.map(|largest| largest.max(loss));
    }
}

/// The numbers of steps after which a run of `last` steps is looked at, from 0 to `last`.
fn steps(last: u64) -> Vec<u64> {
    let next = |step: &u64| {
        let next = if *step < EVERY_STEP {
            step + 1
        } else {
            (*step as f64 * RATIO).ceil() as u64
        };
        (*step < last).then_some(next.min(last))
    };
    std::iter::successors(Some(0), next).collect()
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn the_looks_are_dense_at_first_and_include_both_ends() {
        let steps = steps(100);
        assert_eq!(steps[..22], (0..=20).chain([23]).collect::<Vec<u64>>());
        assert_eq!(steps.last(), Some(&100));
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
