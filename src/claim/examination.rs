//! The examination of a claim: its hypotheses and conclusion, over a scalar, evaluated and counted on
//! instances.

use super::{Evidence, Instance, Posed, Version};
use crate::number::{Exact, Field, Verdict};

/// A claim about instances, in a form that can be examined over any scalar.
pub struct Examination<T: Field> {
    /// Do the hypotheses hold?
    pub hypotheses: fn(&Posed<T>) -> Verdict,
    /// Does the conclusion hold? Only called where the hypotheses do not fail.
    pub conclusion: fn(&Posed<T>) -> Verdict,
    /// The distance of η from the edge at which the conclusion would break; the sign is ignored.
    pub margin: fn(&Instance) -> f64,
}

impl<T: Field> Examination<T> {
    /// Examines this version of the claim on each of these instances.
    pub fn of<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a Instance>,
        version: Version,
    ) -> Evidence {
        tally(version, self.cases(instances, version))
    }

    /// The cases that [`Examination::of`] counts.
    pub fn cases<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a Instance>,
        version: Version,
    ) -> impl Iterator<Item = Examined> {
        instances.into_iter().map(move |instance| {
            let posed = Posed::version(instance, version);
            let hypotheses = (self.hypotheses)(&posed);
            let conclusion = if hypotheses.fails() {
                Verdict::Undecided
            } else {
                (self.conclusion)(&posed)
            };
            self.examined(instance, hypotheses, conclusion)
        })
    }

    /// Examines the conclusion alone, on instances that violate the hypotheses. An instance that meets
    /// them after all counts as holding, which makes the claim's check fail.
    pub fn outside<'a>(&self, instances: impl IntoIterator<Item = &'a Instance>) -> Evidence {
        tally(Version::STATED, self.cases_outside(instances))
    }

    /// The cases that [`Examination::outside`] counts.
    pub fn cases_outside<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a Instance>,
    ) -> impl Iterator<Item = Examined> {
        instances.into_iter().map(|instance| {
            let posed = Posed::from(instance);
            let (hypotheses, conclusion) = ((self.hypotheses)(&posed), (self.conclusion)(&posed));
            self.examined(instance, hypotheses, conclusion).outside()
        })
    }

    /// Do the hypotheses hold at the instance?
    pub fn supposed(&self, instance: &Instance) -> Verdict {
        (self.hypotheses)(&Posed::from(instance))
    }

    /// Does the conclusion follow from the hypotheses at the instance?
    pub fn verdict(&self, instance: &Instance) -> Verdict {
        let posed = Posed::from(instance);
        match (self.hypotheses)(&posed) {
            Verdict::Fails => Verdict::Holds,
            supposed => supposed.implies((self.conclusion)(&posed)),
        }
    }

    fn examined(&self, instance: &Instance, hypotheses: Verdict, conclusion: Verdict) -> Examined {
        Examined {
            hypotheses,
            conclusion,
            distance: (self.margin)(instance),
            case: instance.describe(),
        }
    }
}

/// The result of examining one case of a claim.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Do the hypotheses hold?
    pub hypotheses: Verdict,
    /// Does the conclusion hold? Not evaluated where the hypotheses fail.
    pub conclusion: Verdict,
    /// The distance from the edge at which the conclusion would break; the sign is ignored.
    pub distance: f64,
    /// The case, written so that it can be run again.
    pub case: String,
}

impl Examined {
    /// The result for a case outside the hypotheses, which is counted by its conclusion. A case that
    /// meets the hypotheses after all counts as holding, which makes the claim's check fail.
    #[must_use]
    pub fn outside(self) -> Self {
        let conclusion = if self.hypotheses.fails() {
            self.conclusion
        } else {
            Verdict::Holds
        };
        Examined {
            hypotheses: Verdict::Holds,
            conclusion,
            ..self
        }
    }
}

/// Counts the cases. A margin is negative when the conclusion fails. For a changed version of the
/// statement, counting stops at the first failure.
pub fn tally(version: Version, cases: impl IntoIterator<Item = Examined>) -> Evidence {
    let mut evidence = Evidence::new();
    for examined in cases {
        let distance = examined.distance.abs();
        let margin = if examined.conclusion.fails() {
            0.0 - distance
        } else {
            distance
        };
        let (hypotheses, conclusion) = (examined.hypotheses, examined.conclusion);
        evidence.record(hypotheses, conclusion, margin, || examined.case);
        if evidence.fails > 0 && !version.is_stated() {
            break;
        }
    }
    evidence
}

/// The headroom `1 − η/η_c` below the end `η_c` of a criterion.
pub fn headroom(learning_rate: &Exact, end: &Exact) -> f64 {
    (Exact::from(1) - learning_rate / end).to_f64()
}

/// The equivalence `a ⇔ b`.
pub fn equivalent(a: Verdict, b: Verdict) -> Verdict {
    a.implies(b).and(b.implies(a))
}

/// The comparison `value ≤ bound`.
pub fn at_most<T: Field>(value: &T, bound: &T) -> Verdict {
    Verdict::non_negative(bound.compare(value))
}
