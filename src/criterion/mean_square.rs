//! The exact criterion of mean-square stability: `C − ηD ⪰ 0` on the symmetric matrices.
//!
//! The second moment evolves by the self-adjoint map `T(X) = X − η(C(X) − ηD(X))`
//! ([`crate::model::second_moment`]), which keeps the cone of semi-definite matrices. By the theorem of
//! Krein and Rutman its spectral radius is its largest eigenvalue. So `E‖x_t‖²` is bounded from every
//! start exactly when `λ_max(T) ≤ 1`, that is, `C − ηD ⪰ 0` (Mulayoff and Michaeli 2024 state the
//! threshold; `C` here is twice theirs).
//!
//! It is decided on the Gram matrix in a rational basis of Sym(d): m × m with m = d(d+1)/2, at a cost
//! of m³.

use nalgebra::DMatrix;

use super::definition::{Criterion, Form, Role};
use super::proposed::last_semidefinite;
use super::symbols::{eta, weight};
use crate::matrix::positive_semidefinite;
use crate::model::Quadratic;
use crate::model::second_moment::{self, Maps};
use crate::number::{Field, Symbol, Verdict};

/// The criterion of mean-square stability.
pub const MEAN_SQUARE: Criterion = Criterion {
    name: "mean_square",
    title: "mean square",
    formula: "C − ηD ⪰ 0",
    known_as: "exact",
    end: "η* (mean square)",
    role: Role::Exact,
    reason: "E‖x_t‖² is bounded exactly when it holds",
    latex,
    verdict,
    critical: |model, p| {
        let maps = Maps::of(model, &p);
        last_semidefinite(&maps.drift, &maps.diffusion)
    },
    form: Form::SecondMoment,
};

/// The slack `C − ηD` as a Gram matrix (m × m). Its inertia is that of the map; its eigenvalues are
/// not.
pub fn slack<T: Field>(maps: &Maps<T>, learning_rate: &T) -> DMatrix<T> {
    second_moment::slack(maps.drift.clone(), maps.diffusion.clone(), learning_rate)
}

/// Does the criterion hold, `C − ηD ⪰ 0`?
pub fn verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    positive_semidefinite(&slack(&Maps::of(model, weight), learning_rate))
}

/// `C(X) − ηD(X)` in LaTeX.
pub fn latex() -> String {
    let [h, x, v] = ["H", "X", "V(X)"].map(Symbol::named);
    let diffusion = second_moment::diffusion(&h * &x * &h, v, &weight());
    second_moment::slack(second_moment::drift(&h, &x), diffusion, &eta()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn the_golden_thresholds_lie_between_their_digits() {
        for (model, stable, unstable) in [
            (golden::three_inputs(), "1.267949192431", "1.267949192432"),
            (golden::two_inputs(), "1.131482908178", "1.131482908179"),
            (golden::diagonal_mean(), "0.883484861008", "0.883484861009"),
            (golden::stiff_pair(), "22/101", "0.21782179"),
            (golden::one_flat_sample(), "1", "1.0000001"),
            (golden::raised_sample(), "6/5", "1.2000001"),
            (golden::toy_edge(), "100/181", "5/9"),
        ] {
            let at = |text: &str| verdict(&model, &text.parse().unwrap(), &Exact::from(1));
            assert_eq!(
                (at(stable), at(unstable)),
                (Verdict::Holds, Verdict::Fails),
                "{stable}"
            );
        }
    }

    #[test]
    fn the_three_inputs_are_stable_where_the_other_criteria_fail() {
        let (model, one) = (golden::three_inputs(), Exact::from(1));
        let eta = Exact::fraction(5, 4);
        assert_eq!(verdict(&model, &eta, &one), Verdict::Holds);
        assert_eq!(
            crate::criterion::one_step::verdict(&model, &eta, &one),
            Verdict::Fails
        );
        assert_eq!(
            crate::criterion::non_uniformity::verdict(&model, &eta, &one),
            Verdict::Fails
        );
    }

    #[test]
    fn the_formula_prints_itself() {
        let expected = r"H\,X + X\,H - \eta\,\left(\left(1 - p\right)\,H\,X\,H + p\,V(X)\right)";
        assert_eq!(latex(), expected);
    }
}
