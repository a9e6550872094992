//! Finds and measures a minimum, and runs gradient descent next to it.

use crate::curvature::{Ends, Tracker};
use crate::error::Result;
use crate::experiment::Context;
use crate::kernel;
use crate::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Network, Normalisation, Pass, State,
};
use crate::train::{Optimiser, Plan, Sampler, Stop, Trainer};

use super::cell::{MeasuredMinimum, Settings, Trial};

/// The plan of plain gradient descent on all samples.
pub fn plan(learning_rate: f32, samples: usize, stop: Stop) -> Plan {
    Plan {
        optimiser: Optimiser::Plain,
        learning_rate,
        batch: samples,
        sampler: Sampler::WithoutReplacement,
        seed: 1,
        stop,
    }
}

/// The training loss of a network, with everything needed to descend on it and to measure it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub settings: &'a Settings,
    pub context: &'a Context,
    pub network: &'a Network,
    pub samples: Batch<'a>,
}

impl Place<'_> {
    /// A trainer for plain gradient descent from this state.
    fn descent(&self, state: State, learning_rate: f32, steps: u64) -> Result<Trainer<'_>> {
        let plan = plan(learning_rate, self.samples.samples, Stop::at(0.0, steps));
        Trainer::new(self.context.isa, self.network, self.samples, plan, state)
    }

    fn curvature<'s>(&'s self, state: &'s State) -> CurvatureOperator<'s> {
        let point = state.point(self.network, Normalisation::Fixed);
        CurvatureOperator::new(
            self.context.isa,
            point,
            self.samples,
            CurvatureMatrix::Hessian,
        )
    }

    /// Both ends of the spectrum of H; `None` if the curvature is not finite.
    fn ends(&self, curvature: &mut CurvatureOperator<'_>) -> Option<Ends> {
        let start = &self.settings.start;
        Tracker::new(start.lanczos(), start.seed).hessian(self.context.isa, curvature)
    }

    /// The state that plain descent with learning rate 1/a reaches from here; `None` if the curvature is
    /// not finite.
    pub fn settle(&self, state: State) -> Result<Option<State>> {
        let Some(ends) = self.ends(&mut self.curvature(&state)) else {
            return Ok(None);
        };
        let rate = (1.0 / ends.largest.value) as f32;
        let mut run = self.descent(state, rate, self.settings.settling)?;
        run.finish();
        Ok(Some(run.into_state()))
    }

    /// Measures a minimum, and returns its top eigenvector as well; `None` if the curvature is not
    /// finite.
    pub fn measure(&self, state: &State) -> Option<(MeasuredMinimum, Vec<f32>)> {
        let isa = self.context.isa;
        let mut curvature = self.curvature(state);
        let ends = self.ends(&mut curvature)?;
        let mut gradient = vec![0.0; curvature.dimension()];
        let point = state.point(self.network, Normalisation::Fixed);
        Pass::new(isa).gradient(&point, &self.samples, &mut gradient);
        let (largest, distance) = (&ends.largest, self.settings.distance);
        let minimum = MeasuredMinimum {
            sharpness: largest.into(),
            beside: [distance, -distance].map(|offset| {
                self.quotient(&moved(state, &largest.vector, offset), &largest.vector)
            }),
            smallest_eigenvalue: (&ends.smallest).into(),
            loss: curvature.loss(),
            gradient: kernel::dot_wide(isa, &gradient, &gradient).sqrt(),
        };
        Some((minimum, ends.largest.vector))
    }

    /// The quotient `vᵀHv` for `v = direction`.
    fn quotient(&self, state: &State, direction: &[f32]) -> f64 {
        let mut image = vec![0.0; direction.len()];
        self.curvature(state).hessian_product(direction, &mut image);
        kernel::dot_wide(self.context.isa, direction, &image)
    }
}

/// The state moved by `offset` along `direction`.
fn moved(state: &State, direction: &[f32], offset: f32) -> State {
    let pairs = state.parameters.iter().zip(direction);
    State {
        parameters: pairs.map(|(w, v)| w + offset * v).collect(),
        statistics: state.statistics.clone(),
    }
}

/// Runs of plain gradient descent that start next to a minimum.
pub struct RunsBeside<'a> {
    pub place: Place<'a>,
    pub minimum: &'a State,
    /// The unit vector v.
    pub direction: &'a [f32],
}

impl RunsBeside<'_> {
    /// The runs with this learning rate.
    pub fn trial(&self, learning_rate: f32) -> Result<Trial> {
        let distance = self.place.settings.distance;
        let mut long = self.begin(learning_rate, distance, self.place.settings.steps)?;
        let losses: Vec<f64> = std::iter::from_fn(|| long.step()?.loss).collect();
        let largest = losses.iter().copied().reduce(f64::max);
        Ok(Trial {
            learning_rate,
            growth: [
                self.growth(learning_rate, distance)?,
                self.growth(learning_rate, distance / 2.0)?,
            ],
            losses: [largest, losses.last().copied()].map(|loss| loss.filter(|l| l.is_finite())),
            ending: long.run().ending,
        })
    }

    /// The growth `ln(d⁺/d)` of the distance `d` between two runs that start on either side, averaged
    /// over the steps.
    fn growth(&self, learning_rate: f32, distance: f32) -> Result<f64> {
        let followed = self.place.settings.followed;
        let mut there = self.begin(learning_rate, distance, followed)?;
        let mut here = self.begin(learning_rate, -distance, followed)?;
        let before = self.distance(&there, &here);
        let (mut steps, mut growth) = (0, 0.0_f64);
        while growth.abs() < 10_f64.ln() && there.step().is_some() && here.step().is_some() {
            let grown = (self.distance(&there, &here) / before).abs().ln();
            if !grown.is_finite() {
                break;
            }
            (steps, growth) = (steps + 1, grown);
        }
        Ok(growth / f64::from(steps.max(1)))
    }

    fn begin(&self, learning_rate: f32, offset: f32, steps: u64) -> Result<Trainer<'_>> {
        let state = moved(self.minimum, self.direction, offset);
        self.place.descent(state, learning_rate, steps)
    }

    /// The distance `vᵀ(x − y)` of two runs along v, in f64.
    fn distance(&self, x: &Trainer<'_>, y: &Trainer<'_>) -> f64 {
        let pairs = x.state().parameters.iter().zip(&y.state().parameters);
        let differences = pairs.map(|(x, y)| f64::from(*x) - f64::from(*y));
        let terms = self.direction.iter().zip(differences);
        terms.map(|(v, d)| f64::from(*v) * d).sum()
    }
}
