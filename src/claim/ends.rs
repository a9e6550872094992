//! Where the criteria end: proposals in floating point, from which a search climbs.

use nalgebra::DMatrix;

use crate::criterion::one_step;
use crate::decide::{Critical, CriticalRates};
use crate::matrix::pencil;
use crate::model::Quadratic;
use crate::model::second_moment::Maps;

/// The largest learning rate at which something holds, roughly, for a model and a noise weight `p`: 0
/// for nowhere, `∞` for everywhere, NaN when it is not to be had.
pub type Proposal = fn(&Quadratic<f64>, f64) -> f64;

/// Where a criterion ends.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The certified bracket, for the margins of a check.
    pub certified: fn(&CriticalRates) -> &Critical,
    /// The proposal, for a search.
    pub proposed: Proposal,
}

impl End {
    /// Of `2I − ηH_i ⪰ 0` for every sample: `2/max_i λ_max(H_i)`.
    pub const SINGLE_SAMPLE: End = End {
        certified: |rates| &rates.single_sample,
        proposed: |model, _| {
            let largest = model.hessians().iter().map(largest_eigenvalue);
            largest.fold(0.0, f64::max).recip() * 2.0
        },
    };

    /// Of `2I − ηH ⪰ 0`: `2/λ_max(H)`.
    pub const GRADIENT_DESCENT: End = End {
        certified: |rates| &rates.gradient_descent,
        proposed: |model, _| largest_eigenvalue(model.hessian()).recip() * 2.0,
    };

    /// Of the non-uniformity bound `I − η²pΣ ⪰ 0`: `1/(s√p)`.
    pub const NON_UNIFORMITY: End = End {
        certified: |rates| &rates.non_uniformity,
        proposed: |model, p| (largest_eigenvalue(&model.variance()) * p).sqrt().recip(),
    };

    /// Of Theorem 1, `2H − η(H² + pΣ) ⪰ 0`: `η₁`.
    pub const ONE_STEP: End = End {
        certified: |rates| &rates.one_step,
        proposed: |model, p| {
            let second_moment = one_step::second_moment(&model.curvature(), &p);
            last_semidefinite(&(model.hessian() * 2.0), &second_moment)
        },
    };

    /// Of mean-square stability, `C − ηD ⪰ 0` on Sym(d): `η*`.
    pub const MEAN_SQUARE: End = End {
        certified: |rates| &rates.mean_square,
        proposed: |model, p| {
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
    use crate::criterion::{gradient_descent, mean_square, non_uniformity};
    use crate::model::{Sampling, golden};
    use crate::number::{Exact, Verdict};

    /// Relative: far above the rounding of two-by-two matrices, far below any wrong formula.
    const NEAR: f64 = 1e-9;

    #[test]
    fn every_verdict_turns_where_the_proposal_says() {
        type Criterion = fn(&Quadratic, &Exact, &Exact) -> Verdict;
        let criteria: [(End, Criterion); 4] = [
            (End::GRADIENT_DESCENT, |model, eta, _| {
                gradient_descent::verdict(model, eta)
            }),
            (End::NON_UNIFORMITY, non_uniformity::verdict),
            (End::ONE_STEP, one_step::verdict),
            (End::MEAN_SQUARE, mean_square::verdict),
        ];
        for (name, model) in golden::all() {
            let weight = Sampling::WithReplacement.weight(model.samples(), 2);
            let weight = weight.unwrap();
            for (end, criterion) in criteria {
                let end = (end.proposed)(&model.to(), weight.to_f64());
                let at =
                    |part: f64| criterion(&model, &Exact::from_f64(end * part).unwrap(), &weight);
                assert!(at(1.0 - NEAR).holds(), "{name}");
                assert!(at(1.0 + NEAR).fails(), "{name}");
            }
        }
    }
}
