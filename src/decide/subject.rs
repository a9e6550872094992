//! A model made ready for many questions: its samples over one denominator, the range of `H`, and
//! the moments in which the criteria are written. What *held* and *operator* mean is said at
//! [`crate::model::samples`].

use std::cell::OnceCell;

use num_traits::Zero;

use super::range::Range;
use super::threshold::Unbounded;
use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::matrix::{Fractions, definite, fraction_free};
use crate::model::{Curvature, Linear, Model, Samples};
use crate::number::{Exact, Verdict};
use crate::work;

/// Why a criterion of one matrix is undecided.
pub(super) const UNDECIDED: &str = "factorisations of up to 1024 bits prove neither side, so it is within about 2^-1000 of its edge or on it, and its elimination was given up at pivots of 60000 bits";

/// One model and noise weight.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) samples: Samples,
    pub(super) weight: Exact,
    /// `I`, `H`, `Σ` as operators; made when it is asked for, since `Σ` costs `n` products.
    curvature: OnceCell<Curvature<Fractions>>,
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
            curvature: OnceCell::new(),
            range: Range::of(&samples),
            samples,
        }
    }

    /// `I`, `H`, `Σ` as operators.
    pub(super) fn curvature(&self) -> &Curvature<Fractions> {
        self.curvature.get_or_init(|| {
            work::stage("Σ = (1/n) Σ H_i² − H²");
            self.samples.curvature()
        })
    }

    /// Gradient descent on one curvature, an operator.
    pub(super) fn descent_on(&self, hessian: &Fractions) -> Curvature<Fractions> {
        let size = self.samples.size();
        Curvature {
            identity: Fractions::identity(size),
            hessian: hessian.clone(),
            variance: Fractions::zeros(size, size),
        }
    }

    /// `2I − ηH ⪰ 0`.
    pub(super) fn gradient_descent(&self, learning_rate: &Exact) -> Verdict {
        let descent = self.descent_on(self.samples.hessian());
        self.semidefinite(&gradient_descent::slack(&descent, learning_rate))
    }

    /// `I − η²pΣ ⪰ 0`.
    pub(super) fn non_uniformity(&self, learning_rate: &Exact) -> Verdict {
        self.semidefinite(&self.non_uniformity_slack(learning_rate))
    }

    /// `I − η²pΣ`.
    pub(super) fn non_uniformity_slack(&self, learning_rate: &Exact) -> Fractions {
        non_uniformity::slack(self.curvature(), learning_rate, &self.weight)
    }

    /// `2H − η(H² + pΣ) ⪰ 0`.
    pub(super) fn one_step(&self, learning_rate: &Exact) -> Verdict {
        self.semidefinite(&self.one_step_slack(learning_rate))
    }

    /// Is an operator semi-definite that is a multiple `cI`, `c ≥ 0`, beside the range of `H`?
    fn semidefinite(&self, operator: &Fractions) -> Verdict {
        definite::semidefinite(&self.range.seen_operator(operator))
    }

    /// Is an operator singular on the range of `H`? For a slack that holds, this is its edge.
    pub(super) fn is_singular(&self, operator: &Fractions) -> bool {
        let seen = self.range.seen_operator(operator);
        fraction_free::independent_rows(&seen).len() < self.range.rank()
    }

    /// `2H − η(H² + pΣ) = (C − ηD)(I)`.
    pub(super) fn one_step_slack(&self, learning_rate: &Exact) -> Fractions {
        one_step::slack(self.curvature(), learning_rate, &self.weight)
    }

    /// `(C − ηD)(X) = (X − T(X))/η`, held.
    pub(super) fn slack(&self, x: &Fractions, learning_rate: &Exact) -> Fractions {
        self.samples.slack(x, learning_rate, &self.weight)
    }

    /// `⟨X, Z⟩ = tr(XZ)` of two matrices that are held.
    pub(super) fn dot(&self, x: &Fractions, z: &Fractions) -> Exact {
        self.samples.dual(x).dot(z)
    }

    /// `⟨u_a, X u_b⟩` (r × r) of a symmetric matrix that is held.
    pub(super) fn form_on_range(&self, x: &Fractions) -> Fractions {
        self.range.compressed(self.samples.dual(x))
    }

    /// The orthogonal projector onto the range of `H`, held.
    pub(super) fn projector(&self) -> Fractions {
        if self.range.values().is_none() {
            return Fractions::identity(self.samples.size());
        }
        let inverse = fraction_free::inverse(&self.range.metric());
        self.range
            .lifted(&inverse.expect("a basis has a regular Gram matrix"))
    }

    /// Why there is no sample noise, if there is none: `p = 0` or `Σ = 0`.
    pub(super) fn is_quiet(&self) -> Option<Unbounded> {
        if self.weight.is_zero() {
            return Some(Unbounded::FullBatch);
        }
        let variance = self.range.seen_operator(&self.curvature().variance);
        variance.is_zero().then_some(Unbounded::EqualSamples)
    }

    /// Is the loss flat in every direction, `H = 0`?
    pub(super) fn is_flat(&self) -> Option<Unbounded> {
        (self.range.rank() == 0).then_some(Unbounded::Flat)
    }
}
