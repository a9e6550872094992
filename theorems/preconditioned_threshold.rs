//! Preconditioned descent with averaged gradients: the criterion is compared with the spectral radius
//! of the step matrix.

use nalgebra::{DMatrix, DVector};
use num_traits::{One, Zero};
use sgd_stability::claim::family::{fraction, rates_at};
use sgd_stability::claim::{
    CaseHypothesis, Certified, Chapter, Check, Claim, Evidence, Examined, Guard,
    POSITIVE_LEARNING_RATE, Status, Version, equivalent, headroom, tally,
};
use sgd_stability::criterion::preconditioned;
use sgd_stability::decide::critical;
use sgd_stability::matrix::polynomial::spectral_radius_below_one;
use sgd_stability::matrix::{Algebra, bracket, positive_definite, positive_semidefinite};
use sgd_stability::model::golden;
use sgd_stability::model::momentum::Momentum;
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "preconditioned_threshold",
    title: "Preconditioned descent converges iff λ_max(P⁻¹H) < (2 + 2β₁)/((1 − β₁)η)",
    statement: "With H ≻ 0, a frozen preconditioner P ≻ 0, η > 0 and an exponential mean of \
        gradients (0 ≤ β₁ < 1), descent converges exactly when λ_max(P⁻¹H) < (2 + 2β₁)/((1 − \
        β₁)η).",
    formula: || preconditioned::latex() + r" \succ 0",
    source: "Cohen et al. 2022 (the adaptive edge of stability; 38/η at β₁ = 9/10); β₁ = 0 is \
        classical, and P = H is Newton's method.",
    hypotheses: &[
        POSITIVE_LEARNING_RATE,
        POSITIVE_PRECONDITIONER.stated,
        REGULAR.stated,
        AVERAGING.stated,
    ],
    reading: "The sharpness that counts is that of P⁻¹H. Adam's own P moves, and its bias \
        correction is left out.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::exactly("edge")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

const POSITIVE_PRECONDITIONER: CaseHypothesis<DMatrix<Exact>> =
    CaseHypothesis::new("positive_preconditioner: P ≻ 0", positive_definite);

const REGULAR: CaseHypothesis<DMatrix<Exact>> =
    CaseHypothesis::new("regular: H ≻ 0", positive_definite);

const AVERAGING: CaseHypothesis<Exact> = CaseHypothesis::new("averaging: 0 ≤ β₁ < 1", |beta| {
    (*beta >= Exact::zero() && *beta < Exact::one()).into()
});

/// Preconditioners, each with three times its inverse. The last is a multiple of the Hessian of the
/// three inputs, which gives Newton's method with a rational edge.
fn preconditioners() -> [(DMatrix<Exact>, DMatrix<Exact>); 3] {
    let matrix = |entries: [i64; 4]| DMatrix::from_row_slice(2, 2, &entries.map(Exact::from));
    [
        (matrix([1, 0, 0, 1]), matrix([3, 0, 0, 3])),
        (matrix([1, 0, 0, 3]), matrix([3, 0, 0, 1])),
        (matrix([2, 1, 1, 2]), matrix([2, -1, -1, 2])),
    ]
}

fn evidence<T: Field>(version: Version) -> Evidence {
    let hessians = [
        golden::three_inputs(),
        golden::two_inputs(),
        golden::diagonal_mean(),
    ];
    let mut cases = Vec::new();
    for model in &hessians {
        for (p, inverse) in preconditioners() {
            for beta in ["0", "1/2", "9/10"].map(fraction) {
                let case = Pair {
                    p: &p,
                    inverse: &inverse,
                    h: model.hessian(),
                };
                let stable = |eta: &Exact| {
                    let slack = preconditioned::slack(&p, model.hessian(), eta, &beta);
                    positive_semidefinite(&slack).holds()
                };
                let end = bracket(stable, &Exact::from(2), &critical::default_width());
                let mut rates = rates_at(&end.lower).to_vec();
                rates.extend([end.upper, fraction("0"), fraction("-1")]);
                cases.extend(
                    rates
                        .iter()
                        .map(|eta| examine::<T>(case, eta, &beta, &end.lower, version)),
                );
            }
        }
    }
    tally(version, cases)
}

/// A preconditioner and a Hessian.
#[derive(Clone, Copy)]
struct Pair<'a> {
    p: &'a DMatrix<Exact>,
    /// Three times the inverse of `P`.
    inverse: &'a DMatrix<Exact>,
    h: &'a DMatrix<Exact>,
}

fn examine<T: Field>(
    pair: Pair,
    eta: &Exact,
    beta: &Exact,
    end: &Exact,
    version: Version,
) -> Examined {
    let Pair { p, inverse, h } = pair;
    let over = |m: &DMatrix<Exact>| m.map(|entry| T::from_exact(&entry));
    let (teta, tbeta) = (T::from_exact(eta), T::from_exact(beta));
    let criterion = version.formula("edge", &teta, |eta| {
        positive_definite(&preconditioned::slack(&over(p), &over(h), eta, &tbeta))
    });
    let turned = over(&(inverse * h)).scaled(&T::ratio(1, 3));
    let rate = (T::one() - &tbeta) * teta;
    let factor = Momentum::HeavyBall.factor(&turned, &rate, &tbeta);
    let converges = spectral_radius_below_one(&factor);
    Examined {
        hypotheses: Verdict::from(*eta > Exact::zero())
            .and((POSITIVE_PRECONDITIONER.holds)(p))
            .and((REGULAR.holds)(h))
            .and((AVERAGING.holds)(beta)),
        conclusion: equivalent(criterion, converges),
        distance: headroom(eta, end),
        case: format!("P = {p}, H = {h}, η = {eta}, β₁ = {beta}"),
    }
}

/// Ascent (η < 0), and a saddle with a small learning rate: the criterion holds and the run diverges.
/// For β₁ = 1 the gradient has no effect: the criterion holds and the run does not move.
fn outside() -> Evidence {
    let three = golden::three_inputs();
    let saddle = DMatrix::from_diagonal(&DVector::from_row_slice(&[1, -1].map(Exact::from)));
    let [(p, inverse), ..] = preconditioners();
    let questions = [
        (three.hessian(), "-1/2", "0"),
        (&saddle, "1/2", "1/2"),
        (three.hessian(), "1/2", "1"),
    ];
    let cases = questions.map(|(h, eta, beta)| {
        let (eta, beta) = (fraction(eta), fraction(beta));
        let pair = Pair {
            p: &p,
            inverse: &inverse,
            h,
        };
        examine::<Exact>(pair, &eta, &beta, &eta, Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_road_decides_every_case() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
    }
}
