//! Gradient descent on a model that is quadratic in its parameters, in terms of residual and Jacobian.

use nalgebra::{DMatrix, DVector};
use num_traits::Zero;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    CaseHypothesis, Chapter, Check, Claim, Evidence, Examined, Guard, Status, Version, tally,
};
use sgd_stability::model::minimal::quadratic_regression::{self, QuadraticRegression, State};
use sgd_stability::number::{Exact, Field};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "quadratic_regression_step",
    title: "Gradient descent on quadratic regression closes on residual and Jacobian",
    statement: "For f = b + Gᵀθ + θᵀQθ/2 and L = z²/2: z⁺ = z − ηzJᵀJ + ½η²z²JᵀQJ and J⁺ = J − \
        ηzQJ.",
    formula: quadratic_regression::latex,
    source: "Zhu et al. 2022; Agarwala, Pedregosa and Pennington 2022.",
    hypotheses: &[QUADRATIC.stated],
    reading: "The smallest model in which the sharpness moves. A cubic term would enter both \
        equations.",
    chapter: Chapter::BeyondTheEdge,
    status: Status::Upheld,
    guards: &[Guard::identity("residual"), Guard::identity("Jacobian")],
    exact: Check::Run(evidence),
    outside: Check::Run(outside),
    certified: Check::Without(
        "an identity of rationals: an enclosure can only be compatible with it",
    ),
    empirical: super::UNMEASURED,
};

/// The hypothesis on the coefficient of the cubic term.
const QUADRATIC: CaseHypothesis<Exact> =
    CaseHypothesis::new("quadratic: f has no term of third order", |cubic| {
        cubic.is_zero().into()
    });

/// Models with indefinite, definite and zero curvature.
fn models() -> [QuadraticRegression<Exact>; 4] {
    [[1, 3, 3, -2], [2, 1, 1, 2], [0, 1, 1, 0], [0, 0, 0, 0]].map(|entries| QuadraticRegression {
        offset: Exact::fraction(4, 3),
        slope: DVector::from_row_slice(&[1, -2].map(Exact::from)),
        curvature: DMatrix::from_row_slice(2, 2, &entries.map(Exact::from)),
    })
}

fn evidence(version: Version) -> Evidence {
    let cubic = [Exact::zero(), Exact::from(1)];
    tally(
        version,
        cubic.iter().flat_map(|cubic| cases(cubic, version)),
    )
}

/// A cubic term violates the equations.
fn outside() -> Evidence {
    let cases = cases(&Exact::from(1), Version::STATED);
    tally(Version::STATED, cases.into_iter().map(Examined::outside))
}

/// Do the equations describe gradient descent on the model with the additional term `c·θ₁³/6`?
fn cases(cubic: &Exact, version: Version) -> Vec<Examined> {
    let mut cases = Vec::new();
    for model in models() {
        for eta in ["1/10", "3/7", "2", "-1"].map(fraction) {
            let theta = DVector::from_row_slice(&[fraction("2/3"), fraction("-1/3")]);
            let before = with_cubic(&model, cubic, &theta);
            let pull = &eta * &before.residual;
            let moved = &theta - before.jacobian.map(|entry| entry * &pull);
            let after = with_cubic(&model, cubic, &moved);
            let residual = version.formula("residual", &eta, |eta| {
                (after.residual == model.step(&before, eta).residual).into()
            });
            let jacobian = version.formula("Jacobian", &eta, |eta| {
                (after.jacobian == model.step(&before, eta).jacobian).into()
            });
            cases.push(Examined {
                hypotheses: (QUADRATIC.holds)(cubic),
                conclusion: residual.and(jacobian),
                distance: 1.0,
                case: format!("Q = {}, cubic term {cubic}, η = {eta}", model.curvature),
            });
        }
    }
    cases
}

/// Residual and Jacobian with the cubic term.
fn with_cubic(
    model: &QuadraticRegression<Exact>,
    cubic: &Exact,
    theta: &DVector<Exact>,
) -> State<Exact> {
    let mut state = model.at(theta);
    let square = theta[0].square();
    state.residual += cubic * &square * &theta[0] * Exact::fraction(1, 6);
    state.jacobian[0] += cubic * square * Exact::fraction(1, 2);
    state
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, rational, vector};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/quadratic_regression_step.txt"))]

        /// Property 21: the equations hold for all parameters and learning rates.
        #[test]
        fn residual_and_jacobian_close(theta in vector(2), eta in rational()) {
            for model in models() {
                let predicted = model.step(&model.at(&theta), &eta);
                prop_assert_eq!(model.at(&model.descend(&theta, &eta)), predicted);
            }
        }
    }
}
