//! The criterion of mean-square stability is compared with the mean over all batches, by enumeration.

use sgd_stability::claim::family::{counter_examples, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance,
    POSITIVE_LEARNING_RATE, Status, equivalent,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square};
use sgd_stability::model::Quadratic;
use sgd_stability::number::Exact;

use super::enumeration::bounded_by_enumeration;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "mean_square_threshold",
    title: "SGD is mean-square stable iff C − ηD ⪰ 0",
    statement: "With independent batches, E‖x_t‖² stays bounded from every start exactly when the \
        map C − ηD is positive semi-definite on the symmetric matrices, where C(X) = HX + XH and \
        D(X) = (1 − p)HXH + p (1/n) Σ H_iXH_i.",
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    source: "Ma and Ying 2021; Mulayoff and Michaeli 2024 (their Theorem 3 states the threshold; C \
        here is twice theirs). The step from bounded to semi-definite is Krein and Rutman's \
        theorem: the map T of second moments is self-adjoint and keeps the semi-definite cone.",
    hypotheses: &[POSITIVE_LEARNING_RATE],
    reading: "The exact answer for the linearisation, in any dimension, the edge included. It \
        needs the curvature of every sample, not only a and s. Backwards in time (η < 0) it is \
        false.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::exactly("C − ηD")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: Check::Run(empirical),
};

fn empirical() -> Evidence {
    super::measured::by("regression", CLAIM.id)
}

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let criterion = posed.formula("C − ηD", |eta| {
                mean_square::verdict(&posed.model, eta, &posed.p)
            });
            equivalent(criterion, bounded_by_enumeration(posed))
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// Ascent (η < 0): the criterion holds, because its slack grows as η decreases, and the run diverges.
fn outside() -> Evidence {
    let ascent = |model| Instance::single(model, Exact::fraction(-1, 2));
    let [first, second, third] = counter_examples().map(|instance| instance.model.clone());
    let models = [first, second, third].map(|model| ascent(Quadratic::clone(&model)));
    examination::<Exact>().outside(&models)
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;
    use sgd_stability::model::Sampling;
    use sgd_stability::number::{Field, Verdict};

    use super::super::strategies::{
        changed, config, end_of, model, question, rates_around, rotation, sized, weight,
    };
    use super::*;

    fn verdict(model: &Quadratic, eta: &Exact, p: &Exact) -> Verdict {
        mean_square::verdict(model, eta, p)
    }

    fn padded(model: &Quadratic) -> Quadratic {
        let d = model.dimension();
        changed(model, |h| h.clone().resize(d + 1, d + 1, Exact::from(0)))
    }

    proptest! {
        #![proptest_config(config("proptest-regressions/mean_square_threshold.txt"))]

        /// Property 1: multiplying all curvatures by k divides the threshold by k.
        #[test]
        fn thresholds_scale_with_the_curvature(model in model(), p in weight(), k in 2i64..9) {
            let factor = Exact::from(k);
            let scaled = changed(&model, |h| h.map(|entry| entry * &factor));
            for eta in rates_around(&end_of(&model, &p)) {
                let there = verdict(&scaled, &(&eta / &factor), &p);
                prop_assert_eq!(verdict(&model, &eta, &p), there);
            }
        }

        /// Property 2: rotations and permutations of the samples change nothing.
        #[test]
        fn rotations_and_permutations_change_nothing(model in model(), p in weight()) {
            let turn = rotation(model.dimension());
            let rotated = changed(&model, |h| &turn * h * turn.transpose());
            let reversed = model.hessians().iter().rev().cloned().collect();
            let reversed = Quadratic::new(reversed).unwrap();
            for eta in rates_around(&end_of(&model, &p)) {
                let here = verdict(&model, &eta, &p);
                prop_assert_eq!(here, verdict(&rotated, &eta, &p));
                prop_assert_eq!(here, verdict(&reversed, &eta, &p));
            }
        }

        /// Property 3: using every sample twice is the same loss. At the same p nothing changes;
        /// without replacement at the same B the threshold can only decrease.
        #[test]
        fn duplicated_samples_change_nothing_at_the_same_weight(
            (model, sampling, batch) in question(model()),
        ) {
            let n = model.samples();
            let doubled = [model.hessians(), model.hessians()].concat();
            let doubled = Quadratic::new(doubled).unwrap();
            let p = sampling.weight(n, batch).unwrap();
            let noisier = sampling.weight(2 * n, batch).unwrap();
            prop_assert!(sampling == Sampling::WithoutReplacement || p == noisier);
            for eta in rates_around(&end_of(&model, &p)) {
                let here = verdict(&model, &eta, &p);
                prop_assert_eq!(here, verdict(&doubled, &eta, &p));
                prop_assert!(verdict(&doubled, &eta, &noisier).implies(here).holds());
            }
        }

        /// Property 11: adding flat directions changes nothing.
        #[test]
        fn flat_directions_change_nothing(model in model(), p in weight()) {
            let padded = padded(&model);
            for eta in rates_around(&end_of(&model, &p)) {
                prop_assert_eq!(verdict(&model, &eta, &p), verdict(&padded, &eta, &p));
            }
        }

        /// Property 12: blocks that share only the sample index can be decided separately.
        #[test]
        fn blocks_decide_one_by_one(a in sized(3, 1), b in sized(3, 2), p in weight()) {
            let pairs = a.hessians().iter().zip(b.hessians());
            let joined = |(a, b): (&DMatrix<Exact>, &DMatrix<Exact>)| {
                let mut block = b.clone().resize(3, 3, Exact::from(0));
                block[(2, 2)] = a[(0, 0)].clone();
                block
            };
            let both = Quadratic::new(pairs.map(joined).collect()).unwrap();
            for part in [&a, &b] {
                for eta in rates_around(&end_of(part, &p)) {
                    let each = verdict(&a, &eta, &p).and(verdict(&b, &eta, &p));
                    prop_assert_eq!(verdict(&both, &eta, &p), each);
                }
            }
        }

        /// Property 15: the verdict changes between the ends of the bracket.
        #[test]
        fn the_verdict_flips_between_the_ends(model in model(), p in weight()) {
            let end = end_of(&model, &p);
            prop_assert_eq!(verdict(&model, &end.lower, &p), Verdict::Holds);
            if !end.is_point() {
                prop_assert_eq!(verdict(&model, &end.upper, &p), Verdict::Fails);
            }
        }

        /// The verdict over intervals never contradicts the exact one, near the edge or far from it.
        #[test]
        fn intervals_never_contradict_the_exact_verdict(model in model(), p in weight()) {
            let enclosed = model.to::<Certified>();
            for eta in rates_around(&end_of(&model, &p)) {
                let (eta_in, p_in) = (Certified::from_exact(&eta), Certified::from_exact(&p));
                let certified = mean_square::verdict(&enclosed, &eta_in, &p_in);
                let exact = verdict(&model, &eta, &p);
                prop_assert!(certified == exact || certified == Verdict::Undecided);
            }
        }
    }
}
