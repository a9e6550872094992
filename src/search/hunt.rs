//! What is searched, and how long.

use super::factors::Factors;
use crate::claim::{Conjecture, Ends};
use crate::error::{Error, Result};
use crate::model::Sampling;
use crate::number::Exact;

/// The largest dimension searched: a climb asks for the eigenvalues of d(d+1)/2 = 36 rows.
pub const LARGEST_DIMENSION: usize = 8;

/// The largest number of samples searched.
pub const MOST_SAMPLES: usize = 64;

/// What a search is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The smallest counter-example there is.
    Smallest,
    /// The counter-example with the widest gap, in numbers as small as its width allows.
    WidestGap,
}

/// Where to search, and how long.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Settings {
    /// What is wanted.
    pub goal: Goal,
    /// The dimension `d` of the models tried; a counter-example may come out smaller.
    pub dimension: usize,
    /// The number of samples `n` of the models tried; a counter-example may come out smaller.
    pub samples: usize,
    /// The batch size `B`; with 1, `p = 1`.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// How many models the climb may try. Rounding, shrinking and confirming come on top.
    pub budget: u64,
    /// The seed.
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

    /// The noise weight of a model with this many samples; `None` when a batch does not fit it.
    fn weight(&self, samples: usize) -> Option<Exact> {
        self.sampling.weight(samples, self.batch).ok()
    }
}

/// A conjecture and where to look for its counter-example.
#[derive(Clone, Copy)]
pub(super) struct Hunt<'a> {
    pub(super) conjecture: &'a Conjecture,
    pub(super) settings: &'a Settings,
}

impl Hunt<'_> {
    /// Where the two sides end for this model; `None` when a batch does not fit it.
    pub(super) fn ends(&self, factors: &Factors<f64>) -> Option<Ends> {
        let weight = self.settings.weight(factors.samples())?.to_f64();
        Some(self.conjecture.ends(&factors.model(), weight))
    }

    /// See [`Ends::gap`].
    pub(super) fn gap(&self, factors: &Factors<f64>) -> Option<f64> {
        self.ends(factors)?.gap()
    }
}
