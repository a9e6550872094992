//! The claims, one file each, named by what it says. They use the library's public API only.
//!
//! An instance on which a claim is examined is a model, a batch size, a sampling scheme and a
//! learning rate ([`family`]); the learning rates stand exactly on the edges of the criteria, or
//! on either side of them.

#![forbid(unsafe_code)]

use sgd_stability::claim::{Check, Claim};

mod examination;
mod family;
mod measured;
#[cfg(test)]
mod strategies;

mod directional_bound_is_necessary;
mod gradient_descent_threshold;
mod larger_batches_are_stabler;
mod mean_square_threshold;
mod more_curvature_is_less_stable;
mod non_uniformity_bound_commuting;
mod non_uniformity_bound_is_necessary;
mod non_uniformity_bound_two_samples;
mod one_dimensional_sgd;
mod one_step_contraction;
mod sandwich;
mod sharpness_bound_is_necessary;
mod theorem_one_is_necessary;
mod threshold_interval;
mod toy_escape;

/// Every claim, in reading order.
pub const ROLL: &[Claim] = &[
    gradient_descent_threshold::CLAIM,
    one_dimensional_sgd::CLAIM,
    toy_escape::CLAIM,
    mean_square_threshold::CLAIM,
    threshold_interval::CLAIM,
    one_step_contraction::CLAIM,
    theorem_one_is_necessary::CLAIM,
    sharpness_bound_is_necessary::CLAIM,
    non_uniformity_bound_is_necessary::CLAIM,
    non_uniformity_bound_two_samples::CLAIM,
    non_uniformity_bound_commuting::CLAIM,
    directional_bound_is_necessary::CLAIM,
    sandwich::CLAIM,
    larger_batches_are_stabler::CLAIM,
    more_curvature_is_less_stable::CLAIM,
];

/// The empirical check of a claim that speaks of every model, or of more than can be measured.
const UNMEASURED: Check =
    Check::Without("a network gives one a and one s, not the H_i that the claim speaks of");

/// The empirical check of a claim about the mean square at a minimum of a network.
const SINGLE_TRAJECTORY: Check = Check::Without(
    "one run shows where SGD stays almost surely, which is less than in mean square; \
     the experiments sgd and sampling set both side by side",
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sgd_stability::experiment::studies;

    use super::*;

    #[test]
    fn every_claim_has_all_its_parts() {
        for claim in ROLL {
            let parts = [
                claim.id,
                claim.title,
                claim.statement,
                claim.source,
                claim.reading,
            ];
            assert!(
                parts.iter().all(|part| !part.trim().is_empty()),
                "{}",
                claim.id
            );
            assert!(!claim.hypotheses.is_empty(), "{}", claim.id);
            assert!(!(claim.formula)().is_empty(), "{}", claim.id);
            for check in [claim.exact, claim.outside, claim.certified, claim.empirical] {
                if let Check::Without(reason) = check {
                    assert!(!reason.is_empty(), "{}", claim.id);
                }
            }
        }
        let ids: BTreeSet<&str> = ROLL.iter().map(|claim| claim.id).collect();
        assert_eq!(ids.len(), ROLL.len(), "two claims have the same id");
    }

    #[test]
    fn every_finding_is_about_a_claim_on_the_roll() {
        for study in studies() {
            for finding in measured::record(&study).findings {
                let id = &finding.claim;
                assert!(
                    id.is_empty() || ROLL.iter().any(|claim| claim.id == id),
                    "{id}"
                );
            }
        }
    }

    #[test]
    fn every_claim_comes_out_as_its_status_says() {
        for claim in ROLL {
            let findings = claim.check();
            assert!(findings.as_stated, "{}: {findings:#?}", claim.id);
        }
    }
}
