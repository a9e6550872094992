//! How a claim is examined: one pair of hypotheses and conclusion, over any scalar and any instances.

use nalgebra::DMatrix;
use sgd_stability::claim::Evidence;
use sgd_stability::criterion::mean_square;
use sgd_stability::decide::{Critical, CriticalRates};
use sgd_stability::model::Quadratic;
use sgd_stability::number::{Exact, Field, Interval, Verdict};

use super::family::Instance;

/// The enclosure used by every certified check.
pub type Certified = Interval<128>;

/// An instance over the scalar `T`.
pub struct Posed<'a, T: Field> {
    /// The instance as it was given.
    pub instance: &'a Instance,
    /// Its model over `T`.
    pub model: Quadratic<T>,
    /// Its learning rate `η`.
    pub eta: T,
    /// Its noise weight `p`.
    pub p: T,
}

impl<'a, T: Field> Posed<'a, T> {
    /// The instance with every number turned into a `T`.
    pub fn from(instance: &'a Instance) -> Self {
        Posed {
            instance,
            model: instance.model.to(),
            eta: T::from_exact(&instance.learning_rate),
            p: T::from_exact(&instance.weight),
        }
    }
}

/// A claim as something that can be examined over any scalar.
pub struct Examination<T: Field> {
    /// Do the hypotheses hold?
    pub hypotheses: fn(&Posed<T>) -> Verdict,
    /// Does the conclusion hold?
    pub conclusion: fn(&Posed<T>) -> Verdict,
    /// How far η is from the edge at which the conclusion would break; the sign is not used.
    pub margin: fn(&Instance) -> f64,
}

impl<T: Field> Examination<T> {
    /// The claim on each of these instances. A margin is negative when the conclusion fails.
    pub fn of<'a>(&self, instances: impl IntoIterator<Item = &'a Instance>) -> Evidence {
        self.count(instances, (self.hypotheses, self.conclusion))
    }

    /// The conclusion alone, on instances that break the hypotheses. One that meets them after
    /// all counts as holding, which the claim's check refuses.
    pub fn outside<'a>(&self, instances: impl IntoIterator<Item = &'a Instance>) -> Evidence {
        let conclusion = |posed: &Posed<T>| match (self.hypotheses)(posed) {
            Verdict::Fails => (self.conclusion)(posed),
            _ => Verdict::Holds,
        };
        self.count(instances, (|_: &Posed<T>| Verdict::Holds, conclusion))
    }

    fn count<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a Instance>,
        (hypotheses, conclusion): (impl Fn(&Posed<T>) -> Verdict, impl Fn(&Posed<T>) -> Verdict),
    ) -> Evidence {
        let mut evidence = Evidence::new();
        for instance in instances {
            let posed = Posed::from(instance);
            let conclusion = conclusion(&posed);
            let distance = (self.margin)(instance).abs();
            let margin = if conclusion.fails() {
                0.0 - distance
            } else {
                distance
            };
            evidence.record(hypotheses(&posed), conclusion, margin, || {
                instance.describe()
            });
        }
        evidence
    }
}

/// One case of a claim that is not about an [`Instance`].
pub struct Finding {
    /// Do the hypotheses hold?
    pub hypotheses: Verdict,
    /// Does the conclusion hold?
    pub conclusion: Verdict,
    /// How far the case is from the edge at which the conclusion would break; the sign is not used.
    pub distance: f64,
    /// The case, written so that it can be run again.
    pub case: String,
}

impl Finding {
    /// A case outside the hypotheses, to be counted by its conclusion. One that meets them after
    /// all counts as holding, which the claim's check refuses.
    #[must_use]
    pub fn beyond(self) -> Self {
        let conclusion = match self.hypotheses {
            Verdict::Fails => self.conclusion,
            _ => Verdict::Holds,
        };
        Finding {
            hypotheses: Verdict::Holds,
            conclusion,
            ..self
        }
    }
}

/// Counts the findings. A margin is negative when the conclusion fails.
pub fn tally(findings: impl IntoIterator<Item = Finding>) -> Evidence {
    let mut evidence = Evidence::new();
    for finding in findings {
        let distance = finding.distance.abs();
        let margin = match finding.conclusion.fails() {
            true => 0.0 - distance,
            false => distance,
        };
        let (hypotheses, conclusion) = (finding.hypotheses, finding.conclusion);
        evidence.record(hypotheses, conclusion, margin, || finding.case);
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

/// The square of the factor of one epoch in one dimension when every sample is used once, in any
/// order: `Π (1 − ηa_i)²`. It bounds the run when it is at most 1, and differs from the mean over
/// independent batches.
pub fn squared_epoch_factor<T: Field>(model: &Quadratic<T>, eta: &T) -> T {
    let factor = |h: &DMatrix<T>| (T::one() - eta * &h[(0, 0)]).square();
    model
        .hessians()
        .iter()
        .map(factor)
        .fold(T::one(), |product, factor| product * factor)
}

/// Shorthand for the margins.
pub mod end {
    use super::{Critical, CriticalRates};

    /// The end of the gradient-descent criterion.
    pub fn gradient_descent(rates: &CriticalRates) -> &Critical {
        &rates.gradient_descent
    }

    /// The end of the non-uniformity bound.
    pub fn non_uniformity(rates: &CriticalRates) -> &Critical {
        &rates.non_uniformity
    }

    /// The end of the one-step criterion.
    pub fn one_step(rates: &CriticalRates) -> &Critical {
        &rates.one_step
    }

    /// The end of mean-square stability.
    pub fn mean_square(rates: &CriticalRates) -> &Critical {
        &rates.mean_square
    }
}

/// Is the learning rate above zero?
pub fn positive_learning_rate<T: Field>(posed: &Posed<T>) -> Verdict {
    Verdict::positive(posed.eta.compare(&T::zero()))
}

/// Is SGD mean-square stable at `η`?
pub fn mean_square_stable<T: Field>(posed: &Posed<T>) -> Verdict {
    mean_square::verdict(&posed.model, &posed.eta, &posed.p)
}

/// Is every `H_i ⪰ 0`? Asked over ℚ, where it is decided.
pub fn minimum<T: Field>(posed: &Posed<T>) -> Verdict {
    posed.instance.model.is_minimum().into()
}

/// Are the batches of different steps independent? They are not when an epoch visits every sample
/// once, in any order.
pub fn independent_batches(independent: bool) -> Verdict {
    independent.into()
}
