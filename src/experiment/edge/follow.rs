//! Follows a run of gradient descent from random parameters, or from a minimum.

use crate::curvature::Tracker;
use crate::error::Result;
use crate::experiment::Context;
use crate::experiment::trained::{Untrained, batch, untrained};
use crate::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Gathered, Network, Normalisation, State,
};
use crate::train::{Plan, Trainer, train};

use super::cell::{Look, Outcome, Settings};

/// Runs a cell.
pub fn follow(settings: &Settings, context: &Context) -> Result<Outcome> {
    let training = &settings.training;
    let Untrained {
        network,
        training: images,
        mut state,
    } = untrained(Network::fnn(&training.widths), training, context)?;
    let targets = images.targets.rows();
    let samples = Gathered::by_target(&batch(&images, &targets));
    if let Some(plan) = settings.before {
        let (isa, samples) = (context.isa, samples.batch());
        train(isa, &network, &mut state, &samples, &plan, |_, _| ())?;
    }
    let mut sight = Sight {
        context,
        network: &network,
        samples: samples.batch(),
        tracker: Tracker::new(training.lanczos(), training.seed),
    };
    let first = sight.look(0, &state);
    let rate = first.map(|look| (settings.factor * 2.0 / look.sharpness) as f32);
    let plan = Plan {
        learning_rate: rate.unwrap_or(0.0),
        ..training.plan
    };
    let mut trainer = Trainer::new(context.isa, &network, samples.batch(), plan, state)?;
    let mut looks: Vec<Look> = first.into_iter().collect();
    let mut largest = first.map_or(f64::INFINITY, |look| look.loss);
    while rate.is_some()
        && let Some(step) = trainer.step()
    {
        largest = nan_is_largest(largest, step.loss.unwrap_or(f64::NAN));
        let taken = step.number + 1;
        if taken.is_multiple_of(settings.every) {
            looks.extend(sight.look(taken, trainer.state()));
        }
    }
    Ok(Outcome {
        learning_rate: rate,
        looks,
        largest_loss: largest.is_finite().then_some(largest),
        ending: trainer.run().ending,
        data: images.digest(),
    })
}

/// The larger of two losses; one that is not a number counts as infinite.
fn nan_is_largest(largest: f64, loss: f64) -> f64 {
    if loss.is_nan() {
        f64::INFINITY
    } else {
        largest.max(loss)
    }
}

/// Looks at states of a run.
struct Sight<'a> {
    context: &'a Context,
    network: &'a Network,
    samples: Batch<'a>,
    tracker: Tracker,
}

impl Sight<'_> {
    /// Loss and sharpness at this state; `None` if they are not finite.
    fn look(&mut self, step: u64, state: &State) -> Option<Look> {
        let (isa, matrix) = (self.context.isa, CurvatureMatrix::Hessian);
        let point = state.point(self.network, Normalisation::Fixed);
        let mut curvature = CurvatureOperator::new(isa, point, self.samples, matrix);
        let ends = self.tracker.hessian(isa, &mut curvature)?;
        let (loss, sharpness) = (curvature.loss(), ends.largest.value);
        let is_finite = loss.is_finite() && sharpness.is_finite();
        is_finite.then_some(Look {
            step,
            loss,
            sharpness,
        })
    }
}
