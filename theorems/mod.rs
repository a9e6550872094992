//! The claims, one per file; each file is named by what its claim says. They use only the library's
//! public API.
//!
//! A file starts with its [`Claim`]: title, statement, source, hypotheses, reading and checks. The
//! functions that the checks run and the property tests follow. Most claims are examined on instances
//! of [`sgd_stability::claim::family`]: a model, a batch size, a sampling scheme, and a learning rate
//! that is exactly on the edge of a criterion or on either side of it.

#![forbid(unsafe_code)]

use sgd_stability::claim::{Check, Claim};

mod directions;
mod enumeration;
mod fourth_moment;
mod measured;
mod momentum;
mod points;
mod searches;
#[cfg(test)]
mod strategies;

mod alignment_bound_is_necessary;
mod almost_sure_by_words;
mod almost_sure_implies_mean_square;
mod batch_sharpness_decides_the_batch_loss;
mod bernoulli_threshold;
mod catapult;
mod chebyshev_orbit;
mod coherence_bound_is_necessary;
mod cyclic_is_no_less_stable;
mod directional_bound_is_necessary;
mod even_moment_bound_is_necessary;
mod even_moment_threshold;
mod fourth_moment_threshold_interval;
mod gradient_descent_threshold;
mod heavy_ball_sgd_one_dimension;
mod heavy_ball_threshold;
mod higher_moments_are_less_stable;
mod interaction_decides_the_loss;
mod larger_batches_are_stabler;
mod loss_non_expansion;
mod mean_square_implies_almost_sure;
mod mean_square_threshold;
mod mixed_full_and_single_steps;
mod momentum_narrows_non_uniformity;
mod more_curvature_is_less_stable;
mod nesterov_sgd_one_dimension;
mod nesterov_threshold;
mod non_uniformity_bound_commuting;
mod non_uniformity_bound_is_necessary;
mod non_uniformity_bound_two_samples;
mod one_dimensional_sgd;
mod one_step_contraction;
mod period_two_after_the_edge;
mod preconditioned_threshold;
mod product_net_sharpness;
mod quadratic_regression_step;
mod reshuffling_contracts_no_less;
mod reshuffling_is_no_less_stable;
mod reshuffling_one_dimension;
mod reshuffling_threshold_interval;
mod reshuffling_two_samples;
mod residuals_decide_like_parameters;
mod sandwich;
mod self_stabilisation_cycle;
mod sharpness_bound_is_necessary;
mod spectrally_expressible_threshold;
mod stationary_covariance;
mod theorem_one_is_necessary;
mod threshold_interval;
mod toy_escape;
mod trace_bound_is_necessary;
mod two_factor_net;

pub use searches::{SEARCHES, Search};

/// Every claim, in reading order.
pub const ROLL: &[Claim] = &[
    gradient_descent_threshold::CLAIM,
    preconditioned_threshold::CLAIM,
    heavy_ball_threshold::CLAIM,
    nesterov_threshold::CLAIM,
    one_dimensional_sgd::CLAIM,
    toy_escape::CLAIM,
    mean_square_threshold::CLAIM,
    threshold_interval::CLAIM,
    one_step_contraction::CLAIM,
    theorem_one_is_necessary::CLAIM,
    loss_non_expansion::CLAIM,
    interaction_decides_the_loss::CLAIM,
    batch_sharpness_decides_the_batch_loss::CLAIM,
    sharpness_bound_is_necessary::CLAIM,
    non_uniformity_bound_is_necessary::CLAIM,
    non_uniformity_bound_two_samples::CLAIM,
    non_uniformity_bound_commuting::CLAIM,
    directional_bound_is_necessary::CLAIM,
    trace_bound_is_necessary::CLAIM,
    alignment_bound_is_necessary::CLAIM,
    sandwich::CLAIM,
    larger_batches_are_stabler::CLAIM,
    more_curvature_is_less_stable::CLAIM,
    mixed_full_and_single_steps::CLAIM,
    bernoulli_threshold::CLAIM,
    coherence_bound_is_necessary::CLAIM,
    residuals_decide_like_parameters::CLAIM,
    spectrally_expressible_threshold::CLAIM,
    heavy_ball_sgd_one_dimension::CLAIM,
    nesterov_sgd_one_dimension::CLAIM,
    momentum_narrows_non_uniformity::CLAIM,
    even_moment_threshold::CLAIM,
    even_moment_bound_is_necessary::CLAIM,
    higher_moments_are_less_stable::CLAIM,
    fourth_moment_threshold_interval::CLAIM,
    mean_square_implies_almost_sure::CLAIM,
    almost_sure_implies_mean_square::CLAIM,
    almost_sure_by_words::CLAIM,
    reshuffling_one_dimension::CLAIM,
    reshuffling_threshold_interval::CLAIM,
    reshuffling_two_samples::CLAIM,
    reshuffling_contracts_no_less::CLAIM,
    reshuffling_is_no_less_stable::CLAIM,
    cyclic_is_no_less_stable::CLAIM,
    stationary_covariance::CLAIM,
    catapult::CLAIM,
    chebyshev_orbit::CLAIM,
    two_factor_net::CLAIM,
    product_net_sharpness::CLAIM,
    quadratic_regression_step::CLAIM,
    self_stabilisation_cycle::CLAIM,
    period_two_after_the_edge::CLAIM,
];

/// The empirical check of a claim about all models, or about more than can be measured.
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
            let formula = (claim.formula)();
            let relations = ["=", "<", ">", r"\le ", r"\ge ", r"\succ"];
            let relates = relations.iter().any(|relation| formula.contains(relation));
            assert!(relates, "{}: {formula} has no relation sign", claim.id);
            let reasons = [
                claim.exact.without(),
                claim.outside.without(),
                claim.certified.without(),
                claim.empirical.without(),
            ];
            let empty = |reason: &str| reason.is_empty();
            assert!(!reasons.into_iter().flatten().any(empty), "{}", claim.id);
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

    /// A test of the checks: run on deliberately wrong versions of a statement (or, for a refuted
    /// claim, on repaired ones), they must give the opposite result.
    #[test]
    fn every_check_tells_the_claim_from_its_opposites() {
        for claim in ROLL {
            assert!(!claim.guards.is_empty(), "{}", claim.id);
            for guard in claim.guards {
                assert!(
                    !guard.opposites.is_empty(),
                    "{}: {}",
                    claim.id,
                    guard.formula
                );
            }
        }
        let unnoticed = ROLL.iter().map(|claim| (claim.id, claim.unnoticed()));
        let unnoticed: Vec<_> = unnoticed
            .filter(|(_, versions)| !versions.is_empty())
            .collect();
        assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    }

    #[test]
    fn every_claim_comes_out_as_its_status_says() {
        for claim in ROLL {
            let findings = claim.check();
            assert!(findings.as_stated, "{}: {findings:#?}", claim.id);
        }
    }
}
