//! A model made ready for many questions: its samples over one denominator, the range of `H`, and
//! the moments in which the criteria are written. What *held* and *operator* mean is said at
//! [`crate::model::samples`].

use num_traits::Zero;

use super::range::Range;
use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::matrix::{Fractions, definite, fraction_free};
use crate::model::{Curvature, Linear, Model, Samples};
use crate::number::{Exact, Verdict};

/// One model and noise weight.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) samples: Samples,
    pub(super) weight: Exact,
    /// `I`, `H`, `Σ` as operators.
    pub(super) curvature: Curvature<Fractions>,
    pub(super) range: Range,
}

/// Linear regression with fewer inputs than dimensions: better seen through its Gram matrix.
pub(super) fn fewer_inputs(model: &Model) -> Option<&Linear> {
    match model {
        Model::Linear(linear) if model.samples() < model.dimension() => Some(linear),
        _ => None,
    }
}

impl Subject {
    /// In the Gram view where that is the smaller one.
    pub(super) fn of(model: &Model, weight: &Exact) -> Self {
        let samples = fewer_inputs(model).map_or_else(|| Samples::from(model), Samples::gram);
        Self::with(samples, weight)
    }

    /// Everything is held as these samples hold it.
    pub(super) fn with(samples: Samples, weight: &Exact) -> Self {
        Subject {
            weight: weight.clone(),
            curvature: samples.curvature(),
            range: Range::of(&samples),
            samples,
        }
    }

    /// `2I − ηH ⪰ 0`.
    pub(super) fn gradient_descent(&self, learning_rate: &Exact) -> Verdict {
        self.semidefinite(&gradient_descent::slack(&self.curvature, learning_rate))
    }

    /// `I − η²pΣ ⪰ 0`.
    pub(super) fn non_uniformity(&self, learning_rate: &Exact) -> Verdict {
        let slack = non_uniformity::slack(&self.curvature, learning_rate, &self.weight);
        self.semidefinite(&slack)
    }

    /// `2H − η(H² + pΣ) ⪰ 0`.
    pub(super) fn one_step(&self, learning_rate: &Exact) -> Verdict {
        self.semidefinite(&self.one_step_slack(learning_rate))
    }

    /// Is an operator semi-definite that is a multiple `cI`, `c ≥ 0`, beside the range of `H`?
    fn semidefinite(&self, operator: &Fractions) -> Verdict {
        definite::semidefinite(&self.range.seen_operator(operator))
    }

    /// `2H − η(H² + pΣ) = (C − ηD)(I)`.
    pub(super) fn one_step_slack(&self, learning_rate: &Exact) -> Fractions {
        one_step::slack(&self.curvature, learning_rate, &self.weight)
    }

    /// `(C − ηD)(X) = (X − T(X))/η`, held.
    pub(super) fn slack(&self, x: &Fractions, learning_rate: &Exact) -> Fractions {
        self.samples.slack(x, learning_rate, &self.weight)
    }

    /// `⟨X, Z⟩ = tr(XZ)` of two matrices that are held.
    pub(super) fn dot(&self, x: &Fractions, z: &Fractions) -> Exact {
        self.samples.dual(x).dot(z)
    }

    /// The orthogonal projector onto the range of `H`, held.
    pub(super) fn projector(&self) -> Fractions {
        let inverse = fraction_free::inverse(&self.range.metric());
        self.range
            .lifted(&inverse.expect("a basis has a regular Gram matrix"))
    }

    /// Is there no sample noise, `pΣ = 0`?
    pub(super) fn is_quiet(&self) -> bool {
        let variance = &self.curvature.variance;
        self.weight.is_zero() || self.range.seen_operator(variance).is_zero()
    }

    /// Is the loss flat in every direction?
    pub(super) fn is_flat(&self) -> bool {
        self.range.rank() == 0
    }
}
