//! The criterion is compared with the map of the second moments of position and velocity.

use sgd_stability::claim::family::{fraction, rates_at};
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Instance, ONE_DIMENSIONAL,
    POSITIVE_LEARNING_RATE, Status, Version, equivalent, headroom, tally,
};
use sgd_stability::criterion::heavy_ball;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::momentum::momenta;
use super::momentum::{DAMPED, batch_hessians, moments, unusual_questions, usual_questions};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "heavy_ball_sgd_one_dimension",
    title: "In one dimension SGD with heavy ball converges iff η((1 − β)a² + (1 + β)ps²) < 2(1 − \
        β²)a",
    statement: "In one dimension with independent batches, η > 0 and |β| < 1, E x_t² converges to \
        zero from every start exactly when η((1 − β)a² + (1 + β)ps²) < 2(1 − β²)a.",
    formula: || heavy_ball::latex() + r" > 0",
    source: "Ours, from the 3 × 3 map of (E x², E xx⁻, E x⁻²). Its two limits are the plateaus 2(1 \
        + β)/η and 2(1 − β)/η of Andreyev et al. 2026.",
    hypotheses: &[DAMPED.stated, POSITIVE_LEARNING_RATE, ONE_DIMENSIONAL],
    reading: "With β > 0: without noise momentum helps, with much noise it hurts. In several \
        dimensions the test of Stein decides; for commuting samples it is this, coordinate by \
        coordinate.",
    chapter: Chapter::Momentum,
    status: Status::Upheld,
    guards: &[Guard::exactly("edge")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// All models, batches and schemes at the ends of the criterion and beside them, and instances that
/// violate a hypothesis.
fn evidence<T: Field>(version: Version) -> Evidence {
    let momenta: Vec<Exact> = momenta().into_iter().chain([fraction("3/2")]).collect();
    let (usual, unusual) = (usual_questions(), unusual_questions());
    let edges = usual.iter().flat_map(|question| {
        momenta.iter().flat_map(move |beta| {
            let (a, s2) = moments(&question.model);
            let end = heavy_ball::critical(&a, &s2, &question.weight, beta);
            rates_at(&end).map(|eta| examine::<T>(&question.at(eta), &end, beta, version))
        })
    });
    let one = Exact::from(1);
    let others = unusual.iter().flat_map(|question| {
        let ask = |beta| examine::<T>(question, &one, beta, version);
        momenta.iter().map(ask).collect::<Vec<_>>()
    });
    tally(version, edges.chain(others))
}

/// Is the criterion, taken strictly, equivalent to convergence of the mean square?
fn examine<T: Field>(question: &Instance, end: &Exact, beta: &Exact, version: Version) -> Examined {
    let scalar = |x: &Exact| T::from_exact(x);
    let (a, s2) = moments(&question.model);
    let (a, s2, p) = (scalar(&a), scalar(&s2), scalar(&question.weight));
    let (eta, tbeta) = (scalar(&question.learning_rate), scalar(beta));
    let criterion = version.formula("edge", &eta, |eta| {
        Verdict::positive(heavy_ball::slack(&a, &s2, eta, &p, &tbeta).sign())
    });
    let converges = heavy_ball::mean_square_converges(&batch_hessians(question), &eta, &tbeta);
    Examined {
        hypotheses: (DAMPED.holds)(beta).and(question.meets(CLAIM.hypotheses)),
        conclusion: equivalent(criterion, converges),
        distance: headroom(&question.learning_rate, end),
        case: format!("{} β = {beta}", question.describe()),
    }
}

/// Instances where the criterion holds although the run diverges: a momentum above 1, ascent (η < 0),
/// and two dimensions of which the criterion sees only one.
fn outside() -> Evidence {
    let model = Quadratic::one_dimensional(&[Exact::from(2)]).expect("a curvature above 0");
    let questions = [
        (model.clone(), "4", "2"),
        (model, "-1", "1/2"),
        (golden::three_inputs(), "1.3", "0"),
    ];
    let cases = questions.map(|(model, eta, beta)| {
        let question = Instance::single(model, fraction(eta));
        let end = &question.learning_rate;
        examine::<Exact>(&question, end, &fraction(beta), Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::criterion::one_dimension;
    use sgd_stability::matrix::bracket;

    use super::super::strategies::{commuting, config, question, sized};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/heavy_ball_sgd_one_dimension.txt"))]

        /// Property 20: without momentum the formula is that of SGD, and without noise that of gradient
        /// descent. At the end and beside it, its verdict is that of Stein's test.
        #[test]
        fn the_formula_has_its_limits_and_is_the_test_of_stein(
            (model, sampling, batch) in question(sized(1..=4, 1)),
            beta in -8i64..=8,
        ) {
            let beta = Exact::fraction(beta, 9);
            let zero = Exact::from(0);
            let (a, s2) = moments(&model);
            let p = sampling.weight(model.samples(), batch).unwrap();
            let plain = one_dimension::critical(a.clone(), s2.clone(), &p);
            prop_assert_eq!(heavy_ball::critical(&a, &s2, &p, &zero), plain);
            let descent = Exact::from(2) * (Exact::from(1) + &beta) / &a;
            prop_assert_eq!(heavy_ball::critical(&a, &s2, &zero, &beta), descent);
            let end = heavy_ball::critical(&a, &s2, &p, &beta);
            let hessians = model.batch_hessians_on_range(sampling, batch);
            for eta in rates_at(&end) {
                let found = heavy_ball::mean_square_converges(&hessians, &eta, &beta);
                prop_assert_eq!(found, (eta < end).into());
            }
        }

        /// Property 20: for commuting samples every coordinate can be decided separately.
        #[test]
        fn commuting_samples_decide_one_by_one(
            (model, sampling, batch) in question(commuting()),
            beta in -2i64..=8,
            part in 8i64..=20,
        ) {
            let (beta, p) = (Exact::fraction(beta, 9), sampling.weight(model.samples(), batch).unwrap());
            let width = Exact::fraction(1, 1_000_000);
            let turned = super::super::strategies::rotation(model.dimension());
            let mean = turned.transpose() * model.hessian() * &turned;
            let variance = turned.transpose() * model.variance() * &turned;
            let moving = || (0..model.dimension()).filter(|&i| mean[(i, i)] > Exact::from(0));
            let stable = |eta: &Exact| {
                moving().all(|i| {
                    let moments = (&mean[(i, i)], &variance[(i, i)]);
                    heavy_ball::slack(moments.0, moments.1, eta, &p, &beta) > Exact::from(0)
                })
            };
            let end = bracket(stable, &Exact::from(1), &width);
            let eta = &end.lower * Exact::fraction(part, 14);
            let hessians = model.batch_hessians_on_range(sampling, batch);
            let found = heavy_ball::mean_square_converges(&hessians, &eta, &beta);
            prop_assert_eq!(found, stable(&eta).into());
        }
    }
}
