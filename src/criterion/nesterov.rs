//! Nesterov's momentum: `x⁺ = (I − ηH_b)((1 + β)x − βx⁻)`, `0 ≤ β < 1`.
//!
//! * Gradient descent: `η(1 + 2β) λ_max(H) ≤ 2 + 2β` (Jury's test on each eigenvalue).
//! * SGD in one dimension, in the mean square, with `q = 1 − ηa` and `Q = q² + η²ps²`:
//!   `Q(((1 + β)² + β²)(1 + βq) − 2β(1 + β)²q) < 1 + βq` and `1 + βq > 0`, from the 3 × 3 map of
//!   `(E x², E xx⁻, E x⁻²)`.
//! * SGD in several dimensions: Stein's test on the step matrices of the pairs `(x, x⁻)`.

use nalgebra::DMatrix;

use super::symbols::{beta, eta, weight};
use crate::matrix::{Algebra, positive_semidefinite, stein};
use crate::model::momentum::Momentum;
use crate::model::{Curvature, Quadratic};
use crate::number::{Field, Symbol, Verdict};

/// The criterion of gradient descent in plain text, along one direction.
pub const DESCENT_FORMULA: &str = "η a(1 + 2β) ≤ 2 + 2β";

/// The slack `(2 + 2β)I − η(1 + 2β)H` of gradient descent.
pub fn descent_slack<A: Algebra<T>, T: Field>(
    curvature: &Curvature<A>,
    learning_rate: &T,
    beta: &T,
) -> A {
    let twice = T::int(2) * beta;
    let edge = T::int(2) + &twice;
    let pull = learning_rate * (T::one() + twice);
    curvature.identity.clone().scaled(&edge) - curvature.hessian.clone().scaled(&pull)
}

/// The largest sharpness at which gradient descent with Nesterov's momentum is stable,
/// `(2 + 2β)/(η(1 + 2β))`.
///
/// # Panics
/// Over ℚ, when the learning rate is zero.
pub fn largest_sharpness<T: Field>(learning_rate: &T, beta: &T) -> T {
    let twice = T::int(2) * beta;
    (T::int(2) + &twice) / (learning_rate * (T::one() + twice))
}

/// Is gradient descent with Nesterov's momentum stable?
pub fn descent_verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, beta: &T) -> Verdict {
    positive_semidefinite(&descent_slack(&model.curvature(), learning_rate, beta))
}

/// The number `1 + βq` with `q = 1 − ηa`, which stability requires to be positive.
pub fn gate<T: Field>(sharpness: &T, learning_rate: &T, beta: &T) -> T {
    T::one() + beta * (T::one() - learning_rate * sharpness)
}

/// The slack `1 + βq − Q(((1 + β)² + β²)(1 + βq) − 2β(1 + β)²q)` in one dimension, from `a` and `s²`.
pub fn slack<T: Field>(
    sharpness: &T,
    squared_non_uniformity: &T,
    learning_rate: &T,
    weight: &T,
    beta: &T,
) -> T {
    let q = T::one() - learning_rate * sharpness;
    let noise = learning_rate.square() * weight * squared_non_uniformity;
    let square = q.square() + noise;
    let ahead = (T::one() + beta).square();
    let gate = gate(sharpness, learning_rate, beta);
    let first = (&ahead + beta.square()) * &gate;
    let second = T::int(2) * beta * ahead * q;
    gate - square * (first - second)
}

/// Does the mean square converge in one dimension, for `0 ≤ β < 1`? Fails on the edge.
pub fn converges<T: Field>(
    sharpness: &T,
    squared_non_uniformity: &T,
    learning_rate: &T,
    weight: &T,
    beta: &T,
) -> Verdict {
    let slack = slack(
        sharpness,
        squared_non_uniformity,
        learning_rate,
        weight,
        beta,
    );
    let gate = gate(sharpness, learning_rate, beta);
    Verdict::positive(gate.sign()).and(Verdict::positive(slack.sign()))
}

/// Does `E‖x_t‖²` converge to zero? `batch_hessians` are the equally likely `H_b` on the range of `H`
/// ([`Quadratic::batch_hessians_on_range`]). This is an open condition: it fails on the edge.
pub fn mean_square_converges<T: Field>(
    batch_hessians: &[DMatrix<T>],
    learning_rate: &T,
    beta: &T,
) -> Verdict {
    stein::contracts(&Momentum::Nesterov.factors(batch_hessians, learning_rate, beta))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn the_edge_of_descent_is_known() {
        let number = |text: &str| text.parse::<Exact>().unwrap();
        let (model, beta) = (golden::three_inputs(), number("1/2"));
        assert!(descent_verdict(&model, &number("3/2"), &beta).holds());
        assert!(descent_verdict(&model, &number("1.51"), &beta).fails());
        let largest = largest_sharpness(&number("3/2"), &beta);
        let edge = Curvature::along_one_direction(largest, number("0"));
        assert_eq!(descent_slack(&edge, &number("3/2"), &beta), number("0"));
        let (a, zero) = (number("1"), number("0"));
        let at = |eta: &str| converges(&a, &zero, &number(eta), &zero, &beta);
        assert!(at("1.49").holds() && at("3/2").fails());
        let expected = r"\left(2 + 2\,\beta\right)\,I - \eta\,\left(1 + 2\,\beta\right)\,H";
        assert_eq!(latex_of_descent(), expected);
    }
}
