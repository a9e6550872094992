//! What a search for a counter-example needs to know of a claim: hypotheses and conclusion over ℚ,
//! and roughly where the two end.

use super::{Evidence, Examination, Instance, Version, tally};
use crate::model::Quadratic;
use crate::number::{Exact, Verdict};

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

/// The largest learning rate at which something holds, roughly, for a model and a noise weight `p`: 0
/// for nowhere, `∞` for everywhere, NaN when it is not to be had. That of a criterion is
/// [`Criterion::critical`](crate::criterion::Criterion::critical).
pub type Proposal = fn(&Quadratic<f64>, f64) -> f64;

/// One implication: "where these hypotheses hold, this conclusion holds."
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Hypotheses and conclusion: those of the claim's exact check.
    pub examination: fn() -> Examination<Exact>,
    /// Where the hypotheses end. Wrong ends make a search blind, never wrong.
    pub hypotheses: Proposal,
    /// Where the conclusion ends.
    pub conclusion: Proposal,
}

impl Link {
    fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends {
        Ends {
            hypotheses: (self.hypotheses)(model, weight),
            conclusion: (self.conclusion)(model, weight),
        }
    }
}

/// A claim in the form in which `search::search` hunts for its counter-example: a chain of
/// implications, most often of one. A counter-example breaks one link.
///
/// A file of the roll that is searched has one beside its [`Claim`](super::Claim), made of the same
/// examination; so has `examples/own_claim.rs`.
#[derive(Clone, Copy, Debug)]
pub struct Conjecture {
    /// What implies what.
    pub links: &'static [Link],
    /// The second model, where the statement is about a pair of models: printed beside a
    /// counter-example, of which it is the other half.
    pub counterpart: Option<fn(&Quadratic) -> Quadratic>,
}

impl Conjecture {
    /// A statement about one model.
    pub const fn of(links: &'static [Link]) -> Self {
        Conjecture {
            links,
            counterpart: None,
        }
    }

    /// Do the hypotheses of some link hold? Asked over ℚ: [`Verdict::Undecided`] is counted, and never
    /// makes a counter-example.
    pub fn hypotheses(&self, instance: &Instance) -> Verdict {
        let unmet = self.examinations().map(|link| !link.supposed(instance));
        !unmet.fold(Verdict::Holds, Verdict::and)
    }

    /// Does every link hold? Asked over ℚ.
    pub fn conclusion(&self, instance: &Instance) -> Verdict {
        let verdicts = self.examinations().map(|link| link.verdict(instance));
        verdicts.fold(Verdict::Holds, Verdict::and)
    }

    /// Where the two sides of the link with the widest gap end, for batches of noise weight `weight`.
    pub fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends {
        let ends = self.links.iter().map(|link| link.ends(model, weight));
        let gap = |ends: &Ends| ends.gap().unwrap_or(0.0);
        let widest = ends.max_by(|a, b| gap(a).total_cmp(&gap(b)));
        widest.expect("a conjecture has links")
    }

    /// Every link at each of these instances.
    pub fn examine<'a>(&self, instances: impl IntoIterator<Item = &'a Instance>) -> Evidence {
        let findings = instances.into_iter().flat_map(|instance| {
            let links = self.examinations();
            links.flat_map(move |link| link.cases([instance], Version::STATED).collect::<Vec<_>>())
        });
        tally(Version::STATED, findings)
    }

    fn examinations(&self) -> impl Iterator<Item = Examination<Exact>> {
        self.links.iter().map(|link| (link.examination)())
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
