//! Cells that differ only in their seeds.

use crate::experiment::group::{self, Seeded};
use crate::experiment::statistics::Mean;
use crate::record::numeral::significant;
use crate::train::Ending;

use super::super::cell::{Minimum, Outcome, Settings};

/// The cells of one network, learning rate and batch size.
pub type Group<'a> = group::Group<'a, Settings, Outcome>;

impl Seeded for Settings {
    fn differs_in_seed_only(&self, other: &Self) -> bool {
        self.activation == other.activation
            && self.walk == other.walk
            && self.restart == other.restart
            && self.start.differs_in_seed_only(&other.start)
    }
}

/// The learning rate η at a minimum, in units of each threshold.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    /// aη/2.
    pub sharpness: f64,
    /// sη√p.
    pub noise: f64,
    /// q = η(a² + ps²)/(2a): Theorem 1 read as if one direction carried both a and s; 1 on its boundary.
    pub direction: f64,
    /// η/η₁.
    pub one_step: f64,
    /// η/η*.
    pub mean_square: f64,
}

impl<'a> Group<'a> {
    /// The minima that were measured.
    pub fn minima(&self) -> impl Iterator<Item = &'a Minimum> + '_ {
        self.outcomes
            .iter()
            .filter_map(|outcome| outcome.minimum.as_ref())
    }

    /// The minima of the runs that converged.
    pub fn settled(&self) -> impl Iterator<Item = &'a Minimum> + '_ {
        let converged = |outcome: &&&Outcome| outcome.run.ending == Ending::Converged;
        let converged = self.outcomes.iter().filter(converged);
        converged.filter_map(|outcome| outcome.minimum.as_ref())
    }

    /// Whether every run converged and was measured. The theory is about minima.
    pub fn is_at_minima(&self) -> bool {
        let is = |outcome: &&Outcome| {
            outcome.run.ending == Ending::Converged && outcome.minimum.is_some()
        };
        self.outcomes.iter().all(is)
    }

    /// η in units of the thresholds of a minimum.
    pub fn scaled(&self, minimum: &Minimum) -> Scaled {
        let (eta, p) = (self.settings.learning_rate(), self.settings.noise());
        let (a, s) = (minimum.sharpness.value, minimum.non_uniformity.value);
        Scaled {
            sharpness: a * eta / 2.0,
            noise: s * eta * p.sqrt(),
            direction: eta * (a * a + p * s * s) / (2.0 * a),
            one_step: eta / minimum.rates.one_step,
            mean_square: eta / minimum.rates.mean_square,
        }
    }

    /// The mean of a quantity over the minima; `None` if there are none.
    pub fn mean(&self, of: impl Fn(Scaled) -> f64) -> Option<Mean> {
        let values: Vec<f64> = self.minima().map(|m| of(self.scaled(m))).collect();
        (!values.is_empty()).then(|| Mean::of(&values))
    }

    /// The name of the network: ReLU or tanh.
    pub fn network(&self) -> &str {
        match self.settings.activation.as_str() {
            "relu" => "ReLU",
            other => other,
        }
    }

    /// The network, the learning rate and the batch size.
    pub fn name(&self) -> String {
        let plan = &self.settings.start.plan;
        format!(
            "{}, η = {}, B = {}",
            self.network(),
            plan.learning_rate,
            plan.batch
        )
    }
}

/// A mean with its standard error, such as "0.91 ± 0.02"; without the error if there is one value.
pub fn with_error(mean: Option<Mean>) -> String {
    match mean {
        None => "–".to_owned(),
        Some(mean) if mean.count < 2 => significant(mean.value),
        Some(mean) => format!("{} ± {}", significant(mean.value), two_digits(mean.error)),
    }
}

/// A number with two significant digits.
pub fn two_digits(value: f64) -> String {
    let rounded = format!("{value:.1e}").parse().unwrap_or(value);
    significant(rounded)
}
