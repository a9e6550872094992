//! The one-step criterion `λ_max((I − ηH)² + η²pΣ) ≤ 1`, Theorem 1 of Wu, Ma and E (2018).
//!
//! The matrix is `E[A_b²]` with `A_b = I − ηH_b`, so the criterion says that `E‖x_{t+1}‖² ≤ ‖x_t‖²` for
//! every `x_t`. Expanded and divided by η, it reads `2H − η(H² + pΣ) ⪰ 0`. It is sufficient for
//! mean-square stability, and in one dimension also necessary.

use super::definition::{Criterion, Diffusion, Form, MatrixForm, Pencil, Power, Role};
use super::proposed::last_semidefinite;
use super::symbols::{eta, weight};
use crate::matrix::{Algebra, positive_semidefinite};
use crate::model::{Curvature, Quadratic};
use crate::number::{Field, Verdict};

/// The one-step criterion, Theorem 1 of Wu, Ma and E.
pub const ONE_STEP: Criterion = Criterion {
    name: "one_step",
    title: "one step",
    formula: "2H − η(H² + pΣ) ⪰ 0",
    known_as: "Theorem 1",
    end: "η₁ (one step)",
    role: Role::Sufficient,
    reason: "E‖x_t‖² falls at every step (Theorem 1)",
    latex,
    verdict,
    critical: |model, p| {
        let [drift, second_moment] = parts(&model.curvature(), &p);
        last_semidefinite(&drift, &second_moment)
    },
    form: Form::Matrix(FORM),
};

/// The matrix `2H − η(H² + pΣ)` over each algebra.
pub const FORM: MatrixForm = MatrixForm {
    diffusion: Diffusion::Both,
    power: Power::First,
    fractions: Pencil { slack, parts },
    enclosures: Pencil { slack, parts },
    machine: Pencil { slack, parts },
    numbers: Pencil { slack, parts },
};

/// The slack `2H − η(H² + pΣ)`; along one direction, `2a − η(a² + ps²)`.
pub fn slack<A: Algebra<T>, T: Field>(
    curvature: &Curvature<A>,
    learning_rate: &T,
    weight: &T,
) -> A {
    let [drift, second_moment] = parts(curvature, weight);
    drift - second_moment.scaled(learning_rate)
}

/// The second moment of the batch Hessians, `E[H_b²] = H² + pΣ`.
pub fn second_moment<A: Algebra<T>, T: Field>(curvature: &Curvature<A>, weight: &T) -> A {
    curvature.hessian.squared() + curvature.variance.clone().scaled(weight)
}

/// The parts `2H` and `H² + pΣ`.
fn parts<A: Algebra<T>, T: Field>(curvature: &Curvature<A>, weight: &T) -> [A; 2] {
    let drift = curvature.hessian.clone().scaled(&T::int(2));
    [drift, second_moment(curvature, weight)]
}

/// Does the criterion hold, `2H − η(H² + pΣ) ⪰ 0`?
pub fn verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    positive_semidefinite(&slack(&model.curvature(), learning_rate, weight))
}

/// The slack in LaTeX.
pub fn latex() -> String {
    slack(&Curvature::of_matrix_symbols(), &eta(), &weight()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn the_golden_edges_are_found() {
        for (model, edge) in [
            (golden::three_inputs(), "6/5"),
            (golden::two_inputs(), "1"),
            (golden::diagonal_mean(), "4/5"),
            (golden::stiff_pair(), "22/101"),
        ] {
            let (edge, one): (Exact, _) = (edge.parse().unwrap(), Exact::from(1));
            let beyond = &edge + Exact::fraction(1, 1_000_000);
            assert_eq!(verdict(&model, &edge, &one), Verdict::Holds);
            assert_eq!(verdict(&model, &beyond, &one), Verdict::Fails);
        }
        assert_eq!(latex(), r"2\,H - \eta\,\left(H^2 + p\,\Sigma\right)");
    }
}
