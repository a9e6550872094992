//! Room **claim**: what a claim must have, and how its evidence is counted.
//!
//! A *claim* says: under these hypotheses, this criterion holds exactly when SGD behaves so. The
//! claims themselves are the files of the top-level folder `theorems/`; this room gives their form,
//! and the instances on which they are examined. Evidence is counted, never summarised: a case whose hypotheses are unmet is counted as
//! such and never dropped, and the worst margin keeps the instance that made it.
//!
//! A claim is stated once, in a [`Claim`]: its words, its formula, its hypotheses (each a sentence
//! with the predicate it stands for, [`Hypothesis`]) and its checks. Most claims speak of an
//! [`Instance`]; their checks are an [`Examination`] of the instances of a [`family`]. The claims of
//! the roll and a claim of your own (`examples/own_claim.rs`) are written in the same way, and a
//! [`Conjecture`] hands the same examination to the search for a counter-example.
//!
//! A check is worth something only if it can fail: it is given the statement as a [`Version`], and
//! each claim names the changes that turn its truth ([`Guard`]). [`Claim::unnoticed`] runs the claim's
//! own checks on every one of them.

mod conjecture;
mod evidence;
mod examination;
pub mod family;
mod hypothesis;
mod instance;
mod version;

pub use conjecture::{Conjecture, Ends, Link, Proposal};
pub use evidence::{Evidence, Margin};
pub use examination::{Examination, Examined, at_most, equivalent, headroom, tally};
pub use hypothesis::{
    CURVED, CaseHypothesis, Certified, Checked, Hypothesis, MEAN_SQUARE_STABLE, MINIMUM,
    ONE_DIMENSIONAL, POSITIVE_LEARNING_RATE, Posed,
};
pub use instance::Instance;
pub use version::{Change, Guard, Version};

/// What is known of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Proved; every check must agree.
    Upheld,
    /// False; the file holds a counter-example and its check must find the claim failing there.
    Refuted,
    /// Neither proved nor refuted; the checks count what was tried.
    Open,
}

/// One road by which a claim is checked.
#[derive(Clone, Copy, Debug)]
pub enum Check<Run = fn() -> Evidence> {
    /// The check itself.
    Run(Run),
    /// Why there is no such check.
    Without(&'static str),
}

/// A check of the statement, or of a changed [`Version`] of it.
pub type StatementCheck = Check<fn(Version) -> Evidence>;

impl<Run> Check<Run> {
    /// The reason why there is no such check, when there is none.
    pub fn without(&self) -> Option<&'static str> {
        match self {
            Check::Run(_) => None,
            Check::Without(reason) => Some(reason),
        }
    }
}

impl Check {
    /// The evidence, when there is a check to run.
    pub fn evidence(&self) -> Option<Evidence> {
        match self {
            Check::Run(run) => Some(run()),
            Check::Without(_) => None,
        }
    }
}

impl StatementCheck {
    /// The evidence about this version, when there is a check to run.
    pub fn evidence_of(&self, version: Version) -> Option<Evidence> {
        match self {
            Check::Run(run) => Some(run(version)),
            Check::Without(_) => None,
        }
    }
}

/// A statement with its source, its hypotheses and the checks that try to break it.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The file's name without its ending: what the claim says, in words.
    pub id: &'static str,
    /// One line for the roll.
    pub title: &'static str,
    /// The statement in words.
    pub statement: &'static str,
    /// The statement's formula in LaTeX, printed by the very code that is checked. Means, products
    /// over batches and spectra, for which no scalar stands, are written around what it prints.
    pub formula: fn() -> String,
    /// Author, year, number; and what we changed (conventions of η, b, ½).
    pub source: &'static str,
    /// What is supposed.
    pub hypotheses: &'static [Hypothesis],
    /// What it means, and where it stops being true.
    pub reading: &'static str,
    /// What is known of it.
    pub status: Status,
    /// The formulas of the statement, with the changes that its checks must notice.
    pub guards: &'static [Guard],
    /// Over ℚ, on a fixed family with instances exactly on the edge.
    pub exact: StatementCheck,
    /// Just outside the hypotheses: every instance must make the conclusion *fail*.
    pub outside: Check,
    /// Over intervals, where roots or logarithms forbid ℚ.
    pub certified: StatementCheck,
    /// By the f32 engine: a measured margin with its uncertainty, through the same criterion.
    pub empirical: Check,
}

/// The evidence of all checks of one claim.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Findings {
    /// See [`Claim::exact`].
    pub exact: Option<Evidence>,
    /// See [`Claim::outside`].
    pub outside: Option<Evidence>,
    /// See [`Claim::certified`].
    pub certified: Option<Evidence>,
    /// See [`Claim::empirical`].
    pub empirical: Option<Evidence>,
    /// Did every check come out as the status says?
    pub as_stated: bool,
}

impl Claim {
    /// Runs every check of the claim.
    ///
    /// *Upheld*: something holds and nothing fails. *Refuted*: something fails. *Open*: nothing
    /// is required. In every case each instance outside the hypotheses must fail.
    pub fn check(&self) -> Findings {
        let [exact, certified] =
            [self.exact, self.certified].map(|check| check.evidence_of(Version::STATED));
        let [outside, empirical] = [self.outside, self.empirical].map(|check| check.evidence());
        let inside = || [&exact, &certified, &empirical].into_iter().flatten();
        let as_stated = match self.status {
            Status::Upheld => {
                inside().next().is_some() && inside().all(|e| e.fails == 0 && e.holds > 0)
            }
            Status::Refuted => exact.as_ref().is_some_and(|e| e.fails > 0),
            Status::Open => true,
        } && outside
            .as_ref()
            .is_none_or(|e| e.fails > 0 && e.holds == 0 && e.undecided == 0);
        Findings {
            as_stated,
            exact,
            outside,
            certified,
            empirical,
        }
    }

    /// The changes of the statement that a check of the claim does not notice: none, when the
    /// checks are worth something. A change of a claim that is upheld or open must make an instance
    /// fail; after one of a refuted claim instances must hold and none may fail.
    pub fn unnoticed(&self) -> Vec<Version> {
        let noticed = |evidence: Evidence| match self.status {
            Status::Upheld | Status::Open => evidence.fails > 0,
            Status::Refuted => evidence.fails == 0 && evidence.holds > 0,
        };
        let noticed_by_all = |guard: &Guard, version: Version| {
            let certified = (!guard.exact_only).then_some(self.certified);
            let checks = [self.exact].into_iter().chain(certified);
            let mut evidence = checks.filter_map(|check| check.evidence_of(version));
            evidence.all(noticed)
        };
        let unnoticed = self.guards.iter().flat_map(|guard| {
            let change = |change: &Change| Version::changed(guard.formula, *change);
            let versions = guard.opposites.iter().map(change);
            versions
                .filter(|version| !noticed_by_all(guard, *version))
                .collect::<Vec<_>>()
        });
        unnoticed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Exact, Verdict};

    const HONEST: Claim = Claim {
        id: "at_most_one",
        title: "",
        statement: "",
        formula: String::new,
        source: "",
        hypotheses: &[],
        reading: "",
        status: Status::Upheld,
        guards: &[Guard::necessary("edge")],
        exact: Check::Run(|version| {
            one(version.formula("edge", &Exact::from(1), |x| (*x <= Exact::from(1)).into()))
        }),
        outside: Check::Without("made up"),
        certified: Check::Without("made up"),
        empirical: Check::Without("made up"),
    };

    fn one(conclusion: Verdict) -> Evidence {
        let mut evidence = Evidence::new();
        evidence.record(Verdict::Holds, conclusion, 0.0, String::new);
        evidence
    }

    /// The guard guarded: a check that does not ask through its version, one that asks under another
    /// name, and a certified one that does so, tell nothing.
    #[test]
    fn a_check_that_ignores_its_version_is_found() {
        assert!(HONEST.check().as_stated && HONEST.unnoticed().is_empty());
        let deaf = Check::Run((|_| one(Verdict::Holds)) as fn(Version) -> Evidence);
        const MISNAMED: &[Guard] = &[Guard::necessary("egde")];
        for blind in [
            Claim {
                exact: deaf,
                ..HONEST
            },
            Claim {
                guards: MISNAMED,
                ..HONEST
            },
            Claim {
                certified: deaf,
                ..HONEST
            },
        ] {
            assert!(blind.check().as_stated);
            assert_eq!(blind.unnoticed().len(), 3, "{blind:?}");
        }
    }

    /// What mends a refuted claim must hold; what leaves it false is no mend.
    #[test]
    fn a_refuted_claim_must_be_mended() {
        let refuted = |mends| Claim {
            status: Status::Refuted,
            guards: mends,
            exact: Check::Run(|version| {
                one(version.formula("edge", &Exact::from(2), |x| (*x <= Exact::from(1)).into()))
            }),
            ..HONEST
        };
        const MENDED: &[Guard] = &[Guard::of("edge", &[Change::Tenths(5)])];
        const AS_FALSE: &[Guard] = &[Guard::of("edge", &[Change::Tenths(9)])];
        assert!(refuted(MENDED).check().as_stated && refuted(MENDED).unnoticed().is_empty());
        assert_eq!(refuted(AS_FALSE).unnoticed().len(), 1);
    }
}
