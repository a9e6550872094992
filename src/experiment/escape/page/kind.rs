//! Runs of one learning rate and batch size, over the minima from which they go on.

use crate::experiment::group::Spread;
use crate::train::Ending;

use super::super::cell::{Continuation, Look, Outcome, Path, Settings, Start};
use super::super::prediction::{ESCAPED, Prediction, ratio, weight};

/// The settings and outcomes of the cells.
pub type Results = [(Settings, Outcome)];

/// A run, and the minimum from which it goes on.
pub struct Tried<'a> {
    pub start: &'a Start,
    pub path: &'a Path,
    /// The larger q of the two directions at the minimum.
    pub ratio: f64,
    /// Whether the gradient descent that found the minimum had converged.
    pub is_at_minimum: bool,
}

impl Tried<'_> {
    /// The first look, at the minimum.
    pub fn first(&self) -> &Look {
        self.path.looks.first().expect("every path has looks")
    }

    /// The largest loss in units of that of the minimum; infinite if it was not finite.
    pub fn rise(&self) -> f64 {
        let largest = self.path.largest_loss.unwrap_or(f64::INFINITY);
        largest / self.first().loss
    }

    /// Whether the run has left its minimum.
    pub fn has_left(&self) -> bool {
        self.rise() >= ESCAPED
    }

    /// Whether the loss was not finite at some step.
    fn has_diverged(&self) -> bool {
        self.path.largest_loss.is_none() || self.path.ending == Ending::Diverged
    }

    /// The test accuracy at the end, the mean over the last ten looks; `None` if the run diverged.
    pub fn end_accuracy(&self) -> Option<f64> {
        let looks = self.path.looks.iter().rev().take(10);
        let sum: f64 = looks.clone().map(|look| look.test_accuracy).sum();
        (!self.has_diverged()).then(|| sum / looks.count() as f64)
    }

    /// a and s at the end, the means of the last three measurements; `None` if the run diverged.
    pub fn end(&self) -> Option<[f64; 2]> {
        let measured = self.path.looks.iter().rev().filter_map(|l| l.curvature);
        let tail: Vec<[f64; 2]> = measured.take(3).collect();
        let mean = |of: usize| tail.iter().map(|t| t[of]).sum::<f64>() / tail.len() as f64;
        let is_there = !self.has_diverged() && !tail.is_empty();
        is_there.then(|| [mean(0), mean(1)])
    }
}

/// The runs of one learning rate and batch size.
pub struct Kind<'a> {
    pub settings: &'a Settings,
    pub run: &'a Continuation,
    pub tried: Vec<Tried<'a>>,
}

impl<'a> Kind<'a> {
    /// The runs of all cells, in the order of the settings of the first.
    pub fn all(results: &'a Results) -> Vec<Self> {
        let Some((settings, _)) = results.first() else {
            return Vec::new();
        };
        let of = |run: &'a Continuation| Kind {
            settings,
            run,
            tried: results.iter().filter_map(|cell| tried(cell, run)).collect(),
        };
        settings.runs.iter().map(of).collect()
    }

    /// Whether every step uses all images.
    pub fn is_descent(&self) -> bool {
        self.run.batch == self.settings.start.samples
    }

    /// The factor by which the learning rate is that of the start.
    pub fn factor(&self) -> f64 {
        f64::from(self.run.learning_rate) / f64::from(self.settings.start.plan.learning_rate)
    }

    /// The factors that bring a to aη/2 and s to sη√p; both are 1 on their bounds.
    pub fn units(&self) -> [f64; 2] {
        let eta = f64::from(self.run.learning_rate);
        let weight = weight(self.run.batch, self.settings.start.samples);
        [eta / 2.0, eta * weight.sqrt()]
    }

    /// The name, such as "SGD, B = 4" or "gradient descent, 3 η".
    pub fn name(&self) -> String {
        if self.is_descent() {
            format!("gradient descent, {:.0} η", self.factor())
        } else {
            format!("SGD, B = {}", self.run.batch)
        }
    }

    /// The mean and the range of a number of the runs.
    pub fn spread(&self, of: impl Fn(&Tried<'_>) -> f64) -> Option<Spread> {
        Spread::of(&self.tried.iter().map(of).collect::<Vec<f64>>())
    }

    /// How many runs have left.
    pub fn left(&self) -> usize {
        self.tried.iter().filter(|tried| tried.has_left()).count()
    }

    /// The prediction that all runs share; `None` if they differ, or if there are none.
    pub fn prediction(&self) -> Option<Prediction> {
        let mut all = self.tried.iter().map(|tried| Prediction::of(tried.ratio));
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }
}

/// The run of a cell with these settings; `None` if the cell has none.
fn tried<'a>(
    (settings, outcome): &'a (Settings, Outcome),
    run: &Continuation,
) -> Option<Tried<'a>> {
    let start = outcome.start.as_ref()?;
    let place = settings.runs.iter().position(|known| known == run)?;
    Some(Tried {
        start,
        path: outcome.paths.get(place)?,
        ratio: ratio(start, run, settings.start.samples),
        is_at_minimum: outcome.run.ending == Ending::Converged,
    })
}
