//! Stability at a lower noise weight and the same learning rate.

use num_traits::One;
use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance,
    POSITIVE_LEARNING_RATE, Posed, Status, Version, tally,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square};
use sgd_stability::decide::critical;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "larger_batches_are_stabler",
    title: "Larger batches are stabler: η* does not fall when p does",
    statement: "Mean-square stable with noise weight p at η > 0 implies mean-square stable there \
        with every smaller weight p' ≥ 0: with larger batches, and without replacement instead of \
        with it.",
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    source: "Mulayoff and Michaeli 2024, Proposition 1, there in terms of the batch size. That \
        1/η* is convex in p is ours: it is a maximum of functions that are affine in p.",
    hypotheses: &[
        Hypothesis::by_the_check("no_noisier: 0 ≤ p' ≤ p"),
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check(
            "mean_square_stable: SGD with weight p is mean-square stable at η",
        ),
    ],
    reading: "Noise never stabilises in the mean square. The other way round it is false: at the \
        end of stability more noise destabilises.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::necessary("quieter")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The other weights, in quarters of `p`; the last one is larger than `p`.
const PARTS: [i64; 4] = [0, 2, 4, 5];

fn evidence<T: Field>(version: Version) -> Evidence {
    let others = instances().flat_map(|instance| {
        PARTS.map(|part| {
            let other = &instance.weight * Exact::fraction(part, 4);
            examine::<T>(instance, &instance.weight, &other, version)
        })
    });
    tally(version, others)
}

/// Stability at the weight `p` implies stability at the weight `other`.
fn examine<T: Field>(instance: &Instance, p: &Exact, other: &Exact, version: Version) -> Examined {
    let posed = Posed::<T>::from(instance);
    let stable = |p: &T| mean_square::verdict(&posed.model, &posed.eta, p);
    Examined {
        hypotheses: no_noisier(p, other)
            .and(instance.meets(CLAIM.hypotheses))
            .and(stable(&T::from_exact(p))),
        conclusion: version.formula("quieter", &T::from_exact(other), stable),
        distance: instance.headroom(MEAN_SQUARE),
        case: format!("{}, weights {p} and {other}", instance.describe()),
    }
}

/// Is `p' ≤ p`?
fn no_noisier(weight: &Exact, other: &Exact) -> Verdict {
    (other <= weight).into()
}

/// Stable with a quarter of the weight, at the end of that stability; unstable with the whole weight.
fn outside() -> Evidence {
    let models = [
        golden::three_inputs(),
        golden::diagonal_mean(),
        golden::two_inputs(),
    ];
    let cases = models.map(|model| {
        let single = Instance::single(model, Exact::one());
        let quiet = &single.weight * Exact::fraction(1, 4);
        let end = critical::of(
            MEAN_SQUARE,
            &single.model,
            &quiet,
            &critical::default_width(),
        );
        let single = single.at(end.expect("the model is not flat").lower);
        examine::<Exact>(&single, &quiet, &single.weight, Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::model::Sampling;

    use super::super::strategies::{config, end_of, model, question, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/larger_batches_are_stabler.txt"))]

        /// Property 5: the threshold does not increase with p.
        #[test]
        fn thresholds_fall_with_the_noise(model in model(), p in weight(), q in weight()) {
            let (less, more) = if p < q { (p, q) } else { (q, p) };
            let end = end_of(&model, &more);
            prop_assert!(mean_square::verdict(&model, &end.lower, &less).holds());
        }

        /// Property 6: 1/η* is convex in p, up to the width of the brackets.
        #[test]
        fn reciprocal_thresholds_are_convex_in_the_noise(
            model in model(),
            p in weight(),
            q in weight(),
        ) {
            let half = Exact::fraction(1, 2);
            let ends = [end_of(&model, &p), end_of(&model, &q)];
            let middle = end_of(&model, &(&half * (&p + &q)));
            // 1/upper ≤ 1/η* ≤ 1/lower, so for any brackets this follows from convexity.
            let chord: Exact = ends.iter().map(|end| &half / &end.lower).sum();
            prop_assert!(middle.upper.reciprocal() <= chord);
        }

        /// Property 8: sampling with replacement is never more stable, and equally stable at B = 1.
        #[test]
        fn replacement_never_stabilises((model, _, batch) in question(model())) {
            let weight = |sampling: Sampling| sampling.weight(model.samples(), batch).unwrap();
            let [with, without] = Sampling::ALL.map(weight);
            prop_assert!(without <= with);
            prop_assert!(batch > 1 || model.samples() == 1 || with == without);
            let end = end_of(&model, &with);
            prop_assert!(mean_square::verdict(&model, &end.lower, &without).holds());
        }
    }
}
