//! Room **search**: finds exact counter-examples to a conjecture and shrinks them.
//!
//! A search has three steps. Only the result of the last one is trusted.
//!
//! 1. *Climb* in floating point (`climb`): random small models, and steps that widen the gap between
//!    the end of the hypotheses and the end of the conclusion ([`Ends::gap`](crate::claim::Ends::gap)).
//! 2. *Round and shrink* (`shrink`): every `H_i = G_i G_iᵀ` is stored as its factor, so that rounding
//!    the `G_i` gives a minimum again. Then samples, dimensions, columns and the size of the numbers
//!    are reduced for as long as the model stays a counter-example.
//! 3. *Confirm* over ℚ (`confirm`): decides that the hypotheses hold and the conclusion fails.
//!
//! The same settings always give the same result: a search uses one seed, one thread, and a budget
//! counted in models.

mod climb;
mod confirm;
mod factors;
mod grid;
mod hunt;
mod shrink;

use crate::claim::Conjecture;
use crate::error::Result;

pub use confirm::{CounterExample, Span};
use hunt::Hunt;
pub use hunt::{Goal, LARGEST_DIMENSION, MOST_SAMPLES, Settings};

/// The result of a search.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Outcome {
    /// The number of models that the climb tried.
    pub tried: u64,
    /// The number of those models without a gap: their hypotheses hold at no learning rate, or neither
    /// side has an end.
    pub unmet: u64,
    /// The widest gap seen in floating point, `η_hypotheses / η_conclusion`. It is a proposal, not
    /// proved. `None` when no model had a finite gap.
    pub widest: Option<f64>,
    /// The counter-example, decided over ℚ. `None` when none was found, which proves nothing.
    pub found: Option<CounterExample>,
}

/// Searches for a counter-example to the conjecture. `progress` is called now and then with the number
/// of models tried.
///
/// # Errors
/// When a setting is out of its range.
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
