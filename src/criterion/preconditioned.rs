//! Preconditioned gradient descent with a frozen preconditioner `P ≻ 0`: `x⁺ = x − ηP⁻¹∇f`.
//!
//! It is stable exactly when `λ_max(P⁻¹H) ≤ 2/η`; for Newton's method, `P = H`, exactly when `η ≤ 2`.
//! With an exponential average of gradients, `m⁺ = β₁m + (1 − β₁)∇f` and `x⁺ = x − ηP⁻¹m⁺`, it is heavy
//! ball with the learning rate `(1 − β₁)η`. The condition becomes
//! `λ_max(P⁻¹H) ≤ (2 + 2β₁)/((1 − β₁)η)`, which is `38/η` at `β₁ = 9/10` (Cohen et al. 2022, the
//! adaptive edge of stability). The changes of Adam's `P` and its bias correction are not modelled.

use super::symbols::{beta, eta};
use crate::matrix::Algebra;
use crate::number::{Field, Symbol};

/// The slack `2(1 + β₁)P − (1 − β₁)ηH`, d × d; for `β₁ = 0` it is that of plain preconditioned descent,
/// `2P − ηH`.
pub fn slack<A: Algebra<T>, T: Field>(
    preconditioner: &A,
    hessian: &A,
    learning_rate: &T,
    beta: &T,
) -> A {
    let edge = T::int(2) * (T::one() + beta);
    let pull = (T::one() - beta) * learning_rate;
    preconditioner.clone().scaled(&edge) - hessian.clone().scaled(&pull)
}

/// The largest stable `λ_max(P⁻¹H)`: `(2 + 2β₁)/((1 − β₁)η)`.
///
/// # Panics
/// Over ℚ, when `β₁ = 1` or `η = 0`.
pub fn largest_preconditioned_sharpness<T: Field>(learning_rate: &T, beta: &T) -> T {
    T::int(2) * (T::one() + beta) / ((T::one() - beta) * learning_rate)
}

/// The slack in LaTeX.
pub fn latex() -> String {
    let [p, h] = ["P", "H"].map(Symbol::named);
    slack(&p, &h, &eta(), &beta()).to_string()
}

#[cfg(test)]
mod tests {
    use num_traits::{One, Zero};

    use super::*;
    use crate::matrix::positive_semidefinite;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn the_bound_of_adam_is_thirty_eight() {
        let bound = largest_preconditioned_sharpness(&Exact::one(), &Exact::fraction(9, 10));
        assert_eq!(bound, Exact::from(38));
        let expected = r"2\,\left(1 + \beta\right)\,P - \left(1 - \beta\right)\,\eta\,H";
        assert_eq!(latex(), expected);
    }

    #[test]
    fn newton_is_stable_up_to_two() {
        let model = golden::three_inputs();
        let at = |eta: &str| {
            let eta = eta.parse().unwrap();
            let slack = slack(model.hessian(), model.hessian(), &eta, &Exact::zero());
            positive_semidefinite(&slack).holds()
        };
        assert!(at("2") && !at("2.0001"));
    }
}
