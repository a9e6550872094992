//! Room **claim**: the parts of a claim, and how its evidence is counted.
//!
//! A *claim* says: under these hypotheses, this criterion holds exactly when SGD behaves so. The claims
//! themselves are the files of the top-level folder `theorems/`; this room defines their form and the
//! instances on which they are checked. Evidence is counted: an instance that does not meet the
//! hypotheses is counted as unmet, never dropped, and the worst margin is kept with its instance.
//!
//! Each claim is one [`Claim`]: its text, its formula, its hypotheses (each a sentence and the
//! predicate it stands for, [`Hypothesis`]) and its checks. Most claims are about an [`Instance`];
//! their checks are an [`Examination`] of the instances of a [`family`]. The claims of the roll
//! (`theorems/mod.rs`) and your own (`examples/own_claim.rs`) are written in the same way. A
//! [`Conjecture`] gives the same examination to the search for a counter-example.
//!
//! A check is only worth something if it can fail. So a check receives the statement as a [`Version`],
//! and each claim lists the changes that reverse its truth ([`Guard`]). [`Claim::unnoticed`]
//! runs the claim's own checks on every changed version.

mod chapter;
mod conjecture;
mod evidence;
mod examination;
pub mod family;
mod hypothesis;
mod instance;
mod version;

pub use chapter::Chapter;
pub use conjecture::{Conjecture, Ends, Link, Proposal};
pub use evidence::{Evidence, Margin};
pub use examination::{Examination, Examined, at_most, equivalent, headroom, tally};
pub use hypothesis::{
    CURVED, CaseHypothesis, Certified, Checked, Hypothesis, MEAN_SQUARE_STABLE, MINIMUM,
    ONE_DIMENSIONAL, POSITIVE_LEARNING_RATE, Posed,
};
pub use instance::Instance;
pub use version::{Change, Guard, Version};

/// What is known about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is proved; every check must agree.
    Upheld,
    /// It is false; its file contains a counter-example, and the check must find that the claim fails
    /// there.
    Refuted,
    /// It is neither proved nor refuted; the checks count what was tried.
    Open,
}

/// One way of checking a claim.
#[derive(Clone, Copy, Debug)]
pub enum Check<Run = fn() -> Evidence> {
    /// The function that runs the check.
    Run(Run),
    /// The reason why there is no such check.
    Without(&'static str),
}

/// A check of the statement or of a changed [`Version`] of it.
pub type StatementCheck = Check<fn(Version) -> Evidence>;

impl<Run> Check<Run> {
    /// The reason why there is no such check; `None` when there is one.
    pub fn without(&self) -> Option<&'static str> {
        match self {
            Check::Run(_) => None,
            Check::Without(reason) => Some(reason),
        }
    }
}

impl Check {
    /// Runs the check; `None` when there is none.
    pub fn evidence(&self) -> Option<Evidence> {
        match self {
            Check::Run(run) => Some(run()),
            Check::Without(_) => None,
        }
    }
}

impl StatementCheck {
    /// Runs the check on this version; `None` when there is none.
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
    /// The name of its file without the ending, which says in words what is claimed.
    pub id: &'static str,
    /// The title, one line.
    pub title: &'static str,
    /// The statement in words.
    pub statement: &'static str,
    /// The formula of the statement in LaTeX, printed by the code that is checked. Means, products over
    /// batches and spectra, which have no scalar, are written around what that code prints.
    pub formula: fn() -> String,
    /// Author, year and number of the result, and what differs from the source (conventions of η, b,
    /// ½).
    pub source: &'static str,
    /// The hypotheses.
    pub hypotheses: &'static [Hypothesis],
    /// What the claim means, and where it stops being true.
    pub reading: &'static str,
    /// Where it stands in the report.
    pub chapter: Chapter,
    /// What is known about it.
    pub status: Status,
    /// The formulas of the statement, and the changes to them that its checks must notice.
    pub guards: &'static [Guard],
    /// The check over ℚ, on a fixed family with instances exactly on the edge.
    pub exact: StatementCheck,
    /// The check just outside the hypotheses: the conclusion must *fail* on every instance.
    pub outside: Check,
    /// The check over intervals, for roots and logarithms, which ℚ does not have.
    pub certified: StatementCheck,
    /// The check by the f32 engine: a measured margin with its uncertainty, through the same criterion.
    pub empirical: Check,
}

/// The evidence of all checks of one claim.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Findings {
    /// The evidence of [`Claim::exact`].
    pub exact: Option<Evidence>,
    /// The evidence of [`Claim::outside`].
    pub outside: Option<Evidence>,
    /// The evidence of [`Claim::certified`].
    pub certified: Option<Evidence>,
    /// The evidence of [`Claim::empirical`].
    pub empirical: Option<Evidence>,
    /// Did every check come out as the status requires?
    pub as_stated: bool,
}

impl Claim {
    /// Runs every check of the claim.
    ///
    /// An *upheld* claim must hold on some instance and fail on none, a *refuted* one must fail on
    /// some, and of an *open* one nothing is required. In every case the conclusion must fail on each
    /// instance outside the hypotheses.
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

    /// The changes of the statement that no check of the claim notices. The list must be empty, or the
    /// checks are worthless. A changed version of an upheld or open claim must fail on some instance; a
    /// changed version of a refuted claim must hold on some instance and fail on none.
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
        chapter: Chapter::ExactThresholds,
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

    /// A test of the guards: they must reject a check that ignores its version, a check that uses
    /// another name, and a certified check that does so.
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

    /// A change that repairs a refuted claim must make it hold; one that leaves it false is not
    /// accepted.
    #[test]
    fn a_refuted_claim_must_be_mended() {
        let refuted = |mends| Claim {
            chapter: Chapter::ExactThresholds,
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
