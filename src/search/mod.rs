//! Room **search**: exact counter-examples to a conjecture, found and made small.
//!
//! Three steps, of which the last one alone is believed:
//!
//! 1. *Climb* in floating point (`climb`): random small models, and steps that widen the gap
//!    between the end of the hypotheses and the end of the conclusion ([`Ends::gap`]).
//! 2. *Round and shrink* (`shrink`): every `H_i = G_i G_iᵀ` is kept as its factor, so that any
//!    rounding of the `G_i` is a minimum again; then fewer samples, dimensions, columns and smaller
//!    numbers, as long as it stays a counter-example.
//! 3. *Confirm* over ℚ (`confirm`): the hypotheses hold and the conclusion fails, decided.
//!
//! The same settings give the same result: one seed, one thread, a budget counted in models.

mod climb;
mod confirm;
mod factors;
mod grid;
mod shrink;

use crate::claim::{Conjecture, Ends};
use crate::error::{Error, Result};
use crate::model::Sampling;
use crate::number::Exact;

pub use confirm::{CounterExample, Span};
use factors::Factors;

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
    fn check(&self) -> Result<()> {
        let within = |name: &str, value: usize, largest: usize| match (1..=largest).contains(&value)
        {
            true => Ok(()),
            false => {
                let fault = format!("is {value}; it must be from 1 to {largest}");
                Err(Error::input("search", name, fault))
            }
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

/// What a search saw.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Outcome {
    /// How many models the climb tried.
    pub tried: u64,
    /// How many of them had no gap to speak of: the hypotheses hold at no learning rate, or
    /// neither side ends.
    pub unmet: u64,
    /// The widest gap seen in floating point, `η_hypotheses / η_conclusion`: where to look, not
    /// proved. `None` when no model had a finite one.
    pub widest: Option<f64>,
    /// The counter-example, decided over ℚ; `None` when none was found, which proves nothing.
    pub found: Option<CounterExample>,
}

/// Hunts a counter-example to the conjecture. `progress` is told, now and then, how many models
/// were tried.
///
/// # Errors
/// When a setting is out of range.
pub fn search(
    conjecture: &Conjecture,
    settings: &Settings,
    progress: &mut dyn FnMut(u64),
) -> Result<Outcome> {
    settings.check()?;
    let hunt = Hunt {
        conjecture,
        settings,
    };
    let climbed = climb::climb(&hunt, progress);
    let found = match settings.goal {
        Goal::Smallest => shrink::smallest(&hunt, &climbed.candidates),
        Goal::WidestGap => shrink::widest(&hunt, &climbed.candidates),
    };
    Ok(Outcome {
        tried: climbed.tried,
        unmet: climbed.unmet,
        widest: climbed
            .best()
            .map(|best| best.gap)
            .filter(|gap| gap.is_finite()),
        found,
    })
}

/// A conjecture and where to look for its counter-example.
#[derive(Clone, Copy)]
pub(crate) struct Hunt<'a> {
    conjecture: &'a Conjecture,
    settings: &'a Settings,
}

impl Hunt<'_> {
    /// Where the two sides end for this model; `None` when a batch does not fit it.
    fn ends(&self, factors: &Factors<f64>) -> Option<Ends> {
        let weight = self.settings.weight(factors.samples())?.to_f64();
        Some(self.conjecture.ends(&factors.model(), weight))
    }

    /// See [`Ends::gap`].
    fn gap(&self, factors: &Factors<f64>) -> Option<f64> {
        self.ends(factors)?.gap()
    }
}
