//! Nesterov's momentum without noise: the criterion is compared with the spectral radius of the step
//! matrix.

use num_traits::One;
use sgd_stability::claim::{
    CaseHypothesis, Certified, Chapter, Check, Claim, Guard, POSITIVE_LEARNING_RATE, Status,
};
use sgd_stability::criterion::nesterov;
use sgd_stability::matrix::positive_definite;
use sgd_stability::model::momentum::Momentum;
use sgd_stability::number::{Exact, Field};

use super::momentum::{Descent, SEMIDEFINITE, momenta};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "nesterov_threshold",
    title: "Nesterov descent converges iff η(1 + 2β)λ_max(H) < 2 + 2β",
    statement: "With H ⪰ 0, η > 0 and −1/3 ≤ β ≤ 1, gradient descent with Nesterov's momentum \
        converges on the range of H exactly when η(1 + 2β)λ_max(H) < 2 + 2β.",
    formula: || nesterov::latex_of_descent() + r" \succ 0",
    source: "Jury's test on each eigenvalue; stated for networks by Cohen et al. 2021, appendix.",
    hypotheses: &[MODERATE.stated, POSITIVE_LEARNING_RATE, SEMIDEFINITE.stated],
    reading: "For β > 0 Nesterov's momentum narrows the range of sharpness where heavy ball widens \
        it. Outside these β another condition of Jury binds first.",
    chapter: Chapter::Momentum,
    status: Status::Upheld,
    guards: &[Guard::exactly("(2 + 2β)/(1 + 2β)")],
    exact: Check::Run(|version| examination::<Exact>().of(&with_the_ends(), version)),
    outside: Check::Run(|| examination::<Exact>().outside(&BEYOND)),
    certified: Check::Run(|version| examination::<Certified>().of(&with_the_ends(), version)),
    empirical: super::UNMEASURED,
};

const MODERATE: CaseHypothesis<Exact> =
    CaseHypothesis::new("moderate: −1/3 ≤ β ≤ 1", |beta| {
        (*beta >= Exact::fraction(-1, 3) && *beta <= Exact::one()).into()
    });

/// Learning rates and momenta outside the hypotheses, where the criterion holds and nothing converges.
const BEYOND: [[&str; 2]; 4] = [["1/10", "3/2"], ["1/10", "2"], ["4", "-1/2"], ["-1", "1/2"]];

/// The standard momenta, including −1/3, and 1 (the two ends of the hypothesis), and one outside it.
fn with_the_ends() -> Vec<Exact> {
    let ends = [Exact::one(), Exact::fraction(11, 10)];
    momenta().into_iter().chain(ends).collect()
}

fn examination<T: Field>() -> Descent<T> {
    Descent {
        name: "(2 + 2β)/(1 + 2β)",
        momentum: Momentum::Nesterov,
        criterion: |model, eta, beta| {
            positive_definite(&nesterov::descent_slack(&model.curvature(), eta, beta))
        },
        moderate: MODERATE,
        end: |sharpness, beta| {
            let (one, twice) = (Exact::one(), Exact::from(2) * beta);
            (Exact::from(2) + &twice) / ((one + twice) * sharpness)
        },
    }
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;

    use super::*;

    #[test]
    fn the_exact_road_decides_every_edge() {
        let found = examination::<Exact>().of(&with_the_ends(), Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
        let certified = examination::<Certified>().of(&with_the_ends(), Version::STATED);
        assert!(certified.fails == 0 && certified.holds > found.holds / 2);
    }
}
