//! The determinants of the steps, which bound the typical growth from below.

use sgd_stability::claim::family::{every, fraction};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance,
    MEAN_SQUARE_STABLE, Posed, Status, at_most,
};
use sgd_stability::criterion::{MEAN_SQUARE, almost_sure};
use sgd_stability::matrix::polynomial::determinant;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "mean_square_implies_almost_sure",
    title: "Mean-square stability implies almost sure stability",
    statement: "If SGD with independent batches is mean-square stable then its Lyapunov exponent \
        is not positive; in particular Π det(A_b)² ≤ 1 over all equally likely batches, in one \
        dimension Π(1 − ηa_b)² ≤ 1.",
    formula: || almost_sure::latex() + r" \ge 0",
    source: "Jensen's inequality; the determinants bound the exponent from below (Ziyin et al. \
        2023 and Chemnitz and Engel 2024 for the exponent).",
    hypotheses: &[MEAN_SQUARE_STABLE],
    reading: "The exponent lies between (1/r) E log|det A_b| and ½ log ρ(T). Beyond mean-square \
        stability both signs occur.",
    chapter: Chapter::Moments,
    status: Status::Upheld,
    guards: &[Guard::necessary("volumes")],
    exact: Check::Run(|version| examination::<Exact>().of(every(3), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(every(3), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| posed.formula("volumes", |eta| volumes_do_not_grow(posed, eta)),
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// Is `Π det(A_b)² ≤ 1` over all batches? Flat directions contribute the factor 1.
fn volumes_do_not_grow<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    let batches = posed.instance.batches();
    let volumes = batches
        .iter()
        .map(|b| determinant(&posed.model.step(b, eta)).square());
    at_most(
        &volumes.fold(T::one(), |product, volume| product * volume),
        &T::one(),
    )
}

/// Unstable runs in which volumes grow.
fn outside() -> Evidence {
    let single = |model, eta| Instance::single(model, fraction(eta));
    examination::<Exact>().outside(&[
        single(golden::toy_edge(), "7/10"),
        single(golden::stiff_pair(), "1/2"),
        single(golden::three_inputs(), "4"),
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::criterion::reshuffling;

    use super::super::strategies::{config, end_of, model, question, sized};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/mean_square_implies_almost_sure.txt"))]

        /// Property 18: in one dimension, up to and including the end of mean-square stability.
        #[test]
        fn in_one_dimension_up_to_the_end((model, sampling, batch) in question(sized(1..=4, 1))) {
            let p = sampling.weight(model.samples(), batch).unwrap();
            let batches = sampling.batches(model.samples(), batch);
            let curvature = |b: &Vec<usize>| model.batch_hessian(b)[(0, 0)].clone();
            let curvatures: Vec<Exact> = batches.iter().map(curvature).collect();
            let eta = end_of(&model, &p).lower;
            prop_assert!(almost_sure::one_dimensional_verdict(&curvatures, &eta).holds());
        }

        /// Property 18: in one dimension, reshuffling single samples is stable there too.
        #[test]
        fn in_one_dimension_reshuffling_is_stable_up_to_the_end(model in sized(1..=4, 1)) {
            let eta = end_of(&model, &Exact::from(1)).lower;
            prop_assert!(reshuffling::verdict(&model, 1, &eta).holds());
        }

        /// In several dimensions, words never certify a mean-square stable instance as unstable.
        #[test]
        fn words_do_not_contradict_mean_square_stability(model in model()) {
            let one = Exact::from(1);
            let eta = end_of(&model, &one).lower;
            let hessians =
                model.batch_hessians_on_range(sgd_stability::model::Sampling::WithReplacement, 1);
            prop_assert!(!almost_sure::verdict(&hessians, &eta, 1).fails());
        }
    }
}
