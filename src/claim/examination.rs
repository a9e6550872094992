//! How a claim is examined: hypotheses and conclusion, over a scalar and on any instances, counted.

use super::{Evidence, Instance, Posed, Version};
use crate::number::{Exact, Field, Verdict};

/// A claim on instances as something that can be examined over any scalar.
pub struct Examination<T: Field> {
    /// Do the hypotheses hold?
    pub hypotheses: fn(&Posed<T>) -> Verdict,
    /// Does the conclusion hold? Asked only where the hypotheses may.
    pub conclusion: fn(&Posed<T>) -> Verdict,
    /// How far η is from the edge at which the conclusion would break; the sign is not used.
    pub margin: fn(&Instance) -> f64,
}

impl<T: Field> Examination<T> {
    /// This version of the claim on each of these instances.
    pub fn of<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a Instance>,
        version: Version,
    ) -> Evidence {
        tally(version, self.cases(instances, version))
    }

    /// What [`Examination::of`] counts.
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

    /// The conclusion alone, on instances that break the hypotheses. One that meets them after
    /// all counts as holding, which the claim's check refuses.
    pub fn outside<'a>(&self, instances: impl IntoIterator<Item = &'a Instance>) -> Evidence {
        tally(Version::STATED, self.cases_outside(instances))
    }

    /// What [`Examination::outside`] counts.
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

/// One case of a claim, examined.
#[derive(Clone, Debug)]
pub struct Examined {
    /// Do the hypotheses hold?
    pub hypotheses: Verdict,
    /// Does the conclusion hold? Not asked where the hypotheses fail.
    pub conclusion: Verdict,
    /// How far the case is from the edge at which the conclusion would break; the sign is not used.
    pub distance: f64,
    /// The case, written so that it can be run again.
    pub case: String,
}

impl Examined {
    /// A case outside the hypotheses, to be counted by its conclusion. One that meets them after
    /// all counts as holding, which the claim's check refuses.
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

/// Counts the cases. A margin is negative when the conclusion fails. Of a changed version of the
/// statement one failure is all that is wanted.
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

/// `1 − η/η_c` for the end `η_c` of a criterion.
pub fn headroom(learning_rate: &Exact, end: &Exact) -> f64 {
    (Exact::from(1) - learning_rate / end).to_f64()
}

/// `a ⇔ b`.
pub fn equivalent(a: Verdict, b: Verdict) -> Verdict {
    a.implies(b).and(b.implies(a))
}

/// `value ≤ bound`.
pub fn at_most<T: Field>(value: &T, bound: &T) -> Verdict {
    Verdict::non_negative(bound.compare(value))
}
