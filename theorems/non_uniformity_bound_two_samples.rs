//! # For two samples mean-square stability needs s ≤ 1/(η√p)
//!
//! **Statement.** With `n = 2` and any dimension: mean-square stable implies `I − η²pΣ ⪰ 0`.
//!
//! **Source.** Ours. `Σ = N²` with `N = (H₁ − H₂)/2`; for an eigenvector `v` of `N` with eigenvalue
//! `λ` the Rayleigh quotient of the second-moment map at `vvᵀ` is at least `η²pλ²`.
//!
//! **Hypotheses.** `two_samples`: n = 2. `mean_square_stable`: η > 0 and SGD is mean-square stable
//! at η.
//!
//! **Reading.** The bound of Wu, Ma and E is true for their two-sample examples. From three
//! samples on it is false.

use sgd_stability::claim::{Check, Claim, Evidence, Part, Status};
use sgd_stability::criterion::non_uniformity;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Examination, Posed, end, mean_square_stable};
use super::family::{counter_examples, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "non_uniformity_bound_two_samples",
    title: "For two samples mean-square stability needs s ≤ 1/(η√p)",
    statement: "With two samples, mean-square stable implies I − η²pΣ ⪰ 0 in any dimension.",
    formula: || non_uniformity::latex() + r" \succeq 0",
    source: "Ours: Σ = N² with N = (H₁ − H₂)/2, and a Rayleigh quotient at an eigenvector of N.",
    hypotheses: &[
        "two_samples: n = 2",
        "mean_square_stable: η > 0 and SGD is mean-square stable at η",
    ],
    reading: "The bound of Wu, Ma and E is true for two samples; from three on it is false.",
    status: Status::Upheld,
    parts: &[Part::necessary("1/(η√p)")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| two_samples(posed).and(mean_square_stable(posed)),
        conclusion: |posed| {
            posed.formula("1/(η√p)", |eta| {
                non_uniformity::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(end::non_uniformity),
    }
}

/// `n = 2`.
fn two_samples<T: Field>(posed: &Posed<T>) -> Verdict {
    (posed.model.samples() == 2).into()
}

/// Three samples, mean-square stable, and the bound fails: G1 and G3.
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
