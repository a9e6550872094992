//! The trace bound: mean-square stability requires `η tr(H² + pΣ) ≤ 2 tr H`.
//!
//! The slack is the Rayleigh quotient of `C − ηD` at `X = I` (condition (16) of Mulayoff and Michaeli
//! 2024), and the trace of the slack of [`super::one_step`]. With `‖H‖_F² ≥ (tr H)²/r`, `r = rank H`,
//! it gives `η²p tr Σ ≤ 2η tr H − η²‖H‖_F² ≤ r`. Hence `s ≤ √r/(η√p)` in any dimension, which is the
//! general form of the non-uniformity bound.

use super::one_step;
use super::symbols::{eta, weight};
use crate::matrix::inertia;
use crate::model::Quadratic;
use crate::number::{Field, Symbol, Verdict};

/// The slack `2 tr H − η tr(H² + pΣ)`.
pub fn slack<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> T {
    sum_of_diagonal(&one_step::slack(&model.curvature(), learning_rate, weight))
}

/// The slack `r − η²p tr Σ` of the rank bound.
pub fn rank_slack<T: Field>(rank: &T, trace_of_variance: &T, learning_rate: &T, weight: &T) -> T {
    rank - learning_rate.square() * weight * trace_of_variance
}

/// Does the trace bound hold?
pub fn verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    Verdict::non_negative(slack(model, learning_rate, weight).sign())
}

/// Does `η²p tr Σ ≤ rank H` hold? Undecided when the scalar cannot tell the rank.
pub fn rank_verdict<T: Field>(model: &Quadratic<T>, learning_rate: &T, weight: &T) -> Verdict {
    let Some(hessian) = inertia(model.hessian()) else {
        return Verdict::Undecided;
    };
    let rank = T::int(hessian.rank() as i64);
    let variance = sum_of_diagonal(&model.variance());
    Verdict::non_negative(rank_slack(&rank, &variance, learning_rate, weight).sign())
}

fn sum_of_diagonal<T: Field>(matrix: &nalgebra::DMatrix<T>) -> T {
    (0..matrix.nrows()).fold(T::zero(), |sum, i| sum + &matrix[(i, i)])
}

/// The slack of the trace bound in LaTeX.
pub fn latex() -> String {
    format!(r"\mathrm{{tr}}\left({}\right)", one_step::latex())
}

/// The slack of the rank bound in LaTeX.
pub fn latex_of_rank() -> String {
    let [rank, variance] = ["r", r"\mathrm{tr}\,\Sigma"].map(Symbol::named);
    rank_slack(&rank, &variance, &eta(), &weight()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn the_trace_bound_of_the_three_inputs_is_four_thirds() {
        // tr H = 4/3, tr E[H_i²] = 2: η ≤ 4/3; tr Σ = 8/9, r = 2: η² ≤ 9/4.
        let (model, one) = (golden::three_inputs(), Exact::from(1));
        let number = |text: &str| text.parse::<Exact>().unwrap();
        assert!(verdict(&model, &number("4/3"), &one).holds());
        assert!(verdict(&model, &number("1.3334"), &one).fails());
        assert!(rank_verdict(&model, &number("3/2"), &one).holds());
        assert!(rank_verdict(&model, &number("1.5001"), &one).fails());
        assert_eq!(latex_of_rank(), r"r - \eta^2\,p\,\mathrm{tr}\,\Sigma");
    }
}
