//! The bound on the sharpness, checked wherever SGD is mean-square stable.

use sgd_stability::claim::family::{fraction, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Conjecture, Evidence, Examination, Guard, Instance,
    Link, MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{GRADIENT_DESCENT, MEAN_SQUARE, gradient_descent};
use sgd_stability::model::golden;
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "sharpness_bound_is_necessary",
    title: "Mean-square stability needs λ_max(H) ≤ 2/η",
    statement: "If SGD with independent batches is mean-square stable then λ_max(H) ≤ 2/η.",
    formula: || gradient_descent::latex() + r" \succeq 0",
    source: "Wu, Ma and E 2018, section 3. Proof: ‖E x_t‖² ≤ E‖x_t‖², and E x_t follows gradient \
        descent.",
    hypotheses: &[MEAN_SQUARE_STABLE],
    reading: "SGD with independent batches is never stable where gradient descent is not. For \
        reshuffled epochs it is false: curvatures 1 and 10 have mean 11/2, and at η = 1 every \
        epoch ends at the minimum.",
    chapter: Chapter::Paper,
    status: Status::Upheld,
    guards: &[Guard::necessary("2/η")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::SINGLE_TRAJECTORY,
};

/// The claim for `sgd-stability search`: the same examination, and the ends of its two sides.
pub const CONJECTURE: Conjecture = Conjecture::of(&[Link {
    examination,
    hypotheses: MEAN_SQUARE.critical,
    conclusion: GRADIENT_DESCENT.critical,
}]);

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("2/η", |eta| gradient_descent::verdict(&posed.model, eta))
        },
        margin: |instance| instance.headroom(GRADIENT_DESCENT),
    }
}

/// Unstable learning rates above 2/a, which is 4/11.
fn outside() -> Evidence {
    let beyond =
        ["0.3637", "9/10", "1"].map(|eta| Instance::single(golden::stiff_pair(), fraction(eta)));
    examination::<Exact>().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use num_traits::One;
    use proptest::prelude::*;

    use super::super::strategies::{config, end_of, model, squared_epoch_factor, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/sharpness_bound_is_necessary.txt"))]

        /// At the end of mean-square stability gradient descent is still stable.
        #[test]
        fn the_end_of_stability_is_within_the_sharpness_bound(model in model(), p in weight()) {
            let end = end_of(&model, &p);
            prop_assert!(gradient_descent::verdict(&model, &end.lower).holds());
        }
    }

    /// For reshuffled epochs the claim is false (G5): a run contracts although the sharpness is above
    /// 2/η.
    #[test]
    fn for_reshuffled_epochs_it_is_false() {
        for eta in ["1", "9/10"].map(fraction) {
            let model = golden::stiff_pair();
            assert!(squared_epoch_factor(&model, &eta) < Exact::one());
            assert!(gradient_descent::verdict(&model, &eta).fails());
        }
    }
}
