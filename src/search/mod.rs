//! Room **search**: exact counter-examples to a conjecture, found and made small.
//!
//! Three steps, of which the last one alone is believed:
//!
//! 1. *Climb* in floating point (`climb`): random small models, and steps that widen the gap
//!    between the end of the hypotheses and the end of the conclusion ([`Ends::gap`](crate::claim::Ends::gap)).
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
mod hunt;
mod shrink;

use crate::claim::Conjecture;
use crate::error::Result;

pub use confirm::{CounterExample, Span};
use hunt::Hunt;
pub use hunt::{Goal, LARGEST_DIMENSION, MOST_SAMPLES, Settings};

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
