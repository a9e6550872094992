//! Groups of runs that differ only in their seeds.

use crate::criterion::{gradient_descent, non_uniformity, one_dimension};
use crate::curvature::{Eigenvalue, Measurement};
use crate::model::{Curvature, Sampling};
use crate::number::{Field, Interval, Verdict};
use crate::train::{Ending, Sampler};

use super::published;
use super::statistics::bootstrap;
use super::trained::{TrainingOutcome, TrainingSettings};
use crate::record::numeral::significant;
use crate::record::{Agreement, Axis, DataPoint, Figure, Finding, Series};

/// Settings that contain a seed.
pub trait Seeded {
    /// Whether these are the same settings except for the seeds.
    fn differs_in_seed_only(&self, other: &Self) -> bool;
}

/// Runs that differ only in their seeds.
pub struct Group<'a, S = TrainingSettings, O = TrainingOutcome> {
    /// The settings of the first run.
    pub settings: &'a S,
    /// The outcomes of all runs.
    pub outcomes: Vec<&'a O>,
}

/// A bound, and where the runs of a group lie relative to it.
pub struct Bound<'a> {
    /// The id of the claim that states it.
    pub claim: &'a str,
    /// What a run above the bound means for the theory.
    pub beyond: Agreement,
    /// Whether the runs satisfy the criterion.
    pub verdict: Verdict,
    /// The largest measured value in units of the bound.
    pub largest: f64,
}

/// The mean and the range of a quantity over the runs of a group.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// The 95 % bootstrap interval of the mean.
    pub interval: [f64; 2],
}

/// The text in a table cell that has no value.
pub const ABSENT: &str = "–";

/// The columns of a table with a row for each learning rate and batch size, up to what was published.
pub const COLUMNS: [&str; 10] = [
    "η",
    "B",
    "a",
    "2/η",
    "s",
    "1/(η√p)",
    "q",
    "train loss",
    "test acc %",
    "runs",
];

/// The precision of intervals around measured values, in bits: enough for an f64.
pub const BITS: u32 = 64;

impl Seeded for TrainingSettings {
    fn differs_in_seed_only(&self, other: &Self) -> bool {
        let mut other = other.clone();
        other.seed = self.seed;
        other.plan.seed = self.plan.seed;
        *self == other
    }
}

impl<'a, S: Seeded, O> Group<'a, S, O> {
    /// Groups the results whose settings differ only in their seeds, in order of first appearance.
    pub fn all(results: &'a [(S, O)]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for (settings, outcome) in results {
            let same = |group: &&mut Self| group.settings.differs_in_seed_only(settings);
            match groups.iter_mut().find(same) {
                Some(group) => group.outcomes.push(outcome),
                None => groups.push(Group {
                    settings,
                    outcomes: vec![outcome],
                }),
            }
        }
        groups
    }
}

impl Group<'_> {
    /// The learning rate η, as the f32 that was used.
    pub fn learning_rate(&self) -> f64 {
        f64::from(self.settings.plan.learning_rate)
    }

    /// η as the shortest decimal that reads back as the same f32.
    pub fn learning_rate_text(&self) -> String {
        self.settings.plan.learning_rate.to_string()
    }

    /// The batch size B.
    pub fn batch(&self) -> usize {
        self.settings.plan.batch
    }

    /// Whether every step uses all samples.
    pub fn is_descent(&self) -> bool {
        self.batch() == self.settings.samples
    }

    /// The weight `p` of the gradient noise. Each batch of a reshuffled epoch is, by itself, a uniformly
    /// random subset.
    pub fn weight<T: Field>(&self) -> T {
        let sampling = match self.settings.plan.sampler {
            Sampler::WithReplacement => Sampling::WithReplacement,
            Sampler::WithoutReplacement | Sampler::Reshuffled => Sampling::WithoutReplacement,
            // The noise of Bernoulli batches is a multiple of the second moment, not of the variance.
            Sampler::Bernoulli => unreachable!("no experiment here draws Bernoulli batches"),
        };
        let weight = sampling.weight(self.settings.samples, self.batch());
        T::from_exact(&weight.expect("a batch from 1 to the number of samples"))
    }

    /// The measurements of the runs that did not diverge.
    pub fn measurements(&self) -> impl Iterator<Item = &Measurement> {
        self.outcomes.iter().filter_map(|o| o.measurement.as_ref())
    }

    /// The spread of a quantity over the measured runs; `None` if every run diverged.
    pub fn spread(&self, of: impl Fn(&Measurement) -> f64) -> Option<Spread> {
        let values: Vec<f64> = self.measurements().map(of).collect();
        Spread::of(&values)
    }

    /// The spreads of `a·η/2` and `s·η√p` over the runs; both quantities are 1 on their bounds, whatever
    /// η and B. `None` if every run diverged.
    pub fn scaled(&self) -> Option<(Spread, Spread)> {
        let eta = self.learning_rate();
        let noise = eta * self.weight::<f64>().sqrt();
        Some((
            self.spread(|m| m.sharpness.value * eta / 2.0)?,
            self.spread(|m| m.non_uniformity.value * noise)?,
        ))
    }

    /// The ratio `q = η(a² + ps²)/(2a)` of the runs, which is at most 1 where SGD is stable if a and s belong
    /// to one direction; `None` if every run diverged.
    pub fn one_direction(&self) -> Option<Spread> {
        let (eta, weight) = (self.learning_rate(), self.weight::<f64>());
        self.spread(|m| {
            let variance = m.non_uniformity.value.powi(2);
            one_dimension::ratio(m.sharpness.value, variance, &eta, &weight)
        })
    }

    /// The row of a table with the columns [`COLUMNS`].
    pub fn row(&self) -> Vec<String> {
        let (eta, weight) = (self.learning_rate(), self.weight::<f64>());
        let one_direction = self.one_direction();
        vec![
            self.learning_rate_text(),
            self.batch().to_string(),
            self.spread_text(|m| m.sharpness.value),
            significant(gradient_descent::largest_sharpness(&eta)),
            self.spread_text(|m| m.non_uniformity.value),
            significant(non_uniformity::largest_non_uniformity(&eta, &weight)),
            one_direction.map_or(ABSENT.to_owned(), |q| q.text()),
            self.spread_text(|m| m.loss),
            self.test_accuracy(),
            self.endings(),
        ]
    }

    /// How the runs ended, such as "3 converged" or "2 converged, 1 out of steps".
    pub fn endings(&self) -> String {
        let count = |ending| {
            self.outcomes
                .iter()
                .filter(|o| o.run.ending == ending)
                .count()
        };
        let parts = Ending::ALL.map(|ending| (count(ending), ending.words()));
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        parts.join(", ")
    }

    /// Whether every run converged. The theory is about minima, and a run that did not converge is not at
    /// one.
    pub fn is_at_minima(&self) -> bool {
        self.outcomes
            .iter()
            .all(|o| o.run.ending == Ending::Converged)
    }

    /// The finding of these runs about a bound. If some runs did not converge, the hypotheses of the
    /// claim are not satisfied: the finding is undecided and has no margin.
    pub fn finding(&self, bound: Bound<'_>, sentence: String) -> Finding {
        let Bound {
            claim,
            beyond,
            verdict,
            largest,
        } = bound;
        let agreement = match verdict {
            _ if !self.is_at_minima() => Agreement::Undecided,
            Verdict::Holds => Agreement::Agrees,
            Verdict::Fails if largest > published::LARGEST_OVERSHOOT => beyond,
            Verdict::Fails | Verdict::Undecided => Agreement::Undecided,
        };
        Finding {
            sentence,
            agreement,
            margin: self.is_at_minima().then_some(1.0 - largest),
            claim: claim.to_owned(),
        }
    }

    /// The finding if no run could be measured.
    pub fn nothing_to_say(&self, claim: &str) -> Finding {
        let (eta, batch) = (self.learning_rate_text(), self.batch());
        Finding {
            sentence: format!("η = {eta}, B = {batch}: every run diverged."),
            agreement: Agreement::Undecided,
            margin: None,
            claim: claim.to_owned(),
        }
    }

    /// The mean test accuracy of the runs, in percent with one decimal; a dash if every run diverged.
    pub fn test_accuracy(&self) -> String {
        let accuracies = self.outcomes.iter().filter_map(|o| o.test_accuracy);
        let accuracies: Vec<f64> = accuracies.collect();
        if accuracies.is_empty() {
            return ABSENT.to_owned();
        }
        let mean = 100.0 * accuracies.iter().sum::<f64>() / accuracies.len() as f64;
        format!("{mean:.1}")
    }

    /// The spread of a quantity as text; a dash if every run diverged.
    pub fn spread_text(&self, of: impl Fn(&Measurement) -> f64) -> String {
        self.spread(of)
            .map_or(ABSENT.to_owned(), |spread| spread.text())
    }

    /// Whether all measured runs satisfy a criterion, that is, whether its slack is ≥ 0. Every measured
    /// value enters as an interval whose radius is its residual. The arguments of `slack` are a and s, η,
    /// and p.
    pub fn verdict(
        &self,
        slack: impl Fn(&Curvature<Interval<BITS>>, &Interval<BITS>, &Interval<BITS>) -> Interval<BITS>,
    ) -> Verdict {
        let eta = Interval::around(self.learning_rate(), 0.0);
        let weight = self.weight();
        let verdict = |measurement| {
            let slack = slack(&curvature(measurement), &eta, &weight);
            Verdict::non_negative(slack.sign())
        };
        self.measurements()
            .map(verdict)
            .fold(Verdict::Holds, Verdict::and)
    }
}

/// The measured sharpness and non-uniformity as intervals, taken to lie in one direction.
fn curvature(measurement: &Measurement) -> Curvature<Interval<BITS>> {
    let interval = |e: Eigenvalue| Interval::around(e.value, e.residual);
    let s: Interval<BITS> = interval(measurement.non_uniformity);
    Curvature::along_one_direction(interval(measurement.sharpness), s.square())
}

/// The largest `a·η/2` and `s·η√p` of all runs; both are 1 on their bounds.
pub fn largest_scaled(groups: &[Group<'_>]) -> [f64; 2] {
    let scaled = groups.iter().filter_map(|group| group.scaled());
    scaled.fold([0.0, 0.0], |[a, s], (sharpness, noise)| {
        [f64::max(a, sharpness.high), f64::max(s, noise.high)]
    })
}

/// A group as a point of [`rectangle`]; the error bar is that of the non-uniformity.
pub fn point_in_rectangle(group: &Group<'_>) -> Option<DataPoint> {
    let (sharpness, noise) = group.scaled()?;
    Some(noise.point(sharpness.mean))
}

/// The curve `η(a² + ps²) = 2a` in units of the two bounds: `y² = 4x(1 − x)` for `x = aη/2` and `y = sη√p`.
pub fn boundary() -> Vec<DataPoint> {
    let point = |step: i32| {
        let x = f64::from(step) / 50.0;
        DataPoint::new(x, 2.0 * (x * (1.0 - x)).sqrt())
    };
    (0..=50).map(point).collect()
}

/// The two bounds in units of themselves, as one line.
pub fn corner() -> Vec<DataPoint> {
    let ends = [(0.0, 1.0), (1.0, 1.0), (1.0, 0.0)];
    ends.map(|(x, y)| DataPoint::new(x, y)).to_vec()
}

/// A figure in which the axes are in units of the two bounds, with the bounds themselves.
pub fn rectangle(name: &str, title: &str, mut series: Vec<Series>) -> Figure {
    series.push(Series::bound("the rectangle", corner()));
    series.push(Series::bound("η(a² + ps²) = 2a", boundary()));
    Figure {
        name: name.to_owned(),
        title: title.to_owned(),
        caption:
            "Horizontally aη/2, vertically sη√p; both bounds are at 1. The inner curve is the \
                  condition of Theorem 1 read as if one direction carried both a and s. Bars: 95 % \
                  bootstrap intervals over the seeds."
                .to_owned(),
        x: Axis::linear("a η / 2"),
        y: Axis::linear("s η √p"),
        series,
        names: Vec::new(),
    }
}

impl Spread {
    /// The spread of some values; `None` if there are none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mean = |values: &[&f64]| values.iter().copied().sum::<f64>() / values.len() as f64;
        let all: Vec<&f64> = values.iter().collect();
        Some(Spread {
            mean: mean(&all),
            interval: bootstrap(values, |values| Some(mean(values)))?,
            low: values.iter().copied().reduce(f64::min)?,
            high: values.iter().copied().reduce(f64::max)?,
        })
    }

    /// The mean as a point at abscissa `x`, with its bootstrap interval as error bar.
    pub fn point(&self, x: f64) -> DataPoint {
        let [low, high] = self.interval;
        DataPoint {
            low: Some(low),
            high: Some(high),
            ..DataPoint::new(x, self.mean)
        }
    }

    /// The text `mean [low, high]`, with four significant digits each.
    pub fn text(&self) -> String {
        let Spread {
            mean, low, high, ..
        } = *self;
        format!(
            "{} [{}, {}]",
            significant(mean),
            significant(low),
            significant(high)
        )
    }
}
