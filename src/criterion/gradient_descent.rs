//! The criterion of gradient descent: `η λ_max(H) ≤ 2`.
//!
//! A classical result (Polyak 1987, section 1.4; for networks Cohen et al. 2021): `x⁺ = (I − ηH)x`
//! stays bounded from every start exactly when no eigenvalue of `ηH` exceeds 2.

use super::definition::{Criterion, Diffusion, Form, MatrixForm, Pencil, Power, Role};
use super::proposed::largest_eigenvalue;
use super::symbols::eta;
use crate::matrix::{Algebra, positive_semidefinite};
use crate::model::{Curvature, Quadratic};
use crate::number::{Field, Verdict};

/// The criterion of gradient descent, necessary for SGD.
pub const GRADIENT_DESCENT: Criterion = Criterion {
    name: "gradient_descent",
    title: "gradient descent",
    formula: "2I − ηH ⪰ 0",
    known_as: "η λ_max(H) ≤ 2",
    end: "2/λ_max(H)",
    role: Role::Necessary,
    reason: "gradient descent diverges at this η, and E x_t follows it",
    latex,
    verdict: |model, learning_rate, _| verdict(model, learning_rate),
    critical: |model, _| largest_eigenvalue(model.hessian()).recip() * 2.0,
    form: Form::Matrix(MatrixForm {
        diffusion: Diffusion::Mean,
        power: Power::First,
        fractions: Pencil {
            slack: |c, eta, _| slack(c, eta),
            parts,
        },
        enclosures: Pencil {
            slack: |c, eta, _| slack(c, eta),
            parts,
        },
        machine: Pencil {
            slack: |c, eta, _| slack(c, eta),
            parts,
        },
        numbers: Pencil {
            slack: |c, eta, _| slack(c, eta),
            parts,
        },
    }),
};

/// The slack `2I − ηH`; along one direction, `2 − ηa`.
pub fn slack<A: Algebra<T>, T: Field>(curvature: &Curvature<A>, learning_rate: &T) -> A {
    let identity = curvature.identity.clone();
    identity.scaled(&T::int(2)) - curvature.hessian.clone().scaled(learning_rate)
}

/// The parts `2I` and `H`.
fn parts<A: Algebra<T>, T: Field>(curvature: &Curvature<A>, _: &T) -> [A; 2] {
    let twice = curvature.identity.clone().scaled(&T::int(2));
    [twice, curvature.hessian.clone()]
}

/// Does the criterion hold, `2I − ηH ⪰ 0`?
pub fn verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T) -> Verdict {
    positive_semidefinite(&slack(&model.curvature(), learning_rate))
}

/// The largest stable sharpness, `2/η`.
///
/// # Panics
/// Over ℚ, when the learning rate is zero.
pub fn largest_sharpness<T: Field>(learning_rate: &T) -> T {
    T::int(2) / learning_rate
}

/// The slack in LaTeX.
pub fn latex() -> String {
    slack(&Curvature::of_matrix_symbols(), &eta()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn the_edge_is_stable() {
        let model = golden::three_inputs();
        assert_eq!(verdict(&model, &Exact::from(2)), Verdict::Holds);
        assert_eq!(verdict(&model, &"2.0001".parse().unwrap()), Verdict::Fails);
        assert_eq!(latex(), r"2\,I - \eta\,H");
        assert_eq!(largest_sharpness(&0.5), 4.0);
    }
}
