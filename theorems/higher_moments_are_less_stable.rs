//! Stability of the lower moments, checked wherever a higher one is stable.

use nalgebra::DMatrix;
use sgd_stability::claim::family::{fraction, one_dimensional_models};
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance, Status,
    Version, headroom, tally,
};
use sgd_stability::criterion::even_moment;
use sgd_stability::model::{Model, Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::fourth_moment::fourth_moment_edges;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "higher_moments_are_less_stable",
    title: "A stable fourth moment implies a stable second one",
    statement: "If E‖x_t‖⁴ stays bounded then E‖x_t‖² does. In one dimension: if E|x_t|^k stays \
        bounded then E|x_t|^j does for every j from 1 to k.",
    formula: || even_moment::latex() + r" \succeq 0",
    source: "Lyapunov's inequality.",
    hypotheses: &[Hypothesis::by_the_check(
        "stable: the higher moment is stable at η",
    )],
    reading: "The more weight on rare excursions, the fewer stable learning rates. The converse is \
        false: the toy at x = 1 has L⁴ up to 0.5479 and L² up to 100/181 = 0.5525.",
    chapter: Chapter::Moments,
    status: Status::Upheld,
    guards: &[Guard::necessary("second"), Guard::necessary("lower")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Learning rates in one dimension: at the ends for several orders, and on both sides of them.
const RATES: [&str; 8] = [
    "-1", "1/10", "22/101", "1/2", "0.5479", "100/181", "5/9", "1",
];

/// The highest order in one dimension.
const HIGHEST: usize = 6;

fn evidence<T: Field>(version: Version) -> Evidence {
    let fourth = fourth_moment_edges().map(|(question, end)| examine::<T>(question, end, version));
    let lines = one_dimensional_models();
    let orders = lines.iter().flat_map(|model| {
        let at = |eta| (2..=HIGHEST).map(move |order| in_line::<T>(model, eta, order, version));
        RATES.into_iter().flat_map(at).collect::<Vec<_>>()
    });
    tally(version, fourth.chain(orders))
}

/// Stability of the fourth moment implies stability of the second.
fn examine<T: Field>(question: &Instance, end: &Exact, version: Version) -> Examined {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let batches = question.batches();
    let stable = |eta: &T, order| even_moment::verdict(&model, &batches, eta, order);
    Examined {
        hypotheses: stable(&eta, 4),
        conclusion: version.formula("second", &eta, |eta| stable(eta, 2)),
        distance: headroom(&question.learning_rate, end),
        case: question.describe(),
    }
}

/// In one dimension with batches of one: stability of this order implies stability of all lower orders.
fn in_line<T: Field>(model: &Quadratic, eta: &str, order: usize, version: Version) -> Examined {
    let curvature = |h: &DMatrix<Exact>| T::from_exact(&h[(0, 0)]);
    let curvatures: Vec<T> = model.hessians().iter().map(curvature).collect();
    let stable = |eta: &T, order| {
        let slack = even_moment::one_dimensional_slack(&curvatures, eta, order);
        Verdict::non_negative(slack.and_then(|slack| slack.sign()))
    };
    let lower = |eta: &T| {
        let verdicts = (1..order).map(|order| stable(eta, order));
        verdicts.fold(Verdict::Holds, Verdict::and)
    };
    let rate = fraction(eta);
    let scalar = T::from_exact(&rate);
    Examined {
        hypotheses: stable(&scalar, order),
        conclusion: version.formula("lower", &scalar, lower),
        distance: headroom(&rate, &Exact::from(1)),
        case: format!(
            "{}, η = {eta}, k = {order}",
            Model::Quadratic(model.clone())
        ),
    }
}

/// Instances where neither moment is stable.
fn outside() -> Evidence {
    let models = [
        (golden::three_inputs(), "1.3"),
        (golden::toy_edge(), "5/9"),
        (golden::stiff_pair(), "1/2"),
    ];
    let cases = models.map(|(model, eta)| {
        let question = Instance::single(model, fraction(eta));
        examine::<Exact>(&question, &question.learning_rate, Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::criterion::{almost_sure, mean_square};

    use super::super::strategies::{config, end_of, question, rates_around, rational, sized};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/higher_moments_are_less_stable.txt"))]

        /// Property 17 in one dimension: stability in `L^k` implies stability in `L^j` for `j < k`, and
        /// almost sure stability.
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

        /// Property 17 in the plane: bounded fourth moments imply bounded second moments, from beyond
        /// the end of mean-square stability downwards.
        #[test]
        fn in_the_plane_the_fourth_moment_is_the_less_stable(
            (model, sampling, batch) in question(sized(1..=3, 2)),
        ) {
            let p = sampling.weight(model.samples(), batch).unwrap();
            let end = end_of(&model, &p);
            let batches = sampling.batches(model.samples(), batch);
            for eta in rates_around(&end) {
                let fourth = even_moment::verdict(&*model, &batches, &eta, 4);
                let second = even_moment::verdict(&*model, &batches, &eta, 2);
                prop_assert!(!fourth.holds() || second.holds(), "{eta}");
                prop_assert_eq!(second.holds(), mean_square::verdict(&model, &eta, &p).holds());
            }
        }
    }
}
