//! A model made ready for many questions: its samples over one denominator, the range of `H`, and
//! the moments in which the criteria are written.

use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::matrix::{Fractions, definite};
use crate::model::{Curvature, Model, Samples};
use crate::number::{Exact, Verdict};

/// The range of `H`, by a basis over ℚ. The dynamics is the identity beside it, so everything is
/// asked on the range only; over-parameterised models have little of it.
#[derive(Clone, Debug)]
pub(super) struct Range {
    /// The basis in the rows, r × d; the identity when `r = d`.
    rows: Fractions,
}

impl Range {
    fn of(samples: &Samples) -> Self {
        Range {
            rows: samples.range(),
        }
    }

    /// `r = rank H`.
    pub(super) fn rank(&self) -> usize {
        self.rows.shape().0
    }

    /// Is it the whole space?
    pub(super) fn is_everything(&self) -> bool {
        self.rank() == self.rows.shape().1
    }

    /// The basis `U`, r × d.
    pub(super) fn basis(&self) -> &Fractions {
        &self.rows
    }

    /// `UᵀYU` (d × d) for a symmetric Y (r × r): every symmetric matrix on the range has this form.
    pub(super) fn lifted(&self, y: &Fractions) -> Fractions {
        match self.is_everything() {
            true => y.clone(),
            false => {
                let product = y.clone() * self.rows.clone();
                self.rows.transpose().symmetric_product(&product)
            }
        }
    }

    /// `UXUᵀ` (r × r) for a symmetric X (d × d): semi-definite, definite exactly when `X` is so on
    /// the range.
    pub(super) fn compressed(&self, x: &Fractions) -> Fractions {
        match self.is_everything() {
            true => x.clone(),
            false => {
                let product = x.clone() * self.rows.transpose();
                self.rows.symmetric_product(&product)
            }
        }
    }
}

/// One model and noise weight.
#[derive(Clone, Debug)]
pub(super) struct Subject<'a> {
    pub(super) model: &'a Model,
    pub(super) samples: Samples,
    pub(super) weight: Exact,
    pub(super) curvature: Curvature<Fractions>,
    pub(super) range: Range,
}

impl<'a> Subject<'a> {
    pub(super) fn of(model: &'a Model, weight: &Exact) -> Self {
        let samples = Samples::from(model);
        Subject {
            model,
            weight: weight.clone(),
            curvature: samples.curvature(),
            range: Range::of(&samples),
            samples,
        }
    }

    /// `2I − ηH ⪰ 0`.
    pub(super) fn gradient_descent(&self, learning_rate: &Exact) -> Verdict {
        definite::semidefinite(&gradient_descent::slack(&self.curvature, learning_rate))
    }

    /// `I − η²pΣ ⪰ 0`.
    pub(super) fn non_uniformity(&self, learning_rate: &Exact) -> Verdict {
        let slack = non_uniformity::slack(&self.curvature, learning_rate, &self.weight);
        definite::semidefinite(&slack)
    }

    /// `2H − η(H² + pΣ) ⪰ 0`; beside the range all of it vanishes.
    pub(super) fn one_step(&self, learning_rate: &Exact) -> Verdict {
        definite::semidefinite(&self.range.compressed(&self.one_step_slack(learning_rate)))
    }

    /// `2H − η(H² + pΣ) = (C − ηD)(I)`.
    pub(super) fn one_step_slack(&self, learning_rate: &Exact) -> Fractions {
        one_step::slack(&self.curvature, learning_rate, &self.weight)
    }

    /// `(C − ηD)(X) = (X − T(X))/η`.
    pub(super) fn slack(&self, x: &Fractions, learning_rate: &Exact) -> Fractions {
        self.samples.slack(x, learning_rate, &self.weight)
    }

    /// Is the loss flat in every direction?
    pub(super) fn is_flat(&self) -> bool {
        self.range.rank() == 0
    }
}
