//! What a search looks for, where, and for how long.

use super::factors::Factors;
use crate::claim::{Conjecture, Ends};
use crate::error::{Error, Result};
use crate::model::Sampling;
use crate::number::Exact;

/// The largest dimension searched: a climb computes eigenvalues of matrices of d(d+1)/2 = 36 rows.
pub const LARGEST_DIMENSION: usize = 8;

/// The largest number of samples searched.
pub const MOST_SAMPLES: usize = 64;

/// The kind of counter-example that a search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The smallest counter-example.
    Smallest,
    /// The counter-example with the widest gap, written with the smallest numbers that keep almost all
    /// of its width.
    WidestGap,
}

/// The range and the budget of a search.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Settings {
    /// The kind of counter-example to look for.
    pub goal: Goal,
    /// The dimension `d` of the models tried; the counter-example may be smaller.
    pub dimension: usize,
    /// The number of samples `n` of the models tried; the counter-example may have fewer.
    pub samples: usize,
    /// The batch size `B`; a batch of 1 has `p = 1`.
    pub batch: usize,
    /// How batches are drawn.
    pub sampling: Sampling,
    /// The number of models that the climb may try. Rounding, shrinking and confirming come on top.
    pub budget: u64,
    /// The seed of the random models and steps.
    pub seed: u64,
}

impl Settings {
    pub(super) fn check(&self) -> Result<()> {
        let within = |name: &str, value: usize, largest: usize| {
            if (1..=largest).contains(&value) {
                return Ok(());
            }
            let fault = format!("is {value}; it must be from 1 to {largest}");
            Err(Error::input("search", name, fault))
        };
        within("dimension", self.dimension, LARGEST_DIMENSION)?;
        within("samples", self.samples, MOST_SAMPLES)?;
        within("batch", self.batch, self.samples)
    }

    /// The noise weight of a model with this many samples; `None` when the batch size does not fit.
    fn weight(&self, samples: usize) -> Option<Exact> {
        self.sampling.weight(samples, self.batch).ok()
    }
}

/// A conjecture and the settings of the search for its counter-example.
#[derive(Clone, Copy)]
pub(super) struct Hunt<'a> {
    pub(super) conjecture: &'a Conjecture,
    pub(super) settings: &'a Settings,
}

impl Hunt<'_> {
    /// The ends of the two sides for this model; `None` when the batch size does not fit.
    pub(super) fn ends(&self, factors: &Factors<f64>) -> Option<Ends> {
        let weight = self.settings.weight(factors.samples())?.to_f64();
        Some(self.conjecture.ends(&factors.model(), weight))
    }

    /// The gap of this model, as defined by [`Ends::gap`].
    pub(super) fn gap(&self, factors: &Factors<f64>) -> Option<f64> {
        self.ends(factors)?.gap()
    }
}
