//! The criterion of gradient descent is compared with the growth of the step matrix.

use nalgebra::DMatrix;
use num_traits::One;
use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance, MINIMUM,
    POSITIVE_LEARNING_RATE, Status, equivalent,
};
use sgd_stability::criterion::{GRADIENT_DESCENT, gradient_descent};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::model::{Quadratic, Sampling};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "gradient_descent_threshold",
    title: "Gradient descent is stable iff the sharpness is at most 2/η",
    statement: "With H ⪰ 0 and η > 0, every run of x⁺ = (I − ηH)x stays bounded exactly when 2I − \
        ηH ⪰ 0, that is λ_max(H) ≤ 2/η.",
    formula: || gradient_descent::latex() + r" \succeq 0",
    source: "Classical (Polyak 1987, section 1.4); for networks Wu, Ma and E 2018 and Cohen et al. \
        2021. H is the Hessian itself, without a factor ½.",
    hypotheses: &[MINIMUM, POSITIVE_LEARNING_RATE],
    reading: "Sharper minima repel gradient descent. It speaks of the linearisation: on the edge \
        itself the loss beyond second order decides. At a saddle the criterion may hold and the \
        run escapes.",
    chapter: Chapter::Paper,
    status: Status::Upheld,
    guards: &[Guard::exactly("2/η")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: Check::Run(empirical),
};

fn empirical() -> Evidence {
    super::measured::by("restart", CLAIM.id)
}

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let criterion =
                posed.formula("2/η", |eta| gradient_descent::verdict(&posed.model, eta));
            equivalent(criterion, no_direction_grows(&posed.model, &posed.eta))
        },
        margin: |instance| instance.headroom(GRADIENT_DESCENT),
    }
}

/// Is `I − (I − ηH)² ⪰ 0`? The step matrix is symmetric, so its powers are bounded exactly when it
/// lengthens no vector.
fn no_direction_grows<T: Field>(model: &Quadratic<T>, eta: &T) -> Verdict {
    let identity = DMatrix::identity(model.dimension(), model.dimension());
    let step = &identity - model.hessian().clone().scaled(eta);
    positive_semidefinite(&(identity - step.squared()))
}

/// Saddles: the criterion holds and a run escapes along the direction of negative curvature.
fn outside() -> Evidence {
    let saddle = |entries: [i64; 2]| {
        let diagonal = nalgebra::DVector::from_vec(entries.map(Exact::from).to_vec());
        let model = Quadratic::symmetric(vec![DMatrix::from_diagonal(&diagonal)]);
        let model = model.expect("a diagonal matrix is symmetric");
        let instance = Instance::new(model, Sampling::WithReplacement, 1, Exact::one());
        instance.expect("a batch of one")
    };
    examination::<Exact>().outside(&[saddle([-1, 1]), saddle([-1, -1]), saddle([2, -1])])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::decide::critical;
    use sgd_stability::matrix::pencil;

    use super::super::strategies::{config, end_of, model, rates_around};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/gradient_descent_threshold.txt"))]

        /// Property 4: for p = 0 (the full batch), mean-square stability is the stability of gradient
        /// descent.
        #[test]
        fn the_full_batch_is_gradient_descent(model in model()) {
            let (zero, width) = (Exact::from(0), critical::default_width());
            let descent = critical::of(GRADIENT_DESCENT, &model, &zero, &width).unwrap();
            let end = end_of(&model, &zero);
            prop_assert!(end.lower <= descent.upper && descent.lower <= end.upper);
            for eta in rates_around(&end) {
                let exact = sgd_stability::criterion::mean_square::verdict(&model, &eta, &zero);
                prop_assert_eq!(exact, gradient_descent::verdict(&model, &eta));
            }
        }

        /// An independent check by nalgebra's eigenvalues.
        #[test]
        fn the_bracket_holds_two_over_the_largest_eigenvalue(model in model()) {
            let descent = critical::of(GRADIENT_DESCENT, &model, &Exact::from(0), &critical::default_width()).unwrap();
            let largest = pencil::largest_eigenvalue(&model.hessian().map(|x| x.to_f64())).unwrap();
            // The solver's relative error in three dimensions is a few units of 1e-16.
            prop_assert!((descent.to_f64() * largest / 2.0 - 1.0).abs() < 1e-11);
        }
    }
}
