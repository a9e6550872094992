//! What is measured where SGD has settled: the curvature, the thresholds, and what SGD does there.

use crate::curvature::Tracker;
use crate::error::Result;
use crate::network::{CurvatureMatrix, CurvatureOperator, Gram, Normalisation};
use crate::threshold::{Linearised, Question};

use super::cell::{Growth, Minimum, Rates};
use super::moments::Moments;
use super::place::Place;
use super::walks::{Starts, Walks};

impl Place<'_> {
    /// All measurements; `None` if the curvature is not finite, or zero.
    pub fn measure(&self) -> Result<Option<Minimum>> {
        let isa = self.context.isa;
        let point = self.state.point(self.network, Normalisation::Fixed);
        let mut curvature =
            CurvatureOperator::new(isa, point, self.samples, CurvatureMatrix::Hessian);
        let start = &self.settings.start;
        let measured = Tracker::new(start.lanczos(), start.seed).measure(isa, &mut curvature);
        let model = Linearised::new(Gram::of(isa, &point, &self.samples));
        let (Some(measured), Ok(model)) = (measured, model) else {
            return Ok(None);
        };
        let Some(rates) = self.rates(&model) else {
            return Ok(None);
        };
        Ok(Some(Minimum {
            loss: measured.loss,
            sharpness: measured.sharpness,
            non_uniformity: measured.non_uniformity,
            growths: self.growths(&model, rates.mean_square),
            restarts: (self.settings.restart.factors.iter())
                .map(|factor| self.runs(factor * rates.mean_square))
                .collect::<Result<_>>()?,
            rates,
        }))
    }

    /// Plain SGD with the noise of the cell.
    fn question(&self) -> Question {
        Question::new(self.settings.noise(), 0.0)
    }

    fn rates(&self, model: &Linearised) -> Option<Rates> {
        let thresholds = model.thresholds(&self.question())?;
        Some(Rates {
            gradient_descent: thresholds.gradient_descent.upper,
            non_uniformity: thresholds.non_uniformity.map(|bound| bound.upper),
            one_step: thresholds.one_step.upper,
            stable: thresholds.mean_square.bracket.lower,
            mean_square: thresholds.mean_square.bracket.upper,
        })
    }

    /// The growth of the linearised SGD from the critical moment, exact and simulated.
    fn growths(&self, model: &Linearised, threshold: f64) -> Vec<Growth> {
        let walk = &self.settings.walk;
        let mut moments = Moments::new(model, self.settings.noise());
        let critical = model.critical_moment(&self.question());
        let starts = Starts::new(&critical, model.rank());
        let walks = Walks {
            model,
            starts: &starts,
            batch: self.settings.start.plan.batch,
            settings: walk,
            seed: self.settings.start.seed,
        };
        let mut growth = |factor: &f64| Growth {
            exact: moments.squared_norm(&critical, factor * threshold, walk.steps),
            simulated: walks.squared_norm(factor * threshold),
        };
        walk.factors.iter().map(&mut growth).collect()
    }
}
