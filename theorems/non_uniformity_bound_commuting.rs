//! # For commuting samples Theorem 1 is exact, and the non-uniformity bound necessary
//!
//! **Statement.** If all H_i commute and η > 0, SGD is mean-square stable exactly when 2H − η(H² +
//! pΣ) ⪰ 0, and then I − η²pΣ ⪰ 0.
//!
//! **Source.** Ours (one eigenbasis turns SGD into independent one-dimensional runs, for which Wu,
//! Ma and E 2018 have it). The mixed second moments are dominated, by Cauchy and Schwarz.
//!
//! **Hypotheses.** `commuting`: H_iH_j = H_jH_i for all samples. `positive_learning_rate`: η > 0.
//! `mean_square_stable`: for the bound, SGD is mean-square stable at η.
//!
//! **Reading.** Diagonal models are one-dimensional runs side by side, for which the theory of Wu,
//! Ma and E is exact. Without commutation either half may fail (G1, G2, G3).

use sgd_stability::claim::{Check, Claim, Evidence, Part, Status, Version};
use sgd_stability::criterion::{mean_square, non_uniformity, one_step};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{
    Certified, Examination, Posed, end, equivalent, mean_square_stable, positive_learning_rate,
    tally,
};
use super::family::{counter_examples, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "non_uniformity_bound_commuting",
    title: "For commuting samples Theorem 1 is exact",
    statement: "If all H_i commute and η > 0, SGD is mean-square stable exactly when 2H − η(H² + pΣ) ⪰ 0, and then I − η²pΣ ⪰ 0.",
    formula: || one_step::latex() + r" \succeq 0",
    source: "Ours, from the one-dimensional case of Wu, Ma and E 2018 in a common eigenbasis.",
    hypotheses: &[
        "commuting: H_iH_j = H_jH_i for all samples",
        "positive_learning_rate: η > 0",
        "mean_square_stable: for the bound, SGD is mean-square stable at η",
    ],
    reading: "Diagonal models are one-dimensional runs side by side, for which the theory of Wu, Ma and E is exact. Without commutation either half may fail (G1, G2, G3).",
    status: Status::Upheld,
    parts: &[Part::exactly("Theorem 1"), Part::necessary("1/(η√p)")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The equivalence, and then the bound wherever SGD is stable.
fn evidence<T: Field>(version: Version) -> Evidence {
    let (exactness, bound) = (exactness::<T>(), bound::<T>());
    let both = exactness.findings(instances(), version);
    tally(version, both.chain(bound.findings(instances(), version)))
}

fn exactness<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| positive_learning_rate(posed).and(commuting(posed)),
        conclusion: |posed| {
            let stable = mean_square::verdict(&posed.model, &posed.eta, &posed.p);
            let contracts = posed.formula("Theorem 1", |eta| {
                one_step::verdict(&posed.model, eta, &posed.p)
            });
            equivalent(stable, contracts)
        },
        margin: |instance| instance.headroom(end::one_step),
    }
}

fn bound<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| commuting(posed).and(mean_square_stable(posed)),
        conclusion: |posed| {
            posed.formula("1/(η√p)", |eta| {
                non_uniformity::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(end::non_uniformity),
    }
}

/// Do all `H_i` commute? Asked over ℚ, where it is decided.
fn commuting<T: Field>(posed: &Posed<T>) -> Verdict {
    posed.instance.model.commutes().into()
}

/// Samples that do not commute: stable where Theorem 1 fails.
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

        /// Property 10: on the edge and beside it Theorem 1 gives the exact answer.
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
