//! The bound along a direction: mean-square stability requires, for every unit vector `v`,
//! `η(m² + p·Var_i(vᵀH_iv)) ≤ 2m` with `m = vᵀHv`.
//!
//! The slack is the Rayleigh quotient of `C − ηD` at `X = vvᵀ` (condition (15) of Mulayoff and Michaeli
//! 2024 is the case of the top eigenvector of `H`). This is the valid form of the non-uniformity bound
//! in several dimensions: it bounds the spread of `vᵀH_iv` along each direction.

use nalgebra::DVector;

use super::one_step;
use super::symbols::{eta, weight};
use crate::model::{Curvature, Quadratic};
use crate::number::{Field, Symbol, Verdict};

/// The bound in plain text.
pub const FORMULA: &str = "η(m² + pVar) ≤ 2m";

/// Mean and variance of `vᵀH_iv` over the samples, for `v` scaled to unit length. `v` may have any
/// length: both numbers are divided by a power of `vᵀv`, which needs no root.
///
/// # Panics
/// When `direction` does not have the model's dimension; over ℚ, also when it is zero.
pub fn curvature<T: Field>(model: &Quadratic<T>, direction: &DVector<T>) -> Curvature<T> {
    let (d, length) = (model.dimension(), direction.len());
    assert_eq!(d, length, "a direction of length {length} in dimension {d}");
    let norm = direction.dot(direction);
    let along = |h: &nalgebra::DMatrix<T>| direction.dot(&(h * direction)) / &norm;
    let mean = along(model.hessian());
    let spread = |h| (along(h) - &mean).square();
    let sum = model
        .hessians()
        .iter()
        .map(spread)
        .fold(T::zero(), |sum, term| sum + term);
    let variance = sum / T::int(model.samples() as i64);
    Curvature::along_one_direction(mean, variance)
}

/// The slack `2m − η(m² + p·Var_i(vᵀH_iv))`, by the formula of [`one_step`].
pub fn slack<T: Field>(
    model: &Quadratic<T>,
    direction: &DVector<T>,
    learning_rate: &T,
    weight: &T,
) -> T {
    one_step::slack(&curvature(model, direction), learning_rate, weight)
}

/// Does the bound hold along this direction?
pub fn verdict<T: Field>(
    model: &Quadratic<T>,
    direction: &DVector<T>,
    learning_rate: &T,
    weight: &T,
) -> Verdict {
    Verdict::non_negative(slack(model, direction, learning_rate, weight).sign())
}

/// The slack in LaTeX.
pub fn latex() -> String {
    let [mean, variance] = ["m", r"\mathrm{Var}_i(v^\top H_i v)"].map(Symbol::named);
    let curvature = Curvature::along_one_direction(mean, variance);
    let slack: Symbol = one_step::slack(&curvature, &eta(), &weight());
    slack.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn the_bound_along_an_axis_of_the_three_inputs_is_known() {
        // vᵀH_iv = 1, 0, 1 along (1, 0): m = 2/3, Var = 2/9, so η ≤ (4/3)/(4/9 + 2/9) = 2.
        let (model, one) = (golden::three_inputs(), Exact::from(1));
        let axis = DVector::from_vec(vec![Exact::from(5), Exact::from(0)]);
        let found = curvature(&model, &axis);
        assert_eq!(
            (found.hessian, found.variance),
            (Exact::fraction(2, 3), Exact::fraction(2, 9))
        );
        assert_eq!(
            verdict(&model, &axis, &Exact::from(2), &one),
            Verdict::Holds
        );
        assert_eq!(
            verdict(&model, &axis, &"2.01".parse().unwrap(), &one),
            Verdict::Fails
        );
        assert!(latex().starts_with(r"2\,m - \eta\,\left(m^2 + p"));
    }
}
