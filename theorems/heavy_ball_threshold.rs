//! # Heavy ball descent converges iff ηλ_max(H) < 2(1 + β)
//!
//! **Statement.** Gradient descent with heavy ball, |β| < 1, converges on the range of H exactly
//! when ηλ_max(H) < 2(1 + β).
//!
//! **Source.** Polyak 1964; for networks Cohen et al. 2021. PyTorch's momentum, η undivided; one
//! eigenvalue by Jury's test.
//!
//! **Hypotheses.** `damped`: |β| < 1.
//!
//! **Reading.** Momentum widens the range of sharpness by the factor 1 + β. With β ≥ 1 the
//! criterion may hold and the run diverges.

use num_traits::One;
use sgd_stability::claim::{Check, Claim, Status};
use sgd_stability::criterion::heavy_ball;
use sgd_stability::matrix::positive_definite;
use sgd_stability::model::momentum::Momentum;
use sgd_stability::number::{Exact, Field};

use super::examination::Certified;
use super::family::momenta;
use super::momentum::{Descent, damped};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "heavy_ball_threshold",
    title: "Heavy ball descent converges iff ηλ_max(H) < 2(1 + β)",
    statement: "Gradient descent with heavy ball, |β| < 1, converges on the range of H exactly when ηλ_max(H) < 2(1 + β).",
    formula: heavy_ball::latex_of_descent,
    source: "Polyak 1964; for networks Cohen et al. 2021. PyTorch's momentum, η undivided; one eigenvalue by Jury's test.",
    hypotheses: &["damped: |β| < 1"],
    reading: "Momentum widens the range of sharpness by the factor 1 + β. With β ≥ 1 the criterion may hold and the run diverges.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(&momenta())),
    outside: Check::Run(|| examination::<Exact>().outside(&BEYOND)),
    certified: Check::Run(|| examination::<Certified>().of(&momenta())),
    empirical: super::UNMEASURED,
};

/// Learning rates and momenta outside the hypotheses: the criterion holds and nothing converges.
const BEYOND: [(&str, &str); 3] = [("1", "1"), ("1", "3/2"), ("4", "2")];

fn examination<T: Field>() -> Descent<T> {
    Descent {
        momentum: Momentum::HeavyBall,
        criterion: |model, eta, beta| {
            positive_definite(&heavy_ball::descent_slack(&model.curvature(), eta, beta))
        },
        hypotheses: damped,
        end: |sharpness, beta| Exact::from(2) * (Exact::one() + beta) / sharpness,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Property 20, p = 0: the edge itself is not convergent, and it is decided.
    #[test]
    fn the_exact_road_decides_every_edge() {
        let found = examination::<Exact>().of(&momenta());
        assert_eq!((found.fails, found.undecided, found.unmet), (0, 0, 0));
        let certified = examination::<Certified>().of(&momenta());
        assert!(certified.fails == 0 && certified.holds > found.holds / 2);
    }
}
