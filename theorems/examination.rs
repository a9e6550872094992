//! How a claim is examined: one pair of hypotheses and conclusion, over any scalar and any instances.

use nalgebra::{DMatrix, DVector};
use num_traits::One;
use sgd_stability::claim::{Evidence, Version};
use sgd_stability::criterion::mean_square;
use sgd_stability::decide::{Critical, CriticalRates};
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Interval, Verdict};

use super::family::{Instance, every_batch, fraction, rates_at};

/// The enclosure used by every certified check.
pub type Certified = Interval<128>;

/// An instance over the scalar `T`, and the version of the statement that is asked of it.
pub struct Posed<'a, T: Field> {
    /// The instance as it was given.
    pub instance: &'a Instance,
    /// Its model over `T`.
    pub model: Quadratic<T>,
    /// Its learning rate `η`.
    pub eta: T,
    /// Its noise weight `p`.
    pub p: T,
    version: Version,
}

impl<'a, T: Field> Posed<'a, T> {
    /// The instance with every number turned into a `T`.
    pub fn from(instance: &'a Instance) -> Self {
        Posed::asked(instance, Version::STATED)
    }

    fn asked(instance: &'a Instance, version: Version) -> Self {
        Posed {
            instance,
            model: instance.model.to(),
            eta: T::from_exact(&instance.learning_rate),
            p: T::from_exact(&instance.weight),
            version,
        }
    }

    /// The verdict of the statement's formula `part` at the learning rate.
    pub fn formula(&self, part: &str, formula: impl FnOnce(&T) -> Verdict) -> Verdict {
        self.version.formula(part, &self.eta, formula)
    }
}

/// A claim as something that can be examined over any scalar.
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
        tally(version, self.findings(instances, version))
    }

    /// What [`Examination::of`] counts.
    pub fn findings<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a Instance>,
        version: Version,
    ) -> impl Iterator<Item = Finding> {
        instances.into_iter().map(move |instance| {
            let posed = Posed::asked(instance, version);
            let hypotheses = (self.hypotheses)(&posed);
            let conclusion = match hypotheses {
                Verdict::Fails => Verdict::Undecided,
                _ => (self.conclusion)(&posed),
            };
            self.finding(instance, hypotheses, conclusion)
        })
    }

    /// The conclusion alone, on instances that break the hypotheses. One that meets them after
    /// all counts as holding, which the claim's check refuses.
    pub fn outside<'a>(&self, instances: impl IntoIterator<Item = &'a Instance>) -> Evidence {
        tally(Version::STATED, self.beyond(instances))
    }

    /// What [`Examination::outside`] counts.
    pub fn beyond<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a Instance>,
    ) -> impl Iterator<Item = Finding> {
        instances.into_iter().map(|instance| {
            let posed = Posed::from(instance);
            let (hypotheses, conclusion) = ((self.hypotheses)(&posed), (self.conclusion)(&posed));
            self.finding(instance, hypotheses, conclusion).beyond()
        })
    }

    fn finding(&self, instance: &Instance, hypotheses: Verdict, conclusion: Verdict) -> Finding {
        Finding {
            hypotheses,
            conclusion,
            distance: (self.margin)(instance),
            case: instance.describe(),
        }
    }
}

/// What `finding(question, point, end)` finds of the golden models from two points, at the learning rates
/// about `end(question, point)`, at none and at a negative one; and at a minimum, where nothing moves.
pub fn from_points(
    end: impl Fn(&Instance, &DVector<Exact>) -> Exact,
    finding: impl Fn(&Instance, &DVector<Exact>, &Exact) -> Finding,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for question in golden::all()
        .into_iter()
        .flat_map(|(_, model)| every_batch(model))
    {
        for entries in [[1, -2], [3, 1]] {
            let x = DVector::from_fn(question.model.dimension(), |i, _| Exact::from(entries[i]));
            let end = end(&question, &x);
            let rates = rates_at(&end).into_iter().chain(["0", "-1"].map(fraction));
            found.extend(rates.map(|eta| finding(&question.at(eta), &x, &end)));
        }
    }
    let still = Instance::single(golden::three_inputs(), Exact::one());
    found.push(finding(&still, &DVector::zeros(2), &Exact::one()));
    found
}

/// One case of a claim.
pub struct Finding {
    /// Do the hypotheses hold?
    pub hypotheses: Verdict,
    /// Does the conclusion hold? Not asked where the hypotheses fail.
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

/// Counts the findings. A margin is negative when the conclusion fails. Of a changed version of the
/// statement one failure is all that is wanted.
pub fn tally(version: Version, findings: impl IntoIterator<Item = Finding>) -> Evidence {
    let mut evidence = Evidence::new();
    for finding in findings {
        let distance = finding.distance.abs();
        let margin = match finding.conclusion.fails() {
            true => 0.0 - distance,
            false => distance,
        };
        let (hypotheses, conclusion) = (finding.hypotheses, finding.conclusion);
        evidence.record(hypotheses, conclusion, margin, || finding.case);
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

/// Is `η` above zero and SGD mean-square stable at it? (Backwards in time, `η < 0`, the criterion
/// holds and the run diverges.)
pub fn mean_square_stable<T: Field>(posed: &Posed<T>) -> Verdict {
    let stable = mean_square::verdict(&posed.model, &posed.eta, &posed.p);
    positive_learning_rate(posed).and(stable)
}

/// Is every `H_i ⪰ 0`? Asked over ℚ, where it is decided.
pub fn minimum<T: Field>(posed: &Posed<T>) -> Verdict {
    posed.instance.model.is_minimum().into()
}

/// Is `H ≠ 0`? Asked over ℚ, where it is decided.
pub fn curved<T: Field>(posed: &Posed<T>) -> Verdict {
    (!posed.instance.model.is_flat()).into()
}

/// `I − E[A_b ⊗ A_b] ⪰ 0` on all d² entries, by enumeration of all batches: another basis and no
/// formula for `D`. (The antisymmetric matrices add nothing: the spectral radius of a map that
/// keeps the semi-definite cone is attained there.)
pub fn bounded_by_enumeration<T: Field>(posed: &Posed<T>) -> Verdict {
    let square = |batch: &[usize]| {
        let step = posed.model.step(batch, &posed.eta);
        step.kronecker(&step)
    };
    let mean = posed.instance.mean_over_batches::<T, DMatrix<T>>(square);
    positive_semidefinite(&(DMatrix::identity(mean.nrows(), mean.ncols()) - mean))
}
