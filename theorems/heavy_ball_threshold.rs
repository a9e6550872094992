//! Heavy ball without noise: the criterion is compared with the spectral radius of the step matrix.

use num_traits::One;
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Guard, POSITIVE_LEARNING_RATE, Status,
};
use sgd_stability::criterion::heavy_ball;
use sgd_stability::matrix::positive_definite;
use sgd_stability::model::momentum::Momentum;
use sgd_stability::number::{Exact, Field};

use super::momentum::{DAMPED, Descent, SEMIDEFINITE, momenta};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "heavy_ball_threshold",
    title: "Heavy ball descent converges iff ηλ_max(H) < 2(1 + β)",
    statement: "With H ⪰ 0, η > 0 and |β| < 1, gradient descent with heavy ball converges on the \
        range of H exactly when ηλ_max(H) < 2(1 + β).",
    formula: || heavy_ball::latex_of_descent() + r" \succ 0",
    source: "Polyak 1964; for networks Cohen et al. 2021. PyTorch's momentum, η undivided; one \
        eigenvalue by Jury's test.",
    hypotheses: &[DAMPED.stated, POSITIVE_LEARNING_RATE, SEMIDEFINITE.stated],
    reading: "For β > 0 momentum widens the range of sharpness by the factor 1 + β. With β ≥ 1, \
        with η < 0 or at a saddle the criterion may hold although the run does not converge.",
    chapter: Chapter::Momentum,
    status: Status::Upheld,
    guards: &[Guard::exactly("2(1 + β)")],
    exact: Check::Run(|version| examination::<Exact>().of(&with_one(), version)),
    outside: Check::Run(|| examination::<Exact>().outside(&BEYOND)),
    certified: Check::Run(|version| examination::<Certified>().of(&with_one(), version)),
    empirical: super::UNMEASURED,
};

/// Learning rates and momenta outside the hypotheses, where the criterion holds and nothing converges.
const BEYOND: [[&str; 2]; 4] = [["1", "1"], ["1", "3/2"], ["4", "2"], ["-1", "1/2"]];

/// The standard momenta, and 1, which violates the hypothesis.
fn with_one() -> Vec<Exact> {
    momenta().into_iter().chain([Exact::one()]).collect()
}

fn examination<T: Field>() -> Descent<T> {
    Descent {
        name: "2(1 + β)",
        momentum: Momentum::HeavyBall,
        criterion: |model, eta, beta| {
            positive_definite(&heavy_ball::descent_slack(&model.curvature(), eta, beta))
        },
        moderate: DAMPED,
        end: |sharpness, beta| Exact::from(2) * (Exact::one() + beta) / sharpness,
    }
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;

    use super::*;

    /// Property 20 for p = 0: on the edge itself the run does not converge, and the exact check decides
    /// this.
    #[test]
    fn the_exact_road_decides_every_edge() {
        let found = examination::<Exact>().of(&momenta(), Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
        let certified = examination::<Certified>().of(&momenta(), Version::STATED);
        assert!(certified.fails == 0 && certified.holds > found.holds / 2);
    }
}
