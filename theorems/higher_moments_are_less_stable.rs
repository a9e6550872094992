//! # A stable fourth moment implies a stable second one
//!
//! **Statement.** If E‖x_t‖⁴ stays bounded then E‖x_t‖² does. In one dimension: if E|x_t|^k
//! stays bounded then E|x_t|^j does for every j ≤ k.
//!
//! **Source.** Lyapunov's inequality.
//!
//! **Hypotheses.** `fourth_moment_stable`: the fourth moment is stable at η.
//!
//! **Reading.** The more weight on rare excursions, the fewer stable learning rates. The
//! converse is false: the toy at x = 1 has L⁴ up to 0.5479 and L² up to 100/181 = 0.5525.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::{even_moment, mean_square};
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field};

use super::examination::{Certified, Finding, headroom, tally};
use super::family::{Instance, fourth_moment_edges, fraction};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "higher_moments_are_less_stable",
    title: "A stable fourth moment implies a stable second one",
    statement: "If E‖x_t‖⁴ stays bounded then E‖x_t‖² does. In one dimension: if E|x_t|^k stays bounded then E|x_t|^j does for every j ≤ k.",
    formula: even_moment::latex,
    source: "Lyapunov's inequality.",
    hypotheses: &["fourth_moment_stable: the fourth moment is stable at η"],
    reading: "The more weight on rare excursions, the fewer stable learning rates. The converse is false: the toy at x = 1 has L⁴ up to 0.5479 and L² up to 100/181 = 0.5525.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

fn evidence<T: Field>() -> Evidence {
    tally(
        fourth_moment_edges()
            .iter()
            .map(|(question, end)| finding::<T>(question, end)),
    )
}

fn finding<T: Field>(question: &Instance, end: &Exact) -> Finding {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let batches = (question.sampling, question.batch);
    Finding {
        hypotheses: even_moment::verdict(&model, batches, &eta, 4),
        conclusion: mean_square::verdict(&model, &eta, &T::from_exact(&question.weight)),
        distance: headroom(&question.learning_rate, end),
        case: question.describe(),
    }
}

/// Neither moment is stable.
fn outside() -> Evidence {
    let models = [
        (golden::three_inputs(), "1.3"),
        (golden::toy_edge(), "5/9"),
        (golden::stiff_pair(), "1/2"),
    ];
    tally(models.map(|(model, eta)| {
        let question = Instance::single(model, fraction(eta));
        let found = finding::<Exact>(&question, &question.learning_rate);
        found.beyond()
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::criterion::{almost_sure, mean_square};

    use super::super::strategies::{config, end_of, question, rates_around, rational, sized};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/higher_moments_are_less_stable.txt"))]

        /// Property 17, one dimension: stable in `L^k` implies stable in `L^j` for `j < k`, and almost
        /// surely.
        #[test]
        fn in_one_dimension_moments_stand_in_order(
            curvatures in proptest::collection::vec(rational(), 1..=4),
            eta in rational(),
        ) {
            let curvatures: Vec<Exact> = curvatures.iter().map(Field::square).collect();
            let eta = eta.square();
            let stable = |order| {
                even_moment::one_dimensional_slack(&curvatures, &eta, order).unwrap() >= Exact::from(0)
            };
            for order in 2..=6 {
                prop_assert!(!stable(order) || stable(order - 1));
            }
            let surely = almost_sure::one_dimensional_verdict(&curvatures, &eta).holds();
            prop_assert!(!stable(1) || surely);
        }

        /// Property 17, the plane: bounded fourth moments imply bounded second ones, from beyond the end
        /// of mean-square stability down.
        #[test]
        fn in_the_plane_the_fourth_moment_is_the_less_stable(
            (model, sampling, batch) in question(sized(1..=3, 2)),
        ) {
            let p = sampling.weight(model.samples(), batch).unwrap();
            let end = end_of(&model, &p);
            for eta in rates_around(&end) {
                let fourth = even_moment::verdict(&*model, (sampling, batch), &eta, 4);
                let second = even_moment::verdict(&*model, (sampling, batch), &eta, 2);
                prop_assert!(!fourth.holds() || second.holds(), "{eta}");
                prop_assert_eq!(second.holds(), mean_square::verdict(&model, &eta, &p).holds());
            }
        }
    }
}
