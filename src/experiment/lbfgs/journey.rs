//! The runs from the minima, in units of the thresholds of their minima.

use crate::criterion::one_dimension;
use crate::curvature::Measurement;
use crate::experiment::group::Spread;
use crate::model::Sampling;
use crate::number::Field;
use crate::train::Ending;

use super::cell::{Journey, LEFT, Outcome, Settings, Start};

/// One run, with its minimum.
#[derive(Clone, Copy)]
pub struct Trip<'a> {
    pub settings: &'a Settings,
    pub outcome: &'a Outcome,
    pub minimum: &'a Measurement,
    pub journey: &'a Journey,
}

/// The runs of one kind, one from each minimum.
pub struct Trips<'a> {
    /// The learning rate in units of 2/a₀, and the batch size.
    pub start: Start,
    pub trips: Vec<Trip<'a>>,
}

/// What the theory says of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prediction {
    /// The run stays: gradient descent below 2/a₀, or SGD below the threshold of one dimension.
    Stays,
    /// The run leaves, since η > 2/a₀.
    Leaves,
    /// SGD below 2/a₀ leaves if one direction carries both a₀ and s₀.
    LeavesByNoise,
}

/// The runs of all minima, by kind, in the order of the settings.
pub fn groups(results: &[(Settings, Outcome)]) -> Vec<Trips<'_>> {
    let Some((first, _)) = results.first() else {
        return Vec::new();
    };
    let of = |index: usize| {
        results
            .iter()
            .filter_map(|(settings, outcome)| {
                Some(Trip {
                    settings,
                    outcome,
                    minimum: outcome.minimum.measurement.as_ref()?,
                    journey: outcome.journeys.get(index)?,
                })
            })
            .collect()
    };
    let starts = first.starts.iter().enumerate();
    starts
        .map(|(index, start)| Trips {
            start: *start,
            trips: of(index),
        })
        .collect()
}

impl Trip<'_> {
    /// The learning rate η.
    pub fn rate(&self) -> f64 {
        f64::from(self.journey.learning_rate)
    }

    /// η in units of the threshold of one dimension, `η(a₀² + ps₀²)/(2a₀)`; for gradient descent `ηa₀/2`.
    pub fn ratio(&self, start: Start) -> f64 {
        let n = self.settings.start.samples;
        let weight = Sampling::WithoutReplacement.weight(n, start.batch.unwrap_or(n));
        let weight = weight.map_or(0.0, |p| f64::from_exact(&p));
        let a = self.minimum.sharpness.value;
        let s2 = self.minimum.non_uniformity.value.powi(2);
        self.rate() / one_dimension::critical(a, s2, &weight)
    }

    /// The largest loss that was seen, in units of that of the minimum; infinite if the run diverged.
    pub fn peak(&self) -> f64 {
        if self.journey.run.ending == Ending::Diverged {
            return f64::INFINITY;
        }
        let losses = self.journey.looks.iter().map(|look| look.loss);
        losses.fold(0.0, f64::max) / self.minimum.loss
    }

    /// Whether the run has left the minimum.
    pub fn has_left(&self) -> bool {
        self.peak() > LEFT
    }

    /// The mean sharpness over the last quarter of the looks; `None` if the run diverged.
    pub fn last_sharpness(&self) -> Option<f64> {
        let looks = &self.journey.looks;
        let late = &looks[looks.len() - looks.len().div_ceil(4)..];
        let sum: f64 = late.iter().map(|look| look.sharpness.value).sum();
        (self.journey.run.ending != Ending::Diverged && !late.is_empty())
            .then(|| sum / late.len() as f64)
    }
}

impl Trips<'_> {
    /// What the theory says of these runs; `None` if it differs between the minima, or if L-BFGS did not
    /// converge, since the theory is about minima.
    pub fn prediction(&self) -> Option<Prediction> {
        let has_converged = |trip: &Trip<'_>| trip.outcome.minimum.run.ending == Ending::Converged;
        if !self.trips.iter().all(has_converged) {
            return None;
        }
        let of = |trip: &Trip<'_>| {
            if self.start.factor > 1.0 {
                Prediction::Leaves
            } else if trip.ratio(self.start) > 1.0 {
                Prediction::LeavesByNoise
            } else {
                Prediction::Stays
            }
        };
        let mut all = self.trips.iter().map(of);
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// How many of the runs have left their minima.
    pub fn left(&self) -> usize {
        self.trips.iter().filter(|trip| trip.has_left()).count()
    }

    /// How many of the runs diverged.
    pub fn diverged(&self) -> usize {
        let ending = |trip: &&Trip<'_>| trip.journey.run.ending == Ending::Diverged;
        self.trips.iter().filter(ending).count()
    }

    /// The spread of a quantity over the runs that have it.
    pub fn spread(&self, of: impl Fn(&Trip<'_>) -> Option<f64>) -> Option<Spread> {
        let values: Vec<f64> = self.trips.iter().filter_map(of).collect();
        Spread::of(&values)
    }

    /// The name of these runs.
    pub fn name(&self) -> String {
        let factor = self.start.factor;
        match self.start.batch {
            Some(batch) => format!("SGD, B = {batch}, η = {factor}·2/a₀"),
            None => format!("gradient descent, η = {factor}·2/a₀"),
        }
    }
}
