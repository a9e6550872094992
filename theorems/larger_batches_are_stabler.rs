//! # Larger batches are stabler: η* does not fall when p does
//!
//! **Statement.** If SGD is mean-square stable with noise weight `p` then also with every smaller
//! weight: with larger batches, and without replacement instead of with it.
//!
//! **Source.** Mulayoff and Michaeli 2024, Proposition 1 (in `B`). That `1/η*` is convex in `p`
//! is ours: it is a maximum of functions affine in `p`.
//!
//! **Hypotheses.** [`no_noisier`]: the other weight `p'` is at most `p`. [`mean_square_stable`]:
//! `η` is stable with `p`.
//!
//! **Reading.** Noise never stabilises in the mean square. The other way round it is false: at the
//! end of stability more noise destabilises.

use num_traits::One;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::mean_square;
use sgd_stability::decide::critical;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Examination, at_most, end, mean_square_stable};
use super::family::{Instance, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "larger_batches_are_stabler",
    title: "Larger batches are stabler",
    statement: "Mean-square stable with noise weight p implies mean-square stable with every smaller weight.",
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    source: "Mulayoff and Michaeli 2024, Proposition 1, there in terms of the batch size.",
    hypotheses: &[
        "no_noisier: p' ≤ p",
        "mean_square_stable: η is mean-square stable with p",
    ],
    reading: "Noise never stabilises in the mean square. The other way round it is false.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(instances())),
    outside: Check::Run(outside),
    certified: Check::Run(|| examination::<Certified>().of(instances())),
    empirical: super::UNMEASURED,
};

/// The other weights, in quarters of `p`.
const PARTS: [i64; 3] = [0, 2, 3];

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| no_noisier(&T::one(), &T::zero()).and(mean_square_stable(posed)),
        conclusion: |posed| {
            let weights = PARTS.iter().map(|&part| &posed.p * T::ratio(part, 4));
            let stable = |p: T| mean_square::verdict(&posed.model, &posed.eta, &p);
            weights.map(stable).fold(Verdict::Holds, Verdict::and)
        },
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// `p' ≤ p`.
fn no_noisier<T: Field>(weight: &T, other: &T) -> Verdict {
    at_most(other, weight)
}

/// Stable with batches of two at the end of their stability, unstable with batches of one.
fn outside() -> Evidence {
    let mut evidence = Evidence::new();
    for model in [
        golden::three_inputs(),
        golden::diagonal_mean(),
        golden::two_inputs(),
    ] {
        let single = Instance::single(model, Exact::one());
        let width = critical::default_width();
        let quiet = single.weight.clone() * Exact::fraction(1, 4);
        let end = critical::of_mean_square(&single.model, &quiet, &width);
        let eta = end.expect("the model is not flat").lower;
        let broken = !no_noisier(&quiet, &single.weight);
        let stable = mean_square::verdict(&single.model, &eta, &quiet);
        let conclusion = mean_square::verdict(&single.model, &eta, &single.weight);
        evidence.record(broken.and(stable), conclusion, 0.0, || {
            Instance::single((*single.model).clone(), eta.clone()).describe()
        });
    }
    evidence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::model::Sampling;

    use super::super::strategies::{config, end_of, model, question, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/larger_batches_are_stabler.txt"))]

        /// Property 5: the threshold does not rise with p.
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
            // 1/upper ≤ 1/η* ≤ 1/lower, so this follows from convexity for any brackets.
            let chord: Exact = ends.iter().map(|end| &half / &end.lower).sum();
            prop_assert!(middle.upper.reciprocal() <= chord);
        }

        /// Property 8: sampling with replacement is the less stable one, equally so at B = 1.
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
