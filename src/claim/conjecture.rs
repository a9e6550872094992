//! The form of a claim that a search for a counter-example needs: hypotheses and conclusion over ℚ, and
//! approximately where each of them ends.

use super::{Evidence, Examination, Instance, Version, tally};
use crate::model::Quadratic;
use crate::number::{Exact, Verdict};

/// Where the two sides of a conjecture end: the largest `η` at which each holds, in floating point. The
/// ends are proposals, never answers: every verdict is decided over ℚ afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ends {
    /// The end of the hypotheses: 0 when they hold nowhere, `∞` when they hold everywhere.
    pub hypotheses: f64,
    /// The end of the conclusion: 0 when it holds nowhere, `∞` when it holds everywhere.
    pub conclusion: f64,
}

impl Ends {
    /// The gap `η_hypotheses / η_conclusion`. When it is above 1, there are learning rates at which the
    /// hypotheses hold and the conclusion fails. `None` when the ends cannot be computed, the
    /// hypotheses hold nowhere, or both sides hold everywhere.
    pub fn gap(&self) -> Option<f64> {
        let gap = self.hypotheses / self.conclusion;
        (self.hypotheses > 0.0 && !gap.is_nan()).then_some(gap)
    }
}

/// The largest learning rate at which a condition holds, approximately, for a model and a noise weight
/// `p`: 0 when it holds nowhere, `∞` when everywhere, NaN when it cannot be computed. For a criterion
/// this is [`Criterion::critical`](crate::criterion::Criterion::critical).
pub type Proposal = fn(&Quadratic<f64>, f64) -> f64;

/// One implication: "where these hypotheses hold, this conclusion holds."
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The hypotheses and the conclusion, which are those of the claim's exact check.
    pub examination: fn() -> Examination<Exact>,
    /// Where the hypotheses end. With wrong ends a search may miss counter-examples, but it never
    /// reports a false one.
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

/// A claim in the form that `search::search` takes: a chain of implications, usually of one. A
/// counter-example breaks one link.
///
/// A claim that can be searched defines its conjecture in its own file, beside its
/// [`Claim`](super::Claim) and from the same examination; `examples/own_claim.rs` does so too.
#[derive(Clone, Copy, Debug)]
pub struct Conjecture {
    /// The implications.
    pub links: &'static [Link],
    /// The second model, where the statement is about a pair of models. It is printed with the
    /// counter-example, which is the first.
    pub counterpart: Option<fn(&Quadratic) -> Quadratic>,
}

impl Conjecture {
    /// A conjecture about one model.
    pub const fn of(links: &'static [Link]) -> Self {
        Conjecture {
            links,
            counterpart: None,
        }
    }

    /// Do the hypotheses of some link hold? Decided over ℚ. [`Verdict::Undecided`] is counted, but
    /// never makes a counter-example.
    pub fn hypotheses(&self, instance: &Instance) -> Verdict {
        let unmet = self.examinations().map(|link| !link.supposed(instance));
        !unmet.fold(Verdict::Holds, Verdict::and)
    }

    /// Does every link hold? Decided over ℚ.
    pub fn conclusion(&self, instance: &Instance) -> Verdict {
        let verdicts = self.examinations().map(|link| link.verdict(instance));
        verdicts.fold(Verdict::Holds, Verdict::and)
    }

    /// The ends of the two sides for the link with the widest gap, for batches of noise weight
    /// `weight`.
    pub fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends {
        let ends = self.links.iter().map(|link| link.ends(model, weight));
        let gap = |ends: &Ends| ends.gap().unwrap_or(0.0);
        let widest = ends.max_by(|a, b| gap(a).total_cmp(&gap(b)));
        widest.expect("a conjecture has links")
    }

    /// Examines every link at each of these instances.
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
