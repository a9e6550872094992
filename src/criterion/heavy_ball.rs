//! Heavy ball: `x⁺ = (1 + β)x − βx⁻ − ηH_b x`, `−1 < β < 1`.
//!
//! * Gradient descent: `η λ_max(H) ≤ 2(1 + β)` (Polyak 1964; Cohen et al. 2021).
//! * SGD in one dimension, in the mean square: `η((1 − β)a² + (1 + β)ps²) ≤ 2(1 − β²)a`, from the 3 × 3
//!   map of `(E x², E xx⁻, E x⁻²)`. So the largest non-uniformity is `√(1 − β²)/(η√p)`, reached at
//!   `a = (1 + β)/η`: momentum widens the range of stable sharpness and narrows that of stable
//!   non-uniformity.
//! * SGD in several dimensions: Stein's test on the step matrices of the pairs `(x, x⁻)`.
//!
//! For `β ≥ 0` this is PyTorch's SGD with momentum and no dampening; `η` is the same number.

use nalgebra::DMatrix;

use super::symbols::{beta, eta, weight};
use super::{gradient_descent, non_uniformity};
use crate::matrix::{Algebra, positive_semidefinite, stein};
use crate::model::momentum::Momentum;
use crate::model::{Curvature, Quadratic};
use crate::number::{Field, Real, Symbol, Verdict};

/// The criterion of gradient descent in plain text, along one direction.
pub const DESCENT_FORMULA: &str = "η a ≤ 2(1 + β)";

/// The bound on the non-uniformity in plain text.
pub const NON_UNIFORMITY_FORMULA: &str = "s ≤ √(1 − β²)/(η√p)";

/// The criterion of SGD in plain text, in one dimension.
pub const FORMULA: &str = "η((1−β)a² + (1+β)ps²) ≤ 2(1−β²)a";

/// The slack `2(1 + β)I − ηH`; along one direction, `2(1 + β) − ηa`.
pub fn descent_slack<A: Algebra<T>, T: Field>(
    curvature: &Curvature<A>,
    learning_rate: &T,
    beta: &T,
) -> A {
    let edge = T::int(2) * (T::one() + beta);
    curvature.identity.clone().scaled(&edge) - curvature.hessian.clone().scaled(learning_rate)
}

/// The largest sharpness at which gradient descent with heavy ball momentum is stable, `2(1 + β)/η`.
///
/// # Panics
/// Over ℚ, when the learning rate is zero.
pub fn largest_sharpness<T: Field>(learning_rate: &T, beta: &T) -> T {
    gradient_descent::largest_sharpness(learning_rate) * (T::one() + beta)
}

/// The largest non-uniformity at which SGD can be stable in one dimension, `√(1 − β²)/(η√p)`. When
/// `p = 0` it is infinite, and over intervals the whole real line.
pub fn largest_non_uniformity<T: Real>(learning_rate: &T, weight: &T, beta: &T) -> T {
    let narrowed = (T::one() - beta.square()).sqrt();
    non_uniformity::largest_non_uniformity(learning_rate, weight) * narrowed
}

/// Is gradient descent with heavy ball momentum stable, `2(1 + β)I − ηH ⪰ 0`?
pub fn descent_verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, beta: &T) -> Verdict {
    positive_semidefinite(&descent_slack(&model.curvature(), learning_rate, beta))
}

/// The slack `2(1 − β²)a − η((1 − β)a² + (1 + β)ps²)` in one dimension, from `a` and `s²`. The mean
/// square converges when it is positive and grows when it is negative.
pub fn slack<T: Field>(
    sharpness: &T,
    squared_non_uniformity: &T,
    learning_rate: &T,
    weight: &T,
    beta: &T,
) -> T {
    let drift = T::int(2) * (T::one() - beta.square()) * sharpness;
    drift - learning_rate * diffusion(sharpness, squared_non_uniformity, weight, beta)
}

/// The critical learning rate `η* = 2(1 − β²)a/((1 − β)a² + (1 + β)ps²)` in one dimension.
///
/// # Panics
/// Over ℚ, when the sharpness is zero.
pub fn critical<T: Field>(sharpness: &T, squared_non_uniformity: &T, weight: &T, beta: &T) -> T {
    let drift = T::int(2) * (T::one() - beta.square()) * sharpness;
    drift / diffusion(sharpness, squared_non_uniformity, weight, beta)
}

fn diffusion<T: Field>(a: &T, s2: &T, p: &T, beta: &T) -> T {
    (T::one() - beta) * a.square() + (T::one() + beta) * p * s2
}

/// The slack `1 − β² − η²ps²`, which is `≥ 0` when `s ≤ √(1 − β²)/(η√p)`. Stability in one dimension
/// requires this for every sharpness.
pub fn non_uniformity_slack<T: Field>(
    squared_non_uniformity: &T,
    learning_rate: &T,
    weight: &T,
    beta: &T,
) -> T {
    T::one() - beta.square() - learning_rate.square() * weight * squared_non_uniformity
}

/// Does `E‖x_t‖²` converge to zero? `batch_hessians` are the equally likely `H_b` on the range of `H`
/// ([`Quadratic::batch_hessians_on_range`]). This is an open condition: it fails on the edge.
pub fn mean_square_converges<T: Field>(
    batch_hessians: &[DMatrix<T>],
    learning_rate: &T,
    beta: &T,
) -> Verdict {
    let momentum = Momentum::HeavyBall;
    stein::contracts(&momentum.factors(batch_hessians, learning_rate, beta))
}

/// The slack of gradient descent in LaTeX.
pub fn latex_of_descent() -> String {
    descent_slack(&Curvature::of_matrix_symbols(), &eta(), &beta()).to_string()
}

/// The slack of SGD in one dimension in LaTeX.
pub fn latex() -> String {
    let [a, s] = ["a", "s"].map(Symbol::named);
    slack(&a, &s.square(), &eta(), &weight(), &beta()).to_string()
}

/// The bound on the non-uniformity in LaTeX.
pub fn latex_of_non_uniformity() -> String {
    let s = Symbol::named("s").square();
    non_uniformity_slack(&s, &eta(), &weight(), &beta()).to_string()
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;

    use super::*;
    use crate::criterion::one_dimension;
    use crate::model::golden;
    use crate::number::Exact;

    fn number(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn the_threshold_of_descent_rises_with_momentum() {
        let (model, beta) = (golden::three_inputs(), number("9/10"));
        assert!(descent_verdict(&model, &number("3.8"), &beta).holds());
        assert!(descent_verdict(&model, &number("3.81"), &beta).fails());
        assert_eq!(
            latex_of_descent(),
            r"2\,\left(1 + \beta\right)\,I - \eta\,H"
        );
    }

    #[test]
    fn without_momentum_it_is_the_criterion_of_sgd() {
        let (a, s2, p) = (number("2"), number("81/25"), number("1/3"));
        let zero = Exact::zero();
        let plain = one_dimension::critical(a.clone(), s2.clone(), &p);
        assert_eq!(critical(&a, &s2, &p, &zero), plain);
        let eta = number("3/7");
        let plain = one_dimension::slack(a.clone(), s2.clone(), &eta, &p);
        assert_eq!(slack(&a, &s2, &eta, &p, &zero), plain);
    }

    #[test]
    fn the_bounds_are_where_the_slacks_vanish() {
        let (eta, p, beta) = (number("1/10"), number("1/4"), number("3/5"));
        let bound = largest_sharpness(&eta, &beta);
        assert_eq!(bound, number("32"));
        let curvature = Curvature::along_one_direction(bound, Exact::zero());
        assert!(descent_slack(&curvature, &eta, &beta).is_zero());
        // √(1 − 9/25)/(1/10 · 1/2) = 16.
        let bound: f64 = largest_non_uniformity(&0.1, &0.25, &0.6);
        assert!((bound - 16.0).abs() < 1e-12, "{bound}");
        let edge = number("256");
        assert!(non_uniformity_slack(&edge, &eta, &p, &beta).is_zero());
    }

    #[test]
    fn the_largest_non_uniformity_is_reached_at_one_sharpness() {
        // η = 1, p = 1, β = 3/5: √(1 − β²) = 4/5, at a = 8/5.
        let (one, beta) = (number("1"), number("3/5"));
        let (a, s2) = (number("8/5"), number("16/25"));
        assert!(slack(&a, &s2, &one, &one, &beta).is_zero());
        assert_eq!(critical(&a, &s2, &one, &beta), one);
        assert!(non_uniformity_slack(&s2, &one, &one, &beta).is_zero());
        assert_eq!(latex_of_non_uniformity(), r"1 - \beta^2 - \eta^2\,p\,s^2");
        assert!(latex().starts_with(r"2\,\left(1 - \beta^2\right)\,a - \eta\,"));
    }
}
