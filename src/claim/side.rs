//! The known criteria as sides of an implication: an exact verdict, and a proposal where it ends.

use nalgebra::DMatrix;

use crate::criterion::{gradient_descent, mean_square, non_uniformity, one_step};
use crate::matrix::pencil;
use crate::model::Quadratic;
use crate::model::second_moment::Maps;
use crate::number::Verdict;

use super::Instance;

/// One side of an implication.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Does it hold at the instance? Asked over ℚ.
    pub verdict: fn(&Instance) -> Verdict,
    /// The largest learning rate at which it holds, roughly, for a model and a noise weight `p`:
    /// 0 for nowhere, `∞` for everywhere, NaN when it is not to be had.
    pub end: fn(&Quadratic<f64>, f64) -> f64,
}

impl Side {
    /// Gradient descent is stable, `2I − ηH ⪰ 0`; ends at `2/λ_max(H)`.
    pub const GRADIENT_DESCENT: Side = Side {
        verdict: |asked| gradient_descent::verdict(&asked.model, &asked.learning_rate),
        end: |model, _| largest_eigenvalue(model.hessian()).recip() * 2.0,
    };

    /// The non-uniformity bound, `I − η²pΣ ⪰ 0`; ends at `1/(s√p)`.
    pub const NON_UNIFORMITY: Side = Side {
        verdict: |asked| non_uniformity::verdict(&asked.model, &asked.learning_rate, &asked.weight),
        end: |model, p| (largest_eigenvalue(&model.variance()) * p).sqrt().recip(),
    };

    /// Theorem 1, `2H − η(H² + pΣ) ⪰ 0`; ends at `η₁`.
    pub const ONE_STEP: Side = Side {
        verdict: |asked| one_step::verdict(&asked.model, &asked.learning_rate, &asked.weight),
        end: |model, p| {
            let second_moment = one_step::second_moment(&model.curvature(), &p);
            last_semidefinite(&(model.hessian() * 2.0), &second_moment)
        },
    };

    /// Mean-square stability, `C − ηD ⪰ 0` on Sym(d); ends at `η*`.
    pub const MEAN_SQUARE: Side = Side {
        verdict: |asked| mean_square::verdict(&asked.model, &asked.learning_rate, &asked.weight),
        end: |model, p| {
            let maps = Maps::of(model, &p);
            last_semidefinite(&maps.drift, &maps.diffusion)
        },
    };
}

/// The largest η with `A − ηB ⪰ 0`, roughly, for semi-definite `A` and `B` of which `B` vanishes on
/// the kernel of `A`; NaN when it is not to be had.
fn last_semidefinite(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    pencil::critical_factor(a, b).unwrap_or(f64::NAN)
}

fn largest_eigenvalue(matrix: &DMatrix<f64>) -> f64 {
    // Rounding may leave a zero matrix a hair below zero.
    pencil::largest_eigenvalue(matrix).map_or(f64::NAN, |value| value.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Sampling, golden};
    use crate::number::Exact;

    /// Relative: far above the rounding of two-by-two matrices, far below any wrong formula.
    const NEAR: f64 = 1e-9;

    #[test]
    fn every_verdict_turns_where_the_proposal_says() {
        let sides = [
            Side::GRADIENT_DESCENT,
            Side::NON_UNIFORMITY,
            Side::ONE_STEP,
            Side::MEAN_SQUARE,
        ];
        for (name, model) in golden::all() {
            for side in sides {
                let start = Exact::from(1);
                let asked = Instance::new(model.clone(), Sampling::WithReplacement, 2, start);
                let asked = asked.unwrap();
                let end = (side.end)(&model.to(), asked.weight.to_f64());
                let at =
                    |part: f64| (side.verdict)(&asked.at(Exact::from_f64(end * part).unwrap()));
                assert!(at(1.0 - NEAR).holds(), "{name}");
                assert!(at(1.0 + NEAR).fails(), "{name}");
            }
        }
    }
}
