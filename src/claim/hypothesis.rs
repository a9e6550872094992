//! The hypotheses of a claim: each is a sentence and the predicate it stands for.

use num_traits::Zero;

use super::{Instance, Version};
use crate::criterion::mean_square;
use crate::model::Quadratic;
use crate::number::{Exact, Field, Interval, Verdict};

/// The interval type of all certified checks.
pub type Certified = Interval<128>;

/// An instance over the scalar `T`, and the version of the statement to be examined.
pub struct Posed<'a, T: Field> {
    /// The instance as it was given.
    pub instance: &'a Instance,
    /// The model over `T`.
    pub model: Quadratic<T>,
    /// The learning rate `η`.
    pub eta: T,
    /// The noise weight `p`.
    pub p: T,
    version: Version,
}

impl<'a, T: Field> Posed<'a, T> {
    /// The instance with every number converted to `T`, and the statement unchanged.
    pub fn from(instance: &'a Instance) -> Self {
        Posed::version(instance, Version::STATED)
    }

    /// The same with this version of the statement.
    pub fn version(instance: &'a Instance, version: Version) -> Self {
        Posed {
            instance,
            model: instance.model.to(),
            eta: T::from_exact(&instance.learning_rate),
            p: T::from_exact(&instance.weight),
            version,
        }
    }

    /// The verdict at the learning rate of the statement's formula with this name.
    pub fn formula(&self, name: &str, formula: impl FnOnce(&T) -> Verdict) -> Verdict {
        self.version.formula(name, &self.eta, formula)
    }
}

impl<T: Checked> Posed<'_, T> {
    /// Do all of these hypotheses hold?
    pub fn meets(&self, hypotheses: &[Hypothesis]) -> Verdict {
        let verdicts = hypotheses.iter().map(|hypothesis| hypothesis.of(self));
        verdicts.fold(Verdict::Holds, Verdict::and)
    }
}

impl Instance {
    /// Do all of these hypotheses hold? Decided over ℚ.
    pub fn meets(&self, hypotheses: &[Hypothesis]) -> Verdict {
        let verdicts = hypotheses
            .iter()
            .map(|hypothesis| match hypothesis.predicate {
                Predicate::Decided(predicate) => predicate(self),
                _ => hypothesis.of(&Posed::<Exact>::from(self)),
            });
        verdicts.fold(Verdict::Holds, Verdict::and)
    }
}

/// The two scalars in which claims are checked: rationals, and intervals ([`Certified`]).
pub trait Checked: Field {
    /// Chooses the predicate for this scalar.
    fn choose(
        exact: fn(&Posed<Exact>) -> Verdict,
        certified: fn(&Posed<Certified>) -> Verdict,
    ) -> fn(&Posed<Self>) -> Verdict;
}

impl Checked for Exact {
    fn choose(
        exact: fn(&Posed<Exact>) -> Verdict,
        _: fn(&Posed<Certified>) -> Verdict,
    ) -> fn(&Posed<Self>) -> Verdict {
        exact
    }
}

impl Checked for Certified {
    fn choose(
        _: fn(&Posed<Exact>) -> Verdict,
        certified: fn(&Posed<Certified>) -> Verdict,
    ) -> fn(&Posed<Self>) -> Verdict {
        certified
    }
}

/// A hypothesis of a claim: a sentence and its predicate.
#[derive(Clone, Copy, Debug)]
pub struct Hypothesis {
    /// A name and what it says, for example "curved: H ≠ 0".
    pub sentence: &'static str,
    predicate: Predicate,
}

#[derive(Clone, Copy, Debug)]
enum Predicate {
    /// A predicate on an instance, always decided over ℚ.
    Decided(fn(&Instance) -> Verdict),
    /// A predicate on an instance over the scalar of the check.
    Asked {
        exact: fn(&Posed<Exact>) -> Verdict,
        certified: fn(&Posed<Certified>) -> Verdict,
    },
    /// A predicate on something other than an [`Instance`], or a part of the statement; only the check
    /// can evaluate it.
    ByTheCheck,
}

impl Hypothesis {
    /// A hypothesis that is decided over ℚ, whatever the scalar of the check: `n = 2`, `η > 0`.
    pub const fn decided(sentence: &'static str, predicate: fn(&Instance) -> Verdict) -> Self {
        Hypothesis {
            sentence,
            predicate: Predicate::Decided(predicate),
        }
    }

    /// A hypothesis that is evaluated over the scalar of the check, such as a criterion. The two
    /// arguments are the same generic function over the two scalars.
    pub const fn asked(
        sentence: &'static str,
        exact: fn(&Posed<Exact>) -> Verdict,
        certified: fn(&Posed<Certified>) -> Verdict,
    ) -> Self {
        Hypothesis {
            sentence,
            predicate: Predicate::Asked { exact, certified },
        }
    }

    /// A hypothesis that only the claim's own check can evaluate. It is about more than an
    /// [`Instance`], such as a momentum or the weights of a net, or it is a formula of the statement
    /// that the check evaluates through its [`Version`].
    pub const fn by_the_check(sentence: &'static str) -> Self {
        Hypothesis {
            sentence,
            predicate: Predicate::ByTheCheck,
        }
    }

    /// The same hypothesis with another sentence.
    pub const fn worded(self, sentence: &'static str) -> Self {
        Hypothesis { sentence, ..self }
    }

    /// Does it hold? A hypothesis that only the claim's own check can evaluate counts as holding here.
    pub fn of<T: Checked>(&self, posed: &Posed<T>) -> Verdict {
        match self.predicate {
            Predicate::Decided(predicate) => predicate(posed.instance),
            Predicate::Asked { exact, certified } => T::choose(exact, certified)(posed),
            Predicate::ByTheCheck => Verdict::Holds,
        }
    }
}

/// A hypothesis about a case that is not an [`Instance`], such as a momentum or a preconditioner. The
/// claim states it and its check evaluates it.
#[derive(Clone, Copy, Debug)]
pub struct CaseHypothesis<C: 'static> {
    /// The hypothesis in the claim's list.
    pub stated: Hypothesis,
    /// Does it hold for the case?
    pub holds: fn(&C) -> Verdict,
}

impl<C> CaseHypothesis<C> {
    /// A hypothesis with this sentence and predicate.
    pub const fn new(sentence: &'static str, holds: fn(&C) -> Verdict) -> Self {
        CaseHypothesis {
            stated: Hypothesis::by_the_check(sentence),
            holds,
        }
    }
}

/// The learning rate is positive.
pub const POSITIVE_LEARNING_RATE: Hypothesis =
    Hypothesis::decided("positive_learning_rate: η > 0", positive_learning_rate);

fn positive_learning_rate(asked: &Instance) -> Verdict {
    (asked.learning_rate > Exact::zero()).into()
}

/// The learning rate is positive and SGD is mean-square stable. (For `η < 0` the criterion holds, but
/// the run diverges.)
pub const MEAN_SQUARE_STABLE: Hypothesis = Hypothesis::asked(
    "mean_square_stable: η > 0 and SGD is mean-square stable at η",
    mean_square_stable,
    mean_square_stable,
);

fn mean_square_stable<T: Field>(posed: &Posed<T>) -> Verdict {
    let stable = || mean_square::verdict(&posed.model, &posed.eta, &posed.p);
    match positive_learning_rate(posed.instance) {
        Verdict::Fails => Verdict::Fails,
        positive => positive.and(stable()),
    }
}

/// The point is a minimum of every sample loss.
pub const MINIMUM: Hypothesis = Hypothesis::decided("minimum: every H_i ⪰ 0", |asked| {
    asked.model.is_minimum().into()
});

/// The mean Hessian `H` is not zero.
pub const CURVED: Hypothesis =
    Hypothesis::decided("curved: H ≠ 0", |asked| (!asked.model.is_flat()).into());

/// The model has one parameter.
pub const ONE_DIMENSIONAL: Hypothesis = Hypothesis::decided("one_dimensional: d = 1", |asked| {
    (asked.model.dimension() == 1).into()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;

    /// The edge of G1 is 3 − √3 = 1.2679…
    #[test]
    fn both_scalars_ask_the_same_predicate() {
        let at = |eta: &str| Instance::single(golden::three_inputs(), eta.parse().unwrap());
        for (eta, verdict) in [
            ("-1", Verdict::Fails),
            ("5/4", Verdict::Holds),
            ("1.3", Verdict::Fails),
        ] {
            let instance = at(eta);
            let hypotheses = [CURVED, MINIMUM, MEAN_SQUARE_STABLE];
            assert_eq!(instance.meets(&[MEAN_SQUARE_STABLE]), verdict);
            assert_eq!(Posed::<Exact>::from(&instance).meets(&hypotheses), verdict);
            assert_eq!(
                Posed::<Certified>::from(&instance).meets(&hypotheses),
                verdict
            );
            assert!(instance.meets(&[ONE_DIMENSIONAL]).fails());
        }
    }
}
