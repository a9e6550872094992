//! Mean-square stability of models whose noise is *spectrally expressible* (Velikanov, Kuznedelev and
//! Yarotsky 2023): `V(X) − HXH = τ₁ H tr(HX) − τ₂ HXH`.
//!
//! For these the eigenvalues `λ_k` of `H` determine stability. With momentum `β` the conditions are
//! `η λ_max < 2(1 + β)` and
//!
//! ```text
//! U = Σ_k p τ₁ ηλ_k / [ (1 − β)/(1 + β) · (2(1 + β) − ηλ_k) + p τ₂ ηλ_k ] < 1
//! ```
//!
//! with positive denominators. Gaussian inputs (the streaming least-mean-squares algorithm) have
//! `τ₁ = 1, τ₂ = −1`. The criterion is exact when the identity holds; otherwise it only models the
//! noise.

use nalgebra::DMatrix;

use super::symbols::{beta, eta, weight};
use crate::matrix::Algebra;
use crate::model::Quadratic;
use crate::number::{Field, Symbol, Verdict};

/// The weights `τ₁` and `τ₂` of spectrally expressible noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression<T> {
    /// `τ₁`, the weight of `H tr(HX)`.
    pub trace: T,
    /// `τ₂`, the weight of `−HXH`.
    pub sandwich: T,
}

impl<T: Field> Expression<T> {
    /// Does `V(X) − HXH = τ₁ H tr(HX) − τ₂ HXH` hold for every `X` of a basis of Sym(d)? Exact over ℚ.
    pub fn describes(&self, model: &Quadratic<T>) -> bool {
        let (d, h) = (model.dimension(), model.hessian());
        crate::matrix::symmetric::pairs(d)
            .into_iter()
            .all(|(i, j)| {
                let mut x = DMatrix::zeros(d, d);
                (x[(i, j)], x[(j, i)]) = (T::one(), T::one());
                let coherent = h * &x * h;
                let noise = model.mean_sandwich(&x) - &coherent;
                let product = h * &x;
                let trace = (0..d).fold(T::zero(), |sum, k| sum + &product[(k, k)]);
                noise == h.clone().scaled(&(&self.trace * trace)) - coherent.scaled(&self.sandwich)
            })
    }

    /// The denominator of one term times `1 + β`: `(1 − β)(2(1 + β) − ηλ) + (1 + β)pτ₂ηλ`.
    pub fn denominator(&self, eta_lambda: &T, weight: &T, beta: &T) -> T {
        let ahead = T::one() + beta;
        let room = T::int(2) * &ahead - eta_lambda;
        (T::one() - beta) * room + ahead * weight * &self.sandwich * eta_lambda
    }

    /// One term of `U`, `(1 + β)pτ₁ηλ/denominator`.
    ///
    /// # Panics
    /// Over ℚ, when the denominator is zero.
    pub fn term(&self, eta_lambda: &T, weight: &T, beta: &T) -> T {
        let numerator = (T::one() + beta) * weight * &self.trace * eta_lambda;
        numerator / self.denominator(eta_lambda, weight, beta)
    }

    /// Does `E‖x_t‖²` converge to zero, for `−1 < β < 1`? Fails on the edge.
    pub fn converges(&self, eigenvalues: &[T], learning_rate: &T, weight: &T, beta: &T) -> Verdict {
        let edge = T::int(2) * (T::one() + beta);
        let scaled: Vec<T> = eigenvalues.iter().map(|l| learning_rate * l).collect();
        let room = |x: &T| {
            Verdict::positive(edge.compare(x))
                .and(Verdict::positive(self.denominator(x, weight, beta).sign()))
        };
        let rooms = scaled.iter().map(room).fold(Verdict::Holds, Verdict::and);
        if !rooms.holds() {
            return rooms;
        }
        let terms = scaled.iter().map(|x| self.term(x, weight, beta));
        let sum = terms.fold(T::zero(), |sum, term| sum + term);
        Verdict::positive(T::one().compare(&sum))
    }
}

/// One term of `U` in LaTeX.
pub fn latex() -> String {
    let [trace, sandwich, lambda] = [r"\tau_1", r"\tau_2", r"\lambda_k"].map(Symbol::named);
    let expression = Expression { trace, sandwich };
    let term = expression.term(&(eta() * lambda), &weight(), &beta());
    format!(r"1 - \sum_k {term}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criterion::heavy_ball;
    use crate::model::golden;
    use crate::number::Exact;

    fn number(text: &str) -> Exact {
        text.parse().unwrap()
    }

    /// The three inputs are a linear image of three unit vectors at equal angles, whose fourth
    /// moments are isotropic: τ₁ = 1/2, τ₂ = 0. Their eigenvalues are 1 and 1/3.
    #[test]
    fn the_three_inputs_are_spectrally_expressible() {
        let expression = Expression {
            trace: number("1/2"),
            sandwich: number("0"),
        };
        assert!(expression.describes(&golden::three_inputs()));
        assert!(!expression.describes(&golden::diagonal_mean()));
        let (eigenvalues, one) = ([number("1"), number("1/3")], number("1"));
        let at = |eta: &str| expression.converges(&eigenvalues, &number(eta), &one, &number("0"));
        assert!(at("1.267949192431").holds() && at("1.267949192432").fails());
        assert!(at("2").fails());
    }

    #[test]
    fn a_gaussian_stream_has_its_known_sum() {
        // Σ ηλ/(2(1 − ηλ)) at ηλ = 1/2 and 1/3: 1/2 + 1/4.
        let gaussian = Expression {
            trace: number("1"),
            sandwich: number("-1"),
        };
        assert!(latex().starts_with(r"1 - \sum_k \frac{\left(1 + \beta\right)\,p\,\tau_1"));
        let term = |x: &str| gaussian.term(&number(x), &number("1"), &number("0"));
        assert_eq!([term("1/2"), term("1/3")], [number("1/2"), number("1/4")]);
    }

    /// The mean follows gradient descent, so no noise makes a run converge beyond the edge `2(1 + β)`.
    /// In this example the denominators stay positive and the sum is zero.
    #[test]
    fn nothing_converges_beyond_the_edge_of_gradient_descent() {
        let quiet = Expression {
            trace: number("0"),
            sandwich: number("1"),
        };
        let at = |eta: &str, beta: &str| {
            quiet.converges(&[number("1")], &number(eta), &number("1"), &number(beta))
        };
        assert!(at("1.99", "0").holds() && at("2.01", "0").fails());
        assert!(at("2.99", "1/2").holds() && at("3.01", "1/2").fails());
    }

    /// In one dimension all noise is spectrally expressible, with `τ₁ = s²/a²` and `τ₂ = 0`. The
    /// criterion is then that of heavy ball.
    #[test]
    fn in_one_dimension_it_is_the_criterion_of_heavy_ball() {
        let (a, s2, p) = (number("2"), number("3"), number("2/3"));
        let expression = Expression {
            trace: &s2 / a.square(),
            sandwich: number("0"),
        };
        for beta in ["0", "1/2", "-1/3", "9/10"].map(number) {
            let end = heavy_ball::critical(&a, &s2, &p, &beta);
            for (factor, expected) in [("0.999", true), ("1.001", false)] {
                let eta = &end * number(factor);
                let found = expression.converges(std::slice::from_ref(&a), &eta, &p, &beta);
                assert_eq!(found, expected.into(), "β = {beta}, η = {eta}");
            }
        }
    }
}
