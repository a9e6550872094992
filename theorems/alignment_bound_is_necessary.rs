//! A bound on the Frobenius norm of H from the alignment of noise and curvature.

use sgd_stability::claim::family::{every, fraction, instances};
use sgd_stability::claim::{
    CURVED, Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance,
    MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, alignment};
use sgd_stability::model::golden;
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "alignment_bound_is_necessary",
    title: "Mean-square stability needs ‖H‖_F ≤ 1/(η√(pμ₀))",
    statement: "If H ≠ 0, SGD is mean-square stable and the alignment of noise and curvature is at \
        least μ₀ > 0 wherever the loss is not zero, then η²pμ₀‖H‖_F² ≤ 1. Asked with the best μ₀: \
        η²p((1/n) Σ H_iHH_i − H³) − H is not positive definite on the range of H.",
    formula: || alignment::latex() + r" \ge 0",
    source: "Wu, Wang and Su 2022 (there with √(B/μ₀)/η; the number of their theorem was not \
        checked). The form without μ₀ is ours.",
    hypotheses: &[CURVED, MEAN_SQUARE_STABLE],
    reading: "It bounds the Frobenius norm, and so all eigenvalues together. When the best μ₀ is \
        not positive it says nothing.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::necessary("alignment")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(every(4), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("alignment", |eta| {
                alignment::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// Unstable learning rates of the toy at x = 1, where the bound has its end at 5/9.
fn outside() -> Evidence {
    let beyond =
        ["0.556", "7/10", "1"].map(|eta| Instance::single(golden::toy_edge(), fraction(eta)));
    examination::<Exact>().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form without μ₀ agrees with the form that has the best μ₀, found by bisection.
    #[test]
    fn the_best_alignment_gives_the_same_verdict() {
        let (model, one) = (golden::three_inputs(), Exact::from(1));
        let norm = alignment::squared_norm(model.hessian());
        let (mut low, mut high) = (Exact::from(-4), Exact::from(4));
        for _ in 0..40 {
            let middle = (&low + &high) * Exact::fraction(1, 2);
            if alignment::is_at_least(&model, &middle).holds() {
                low = middle;
            } else {
                high = middle;
            }
        }
        for part in [1, 4, 5, 6, 7, 8, 12, 24] {
            let eta = Exact::fraction(part, 4);
            let direct = alignment::verdict(&model, &eta, &one);
            let zero = Exact::from(0);
            if alignment::slack(&low, &norm, &eta, &one) < zero {
                assert!(direct.fails(), "{eta}");
            }
            if alignment::slack(&high, &norm, &eta, &one) > zero {
                assert!(direct.holds(), "{eta}");
            }
        }
    }
}
