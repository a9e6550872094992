//! Your own claim: what to write down so that it is checked, searched and printed.

use super::{Instance, Side};
use crate::model::Quadratic;
use crate::number::Verdict;

/// The words of a conjecture, for the roll and the report.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// What it says, in words joined by `_`: a name for the command line and an anchor.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// The statement in words.
    pub statement: &'static str,
    /// Author, year, number; and what was changed (conventions of η, b, ½).
    pub source: &'static str,
    /// The hypotheses, one phrase each.
    pub hypotheses: &'static [&'static str],
}

/// Where the two sides of a conjecture end: the largest `η` at which each holds, in floating
/// point. A proposal, never an answer: every verdict is asked over ℚ afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// The end of the hypotheses: 0 when they hold nowhere, `∞` when everywhere.
    pub hypotheses: f64,
    /// The end of the conclusion: 0 when it holds nowhere, `∞` when everywhere.
    pub conclusion: f64,
}

impl Ends {
    /// `η_hypotheses / η_conclusion`: above 1 there are learning rates at which the hypotheses hold
    /// and the conclusion fails. `None` when the ends are not to be had, or the hypotheses hold
    /// nowhere, or both sides hold everywhere.
    pub fn gap(&self) -> Option<f64> {
        let gap = self.hypotheses / self.conclusion;
        (self.hypotheses > 0.0 && !gap.is_nan()).then_some(gap)
    }
}

/// "Whenever the hypotheses hold at an instance, the conclusion holds there."
///
/// Implement it, in one file, and the library gives
///
/// * the exact check over the fixed family ([`super::examine`] of [`super::fixed_family`]),
/// * the edge-aimed property test ([`super::edge_family`]: random models, each at the learning
///   rates where a side ends, and a hair to both sides),
/// * the hunt for an exact counter-example, made as small as it gets (`search::search`), and
/// * its section of the report page (`report::RollEntry::of_conjecture`).
///
/// Most conjectures are an implication between two criteria; [`Implication`] writes these down
/// without a new type. `examples/own_claim.rs` does all of it for a made-up criterion.
pub trait Conjecture {
    /// The words of it.
    fn wording(&self) -> Wording;

    /// Its formula in LaTeX, best printed by the criterion's own code.
    fn formula(&self) -> String;

    /// Do the hypotheses hold? Asked over ℚ: [`Verdict::Undecided`] is counted, and never makes a
    /// counter-example.
    fn hypotheses(&self, instance: &Instance) -> Verdict;

    /// Does the conclusion hold? Asked over ℚ.
    fn conclusion(&self, instance: &Instance) -> Verdict;

    /// The second model, where the statement is about a pair of models: printed beside a
    /// counter-example, of which it is the other half.
    fn counterpart(&self, _model: &Quadratic) -> Option<Quadratic> {
        None
    }

    /// Where the two sides end, roughly, for batches of noise weight `weight`: the search climbs
    /// [`Ends::gap`]. Wrong ends make the search blind, never wrong.
    fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends;
}

/// A conjecture of the form "where one criterion holds, another one holds".
#[derive(Clone, Copy, Debug)]
pub struct Implication {
    /// The words of it.
    pub wording: Wording,
    /// Its formula in LaTeX.
    pub formula: fn() -> String,
    /// What is supposed.
    pub hypotheses: Side,
    /// What is said to follow.
    pub conclusion: Side,
}

impl Conjecture for Implication {
    fn wording(&self) -> Wording {
        self.wording
    }

    fn formula(&self) -> String {
        (self.formula)()
    }

    fn hypotheses(&self, instance: &Instance) -> Verdict {
        (self.hypotheses.verdict)(instance)
    }

    fn conclusion(&self, instance: &Instance) -> Verdict {
        (self.conclusion.verdict)(instance)
    }

    fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends {
        Ends {
            hypotheses: (self.hypotheses.end)(model, weight),
            conclusion: (self.conclusion.end)(model, weight),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_needs_hypotheses_that_hold_and_a_side_that_ends() {
        let gap = |hypotheses, conclusion| {
            Ends {
                hypotheses,
                conclusion,
            }
            .gap()
        };
        assert_eq!(gap(3.0, 2.0), Some(1.5));
        assert_eq!(gap(f64::INFINITY, 2.0), Some(f64::INFINITY));
        assert_eq!(gap(3.0, f64::INFINITY), Some(0.0));
        assert_eq!(gap(3.0, 0.0), Some(f64::INFINITY));
        assert_eq!(gap(0.0, 2.0), None);
        assert_eq!(gap(f64::INFINITY, f64::INFINITY), None);
        assert_eq!(gap(f64::NAN, 2.0), None);
    }
}
