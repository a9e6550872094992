//! The alignment of sampling noise and curvature (Wu, Wang and Su 2022).
//!
//! With `L = ½xᵀHx` and the covariance `S_x = (1/n) Σ H_i xxᵀH_i − HxxᵀH` of the sample gradients, the
//! alignment at `x` is `μ(x) = tr(S_xH)/(2L(x)‖H‖_F²)`. If `μ(x) ≥ μ₀` everywhere, the expected loss is
//! multiplied by at least `η²pμ₀‖H‖_F²` per step, so stability requires `‖H‖_F ≤ 1/(η√(pμ₀))`.
//!
//! The best `μ₀` is the smallest eigenvalue of the pencil `((1/n) Σ H_iHH_i − H³, H)` on the range of
//! `H`, divided by `‖H‖_F²`. When it is negative the bound says nothing. The bound can be tested
//! without that eigenvalue: it is violated exactly when `η²p((1/n) Σ H_iHH_i − H³) − H ≻ 0` on the
//! range of `H`.

use nalgebra::{DMatrix, DVector};

use super::symbols::{eta, weight};
use crate::matrix::{Algebra, inertia, positive_semidefinite};
use crate::model::Quadratic;
use crate::number::{Field, Symbol, Verdict};

/// The matrix `(1/n) Σ H_iHH_i − H³`, d × d.
pub fn noise<T: Field>(model: &Quadratic<T>) -> DMatrix<T> {
    let h = model.hessian();
    model.mean_sandwich(h) - h * h * h
}

/// The alignment `μ(x)` at displacement `x` (length d) from the minimum.
///
/// # Panics
/// Over ℚ, when the loss at `x` or the Hessian is zero.
pub fn alignment<T: Field>(model: &Quadratic<T>, x: &DVector<T>) -> T {
    let h = model.hessian();
    x.dot(&(noise(model) * x)) / x.dot(&(h * x)) / squared_norm(h)
}

/// Is the alignment at least `μ₀` everywhere, `(1/n) Σ H_iHH_i − H³ − μ₀‖H‖_F² H ⪰ 0`?
pub fn is_at_least<T: Field>(model: &Quadratic<T>, least: &T) -> Verdict {
    let h = model.hessian();
    let bound = h.clone().scaled(&(least * squared_norm(h)));
    positive_semidefinite(&(noise(model) - bound))
}

/// The slack `1 − η²pμ₀‖H‖_F²`, which is `≥ 0` when `‖H‖_F ≤ 1/(η√(pμ₀))`.
pub fn slack<T: Field>(alignment: &T, squared_norm: &T, learning_rate: &T, weight: &T) -> T {
    T::one() - learning_rate.square() * weight * alignment * squared_norm
}

/// The squared Frobenius norm `‖H‖_F²`.
pub fn squared_norm<T: Field>(matrix: &DMatrix<T>) -> T {
    matrix
        .iter()
        .fold(T::zero(), |sum, entry| sum + entry.square())
}

/// Does the bound with the best `μ₀` hold? Necessary for stability, not sufficient.
pub fn verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    let factor = learning_rate.square() * weight;
    let excess = noise(model).scaled(&factor) - model.hessian();
    match (inertia(&excess), inertia(model.hessian())) {
        (Some(excess), Some(hessian)) => (excess.positive < hessian.rank()).into(),
        _ => Verdict::Undecided,
    }
}

/// The slack in LaTeX.
pub fn latex() -> String {
    let [alignment, norm] = [r"\mu_0", r"\|H\|_F"].map(Symbol::named);
    slack(&alignment, &norm.square(), &eta(), &weight()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn in_one_dimension_the_alignment_is_the_relative_variance() {
        // μ = s²a/(a·a²) = (81/25)/4, so the bound is η s ≤ 1.
        let (model, one) = (golden::toy_edge(), Exact::from(1));
        let x = DVector::from_element(1, Exact::from(5));
        let mu = alignment(&model, &x);
        assert_eq!(mu, Exact::fraction(81, 100));
        assert!(is_at_least(&model, &mu).holds());
        assert!(is_at_least(&model, &(&mu + Exact::fraction(1, 1000))).fails());
        let norm = squared_norm(model.hessian());
        assert_eq!(
            slack(&mu, &norm, &Exact::fraction(5, 9), &one),
            Exact::from(0)
        );
        assert!(verdict(&model, &Exact::fraction(5, 9), &one).holds());
        assert!(verdict(&model, &"0.5556".parse().unwrap(), &one).fails());
        assert_eq!(latex(), r"1 - \eta^2\,p\,\mu_0\,\|H\|_F^2");
    }
}
