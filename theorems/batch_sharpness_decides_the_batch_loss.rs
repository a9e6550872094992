//! One step of the loss on the batch itself, from given points, by enumerating all batches.

use nalgebra::DVector;
use num_traits::One;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance,
    POSITIVE_LEARNING_RATE, Status, Version, equivalent, headroom, tally,
};
use sgd_stability::criterion::loss;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::points::from_points;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "batch_sharpness_decides_the_batch_loss",
    title: "The batch loss does not rise in one step iff E[g_bᵀH_bg_b]/E‖g_b‖² ≤ 2/η",
    statement: "With η > 0, from a point where some batch gradient is not zero, the expected loss \
        of the batch on itself does not rise in its own step exactly when E[g_bᵀH_bg_b] ≤ \
        (2/η)E‖g_b‖².",
    formula: || loss::latex_of_batch() + r" \succeq 0",
    source: "Batch sharpness of Andreyev and Beneventano 2024, here as the ratio of the means \
        (their code has both).",
    hypotheses: &[
        Hypothesis::by_the_check("moving: some g_b ≠ 0"),
        POSITIVE_LEARNING_RATE,
    ],
    reading: "At the edge of stability this ratio hovers at 2/η. As a mean of ratios it is an \
        empirical measure, and no identity.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::exactly("batch sharpness")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The golden models from two points each, at the learning rates where the batch loss starts to
/// increase.
fn evidence<T: Field>(version: Version) -> Evidence {
    let end = |question: &Instance, x: &DVector<Exact>| {
        let (top, low) = loss::batch_sharpness(&question.model, &question.batches(), x);
        Exact::from(2) * low / top
    };
    let ask = |question: &Instance, x: &DVector<Exact>, end: &Exact| {
        examine::<T>(question, x, end, version)
    };
    tally(version, from_points(end, ask))
}

fn examine<T: Field>(
    question: &Instance,
    x: &DVector<Exact>,
    end: &Exact,
    version: Version,
) -> Examined {
    let model: Quadratic<T> = question.model.to();
    let x = x.map(|entry| T::from_exact(&entry));
    let eta = T::from_exact(&question.learning_rate);
    let (top, low) = loss::batch_sharpness(&model, &question.batches(), &x);
    let criterion = version.formula("batch sharpness", &eta, |eta| {
        Verdict::non_negative((T::int(2) * &low - eta * &top).sign())
    });
    let falls = Verdict::non_negative(fall(question, &model, &x, &eta).sign());
    Examined {
        hypotheses: Verdict::positive(low.sign()).and(question.meets(CLAIM.hypotheses)),
        conclusion: equivalent(criterion, falls),
        distance: headroom(&question.learning_rate, end),
        case: question.describe(),
    }
}

/// The decrease `E[L_b(x) − L_b(x⁺)]` with `L_b = ½xᵀH_bx`, by enumerating all batches.
fn fall<T: Field>(question: &Instance, model: &Quadratic<T>, x: &DVector<T>, eta: &T) -> T {
    question.mean_over_batches::<T, T>(|batch| {
        let hessian = model.batch_hessian(batch);
        let after = model.step(batch, eta) * x;
        let loss = |x: &DVector<T>| T::ratio(1, 2) * x.dot(&(&hessian * x));
        loss(x) - loss(&after)
    })
}

/// Ascent (η < 0): the inequality holds and the batch loss increases.
fn outside() -> Evidence {
    let cases = ["-1/10", "-1/2", "-2"].map(|eta| {
        let question = Instance::single(golden::three_inputs(), fraction(eta));
        let x = DVector::from_row_slice(&[1, -2].map(Exact::from));
        examine::<Exact>(&question, &x, &Exact::one(), Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_is_decided() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
    }

    /// The mean of the ratios is a different number: for curvatures 1 and 10 it is 11/2, not 1001/101.
    #[test]
    fn the_mean_of_the_ratios_is_another_number() {
        let (model, single) = (golden::stiff_pair(), [vec![0], vec![1]]);
        let x = DVector::from_element(1, Exact::from(1));
        let (top, low) = loss::batch_sharpness(&model, &single, &x);
        assert_eq!(top / low, Exact::fraction(1001, 101));
        let mean = loss::mean_of_batch_sharpness(&model, &single, &x);
        assert_eq!(mean, Some(Exact::fraction(11, 2)));
    }
}
