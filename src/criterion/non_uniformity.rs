//! The non-uniformity bound: `s ≤ 1/(η√p)` with `s² = λ_max(Σ)`. Without replacement this is
//! `s ≤ (1/η) √(B(n − 1)/(n − B))`.
//!
//! Wu, Ma and E (2018) derive it from their Theorem 1. It is necessary for mean-square stability in one
//! dimension, for two samples, and when the `H_i` commute, but not in general.

use super::definition::{Criterion, Diffusion, Form, MatrixForm, Pencil, Power, Role};
use super::proposed::largest_eigenvalue;
use super::symbols::{eta, weight};
use crate::matrix::{Algebra, positive_semidefinite};
use crate::model::{Curvature, Quadratic};
use crate::number::{Field, Real, Symbol, Verdict};

/// The bound on the non-uniformity.
pub const NON_UNIFORMITY: Criterion = Criterion {
    name: "non_uniformity",
    title: "non-uniformity",
    formula: "I − η²pΣ ⪰ 0",
    known_as: "s ≤ 1/(η√p)",
    end: "1/(s√p)",
    role: Role::Indicative,
    reason: "the bound decides in one dimension only",
    latex,
    verdict,
    critical: |model, p| (largest_eigenvalue(&model.variance()) * p).sqrt().recip(),
    form: Form::Matrix(MatrixForm {
        diffusion: Diffusion::Noise,
        power: Power::Second,
        fractions: Pencil { slack, parts },
        enclosures: Pencil { slack, parts },
        machine: Pencil { slack, parts },
        numbers: Pencil { slack, parts },
    }),
};

/// The slack `I − η²pΣ`; along one direction, `1 − η²ps²`. It needs no root and is decidable over ℚ.
pub fn slack<A: Algebra<T>, T: Field>(
    curvature: &Curvature<A>,
    learning_rate: &T,
    weight: &T,
) -> A {
    let factor = learning_rate.square() * weight;
    curvature.identity.clone() - curvature.variance.clone().scaled(&factor)
}

/// The parts `I` and `pΣ`.
fn parts<A: Algebra<T>, T: Field>(curvature: &Curvature<A>, weight: &T) -> [A; 2] {
    let noise = curvature.variance.clone().scaled(weight);
    [curvature.identity.clone(), noise]
}

/// Does the criterion hold, `I − η²pΣ ⪰ 0`?
pub fn verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    positive_semidefinite(&slack(&model.curvature(), learning_rate, weight))
}

/// The slack `1 − η√p·s` for a measured non-uniformity `s` (not squared). There is no division, so with
/// `p = 0` it holds for every `s`.
pub fn slack_of_measured<T: Real>(non_uniformity: &T, learning_rate: &T, weight: &T) -> T {
    T::one() - learning_rate * weight.sqrt() * non_uniformity
}

/// The largest non-uniformity that the bound allows, `1/(η√p)`. When `p = 0` it is infinite, and over
/// intervals the whole real line.
pub fn largest_non_uniformity<T: Real>(learning_rate: &T, weight: &T) -> T {
    T::one() / (learning_rate * weight.sqrt())
}

/// The slack in LaTeX.
pub fn latex() -> String {
    slack(&Curvature::of_matrix_symbols(), &eta(), &weight()).to_string()
}

/// The scalar bound on `s` in LaTeX.
pub fn latex_of_bound() -> String {
    let bound: Symbol = largest_non_uniformity(&eta(), &weight());
    format!("s \\le {bound}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::{Exact, Interval};

    #[test]
    fn the_bound_of_the_three_inputs_is_the_root_of_three_halves() {
        let (model, one) = (golden::three_inputs(), Exact::from(1));
        assert_eq!(
            verdict(&model, &"1.2247".parse().unwrap(), &one),
            Verdict::Holds
        );
        assert_eq!(
            verdict(&model, &"1.2248".parse().unwrap(), &one),
            Verdict::Fails
        );
    }

    #[test]
    fn the_toy_is_exactly_on_the_bound_at_five_ninths() {
        let one = Exact::from(1);
        let eta = Exact::fraction(5, 9);
        assert_eq!(verdict(&golden::toy_edge(), &eta, &one), Verdict::Holds);
        let measured = |text: &str| -> Interval<128> {
            let s = Interval::from_exact(&text.parse().unwrap());
            slack_of_measured(&s, &Interval::from_exact(&eta), &Interval::int(1))
        };
        assert_eq!(
            Verdict::non_negative(measured("1.79").sign()),
            Verdict::Holds
        );
        assert_eq!(
            Verdict::non_negative(measured("1.81").sign()),
            Verdict::Fails
        );
        assert_eq!(
            Verdict::non_negative(measured("9/5").sign()),
            Verdict::Undecided
        );
    }

    #[test]
    fn the_full_batch_bounds_nothing() {
        assert_eq!(largest_non_uniformity(&0.1, &0.0), f64::INFINITY);
        assert_eq!(slack_of_measured(&1e300, &0.1, &0.0), 1.0);
        assert_eq!(latex(), r"I - \eta^2\,p\,\Sigma");
        assert_eq!(latex_of_bound(), r"s \le \frac{1}{\eta\,\sqrt{p}}");
    }
}
