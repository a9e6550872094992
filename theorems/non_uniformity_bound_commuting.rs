//! Theorem 1 and the bound on s for samples with a common eigenbasis.

use sgd_stability::claim::family::{counter_examples, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Hypothesis,
    MEAN_SQUARE_STABLE, POSITIVE_LEARNING_RATE, Status, Version, equivalent, tally,
};
use sgd_stability::criterion::{NON_UNIFORMITY, ONE_STEP, mean_square, non_uniformity, one_step};
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "non_uniformity_bound_commuting",
    title: "For commuting samples Theorem 1 is exact, and the non-uniformity bound necessary",
    statement: "If all H_i commute and η > 0, SGD is mean-square stable exactly when 2H − η(H² + \
        pΣ) ⪰ 0, and then I − η²pΣ ⪰ 0.",
    formula: || one_step::latex() + r" \succeq 0",
    source: "Ours: one eigenbasis turns SGD into independent one-dimensional runs, for which Wu, \
        Ma and E 2018 have it; the mixed second moments are dominated, by Cauchy and Schwarz.",
    hypotheses: &[
        Hypothesis::decided("commuting: H_iH_j = H_jH_i for all samples", |asked| {
            asked.model.commutes().into()
        }),
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check(
            "mean_square_stable: for the bound, SGD is mean-square stable at η",
        ),
    ],
    reading: "Diagonal models are one-dimensional runs side by side, for which the theory of Wu, \
        Ma and E is exact. Without commutation either half may fail (G1, G2, G3).",
    chapter: Chapter::Paper,
    status: Status::Upheld,
    guards: &[Guard::exactly("Theorem 1"), Guard::necessary("1/(η√p)")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Checks the equivalence, and then the bound wherever SGD is stable.
fn evidence<T: Checked>(version: Version) -> Evidence {
    let (exactness, bound) = (exactness::<T>(), bound::<T>());
    let both = exactness.cases(instances(), version);
    tally(version, both.chain(bound.cases(instances(), version)))
}

fn exactness<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let stable = mean_square::verdict(&posed.model, &posed.eta, &posed.p);
            let contracts = posed.formula("Theorem 1", |eta| {
                one_step::verdict(&posed.model, eta, &posed.p)
            });
            equivalent(stable, contracts)
        },
        margin: |instance| instance.headroom(ONE_STEP),
    }
}

fn bound<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let stable = posed.meets(&[MEAN_SQUARE_STABLE]);
            posed.meets(CLAIM.hypotheses).and(stable)
        },
        conclusion: |posed| {
            posed.formula("1/(η√p)", |eta| {
                non_uniformity::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(NON_UNIFORMITY),
    }
}

/// Samples that do not commute, for which SGD is stable where Theorem 1 fails.
fn outside() -> Evidence {
    exactness::<Exact>().outside(&counter_examples())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{
        commuting as commuting_model, config, end_of, rates_around, weight,
    };
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/non_uniformity_bound_commuting.txt"))]

        /// Property 10: on the edge and beside it, Theorem 1 gives the exact answer.
        #[test]
        fn theorem_one_is_exact(model in commuting_model(), p in weight()) {
            prop_assert!(model.commutes());
            for eta in rates_around(&end_of(&model, &p)) {
                let stable = mean_square::verdict(&model, &eta, &p);
                prop_assert_eq!(stable, one_step::verdict(&model, &eta, &p));
                let bounded = non_uniformity::verdict(&model, &eta, &p);
                prop_assert!(stable.implies(bounded).holds());
            }
        }
    }
}
