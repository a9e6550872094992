//! The bound on s for two samples; three samples may violate it.

use sgd_stability::claim::family::{counter_examples, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Conjecture, Evidence, Examination, Guard,
    Hypothesis, Link, MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, NON_UNIFORMITY, non_uniformity};
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "non_uniformity_bound_two_samples",
    title: "For two samples mean-square stability needs s ≤ 1/(η√p)",
    statement: "With two samples in any dimension, mean-square stability implies I − η²pΣ ⪰ 0.",
    formula: || non_uniformity::latex() + r" \succeq 0",
    source: "Ours: Σ = N² with N = (H₁ − H₂)/2; for an eigenvector v of N with eigenvalue λ the \
        Rayleigh quotient of the second-moment map at vvᵀ is at least η²pλ².",
    hypotheses: &[
        Hypothesis::decided("two_samples: n = 2", |asked| {
            (asked.model.samples() == 2).into()
        }),
        MEAN_SQUARE_STABLE,
    ],
    reading: "The bound of Wu, Ma and E is true for two samples, as in their examples; from three \
        samples on it is false.",
    chapter: Chapter::Paper,
    status: Status::Upheld,
    guards: &[Guard::necessary("1/(η√p)")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

/// The claim for `sgd-stability search`: the same examination, and the ends of its two sides.
pub const CONJECTURE: Conjecture = Conjecture::of(&[Link {
    examination,
    hypotheses: |model, p| {
        if model.samples() == 2 {
            (MEAN_SQUARE.critical)(model, p)
        } else {
            0.0
        }
    },
    conclusion: NON_UNIFORMITY.critical,
}]);

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("1/(η√p)", |eta| {
                non_uniformity::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(NON_UNIFORMITY),
    }
}

/// Three samples for which SGD is mean-square stable and the bound fails: G1 and G3.
fn outside() -> Evidence {
    let [g1, _, g3] = counter_examples();
    examination::<Exact>().outside(&[g1, g3])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, end_of, sized, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/non_uniformity_bound_two_samples.txt"))]

        /// Property 14: η*² p s² ≤ 1 for two samples.
        #[test]
        fn the_end_of_stability_is_within_the_bound(
            model in (1usize..=3).prop_flat_map(|d| sized(2, d)),
            p in weight(),
        ) {
            let end = end_of(&model, &p);
            prop_assert!(non_uniformity::verdict(&model, &end.lower, &p).holds());
        }
    }
}
