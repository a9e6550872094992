//! A model prepared for many questions: its samples over one denominator, the range of `H`, and the
//! moments that the criteria are written in. [`crate::model::samples`] defines *held* and *operator*.

use std::cell::OnceCell;

use num_traits::Zero;

use super::range::HessianRange;
use super::threshold::Unbounded;
use crate::criterion::{Diffusion, MatrixForm};
use crate::matrix::{Fractions, definite, fraction_free};
use crate::model::{Curvature, Model, Samples};
use crate::number::{Exact, Verdict};
use crate::work;

/// The reason when a criterion given by one matrix is undecided.
pub(super) const UNDECIDED: &str = "factorisations of up to 1024 bits prove neither side, so it is within about 2^-1000 of its edge or on it, and its elimination was given up at pivots of 60000 bits";

/// A model and a noise weight, prepared for questions.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) samples: Samples,
    pub(super) weight: Exact,
    /// The operators `I`, `H` and `Σ`, computed on first use because `Σ` costs `n` products.
    curvature: OnceCell<Curvature<Fractions>>,
    /// The same with `Σ` replaced by 0.
    descent: OnceCell<Curvature<Fractions>>,
    pub(super) range: HessianRange,
}

/// Is a model smaller in the Gram view, because its factors have fewer rows than columns?
pub(super) fn is_smaller_by_rows(model: &Model) -> bool {
    model
        .factor_rows()
        .is_some_and(|rows| rows < model.dimension())
}

impl Subject {
    /// Prepares a model, in the Gram view where that is smaller.
    pub(super) fn of(model: &Model, weight: &Exact) -> Self {
        let by_rows = is_smaller_by_rows(model).then(|| Samples::gram(model));
        let samples = by_rows.flatten().unwrap_or_else(|| Samples::from(model));
        Self::with(samples, weight)
    }

    /// Prepares these samples as they are.
    pub(super) fn with(samples: Samples, weight: &Exact) -> Self {
        Subject {
            weight: weight.clone(),
            curvature: OnceCell::new(),
            descent: OnceCell::new(),
            range: HessianRange::of(&samples),
            samples,
        }
    }

    /// The operators `I`, `H` and `Σ`.
    pub(super) fn curvature(&self) -> &Curvature<Fractions> {
        self.curvature.get_or_init(|| {
            work::stage("Σ = (1/n) Σ H_i² − H²");
            self.samples.curvature()
        })
    }

    /// The curvature of gradient descent with this Hessian, an operator.
    pub(super) fn descent_on(&self, hessian: &Fractions) -> Curvature<Fractions> {
        let size = hessian.shape().0;
        Curvature {
            identity: Fractions::identity(size),
            hessian: hessian.clone(),
            variance: Fractions::zeros(size, size),
        }
    }

    /// The moments that a criterion needs.
    fn curvature_of(&self, form: &MatrixForm) -> &Curvature<Fractions> {
        match form.diffusion {
            Diffusion::Mean => self
                .descent
                .get_or_init(|| self.descent_on(self.samples.hessian())),
            Diffusion::Noise | Diffusion::Both => self.curvature(),
        }
    }

    /// The operator `A − ηᵏB`.
    pub(super) fn matrix(&self, form: &MatrixForm, learning_rate: &Exact) -> Fractions {
        let curvature = self.curvature_of(form);
        (form.fractions.slack)(curvature, learning_rate, &self.weight)
    }

    /// The operators `A` and `B`.
    pub(super) fn parts(&self, form: &MatrixForm) -> [Fractions; 2] {
        (form.fractions.parts)(self.curvature_of(form), &self.weight)
    }

    /// Does `A − ηᵏB ⪰ 0` hold?
    pub(super) fn verdict(&self, form: &MatrixForm, learning_rate: &Exact) -> Verdict {
        self.semidefinite(&self.matrix(form, learning_rate))
    }

    /// Is an operator positive semi-definite? On the kernel of `H` it must be a multiple `cI`, `c ≥ 0`.
    fn semidefinite(&self, operator: &Fractions) -> Verdict {
        definite::semidefinite(&self.range.seen_operator(operator))
    }

    /// Is an operator singular on the range of `H`? A slack that holds and is singular there is on its
    /// edge.
    pub(super) fn is_singular(&self, operator: &Fractions) -> bool {
        let seen = self.range.seen_operator(operator);
        fraction_free::independent_rows(&seen).len() < self.range.rank()
    }

    /// The held matrix `(C − ηD)(X) = (X − T(X))/η`.
    pub(super) fn slack(&self, x: &Fractions, learning_rate: &Exact) -> Fractions {
        self.samples.slack(x, learning_rate, &self.weight)
    }

    /// The inner product `⟨X, Z⟩ = tr(XZ)` of two held matrices.
    pub(super) fn dot(&self, x: &Fractions, z: &Fractions) -> Exact {
        self.samples.dual(x).dot(z)
    }

    /// The matrix `⟨u_a, X u_b⟩` (r × r) of a held symmetric matrix.
    pub(super) fn form_on_range(&self, x: &Fractions) -> Fractions {
        self.range.compressed(self.samples.dual(x))
    }

    /// The orthogonal projector onto the range of `H`, as a held matrix.
    pub(super) fn projector(&self) -> Fractions {
        if self.range.values().is_none() {
            return Fractions::identity(self.samples.size());
        }
        let inverse = fraction_free::inverse(&self.range.metric());
        self.range
            .lifted(&inverse.expect("a basis has a regular Gram matrix"))
    }

    /// The reason why a criterion whose `B` depends on these moments holds at every learning rate, if
    /// it does.
    pub(super) fn unbounded(&self, diffusion: Diffusion) -> Option<Unbounded> {
        match diffusion {
            Diffusion::Mean | Diffusion::Both => {
                (self.range.rank() == 0).then_some(Unbounded::Flat)
            }
            Diffusion::Noise if self.weight.is_zero() => Some(Unbounded::FullBatch),
            Diffusion::Noise => {
                let variance = self.range.seen_operator(&self.curvature().variance);
                variance.is_zero().then_some(Unbounded::EqualSamples)
            }
        }
    }

    /// A positive first guess of a critical learning rate: the proposed one, or else `2/tr H`, which
    /// lies between `2/(d·λ_max(H))` and `2/λ_max(H)`. (A loss that is not flat has `tr H > 0`.)
    pub(super) fn usable(&self, proposed: Option<Exact>) -> Exact {
        let positive = proposed.filter(|eta| *eta > Exact::zero());
        positive.unwrap_or_else(|| Exact::from(2) / self.samples.hessian().trace())
    }
}
