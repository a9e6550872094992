//! # Mean-square stability needs a sharpness of at most 2/η
//!
//! **Statement.** If SGD with independent batches is mean-square stable then `λ_max(H) ≤ 2/η`.
//!
//! **Source.** Wu, Ma and E 2018, section 3. Proof: `‖E x_t‖² ≤ E‖x_t‖²`, and `E x_t` follows
//! gradient descent.
//!
//! **Hypotheses.** [`independent_batches`]: batches of different steps are independent.
//! [`mean_square_stable`]: the learning rate is stable in the sense of the sampling.
//!
//! **Reading.** SGD is never stable where gradient descent is not. With reshuffled epochs this is
//! false: curvatures 1 and 10 have mean 11/2, and at `η = 1` every epoch ends at the minimum.

use num_traits::One;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::gradient_descent;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field};

use super::examination::{
    Certified, Examination, at_most, end, independent_batches, mean_square_stable,
    squared_epoch_factor,
};
use super::family::{Instance, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "sharpness_bound_is_necessary",
    title: "Mean-square stability needs λ_max(H) ≤ 2/η",
    statement: "If SGD with independent batches is mean-square stable then λ_max(H) ≤ 2/η.",
    formula: || gradient_descent::latex() + r" \succeq 0",
    source: "Wu, Ma and E 2018, section 3. Proof: E x_t follows gradient descent, and ‖E x_t‖² ≤ E‖x_t‖².",
    hypotheses: &[
        "independent_batches: batches of different steps are independent",
        "mean_square_stable: η is mean-square stable",
    ],
    reading: "SGD is never stable where gradient descent is not. For reshuffled epochs it is false.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(instances())),
    outside: Check::Run(outside),
    certified: Check::Run(|| examination::<Certified>().of(instances())),
    empirical: super::SINGLE_TRAJECTORY,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| independent_batches(true).and(mean_square_stable(posed)),
        conclusion: |posed| gradient_descent::verdict(&posed.model, &posed.eta),
        margin: |instance| instance.headroom(end::gradient_descent),
    }
}

/// Reshuffled epochs (G5): a run contracts although the sharpness is above 2/η.
fn outside() -> Evidence {
    let mut evidence = Evidence::new();
    for eta in ["1", "9/10", "11/10"] {
        let instance = Instance::single(golden::stiff_pair(), eta.parse().expect("a fraction"));
        let factor = squared_epoch_factor(&instance.model, &instance.learning_rate);
        let broken = (!independent_batches(false)).and(at_most(&factor, &Exact::one()));
        let conclusion = gradient_descent::verdict(&instance.model, &instance.learning_rate);
        let margin = instance.headroom(end::gradient_descent);
        evidence.record(broken, conclusion, margin, || instance.describe());
    }
    evidence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, end_of, model, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/sharpness_bound_is_necessary.txt"))]

        /// At the end of mean-square stability gradient descent is stable still.
        #[test]
        fn the_end_of_stability_is_within_the_sharpness_bound(model in model(), p in weight()) {
            let end = end_of(&model, &p);
            prop_assert!(gradient_descent::verdict(&model, &end.lower).holds());
        }
    }
}
