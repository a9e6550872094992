//! # In one dimension SGD with heavy ball converges iff η((1 − β)a² + (1 + β)ps²) < 2(1 − β²)a
//!
//! **Statement.** In one dimension with independent batches and |β| < 1, E x_t² converges to
//! zero exactly when η((1 − β)a² + (1 + β)ps²) < 2(1 − β²)a.
//!
//! **Source.** Ours, from the 3 × 3 map of (E x², E xx⁻, E x⁻²). Its two limits are the plateaus
//! 2(1 + β)/η and 2(1 − β)/η of Andreyev et al. 2026.
//!
//! **Hypotheses.** `damped`: |β| < 1. `one_dimensional`: d = 1.
//!
//! **Reading.** Without noise momentum helps, with much noise it hurts. In several dimensions
//! the test of Stein decides; for commuting samples it is this, coordinate by coordinate.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::heavy_ball;
use sgd_stability::model::Quadratic;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, equivalent, headroom, tally};
use super::family::{Instance, every_batch, fraction, momenta, one_dimensional_models, rates_at};
use super::momentum::{batch_hessians, damped, moments, one_dimensional};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "heavy_ball_sgd_one_dimension",
    title: "In one dimension SGD with heavy ball converges iff η((1 − β)a² + (1 + β)ps²) < 2(1 − β²)a",
    statement: "In one dimension with independent batches and |β| < 1, E x_t² converges to zero exactly when η((1 − β)a² + (1 + β)ps²) < 2(1 − β²)a.",
    formula: heavy_ball::latex,
    source: "Ours, from the 3 × 3 map of (E x², E xx⁻, E x⁻²). Its two limits are the plateaus 2(1 + β)/η and 2(1 − β)/η of Andreyev et al. 2026.",
    hypotheses: &["damped: |β| < 1", "one_dimensional: d = 1"],
    reading: "Without noise momentum helps, with much noise it hurts. In several dimensions the test of Stein decides; for commuting samples it is this, coordinate by coordinate.",
    status: Status::Upheld,
    exact: Check::Run(|| evidence::<Exact>(&momenta())),
    outside: Check::Run(outside),
    certified: Check::Run(|| evidence::<Certified>(&momenta())),
    empirical: super::UNMEASURED,
};

/// Every model, batch and scheme at the ends of the criterion and beside them.
fn evidence<T: Field>(momenta: &[Exact]) -> Evidence {
    let questions: Vec<Instance> = one_dimensional_models()
        .into_iter()
        .flat_map(every_batch)
        .collect();
    tally(questions.iter().flat_map(|question| {
        momenta.iter().flat_map(move |beta| {
            let (a, s2) = moments(&question.model);
            let end = heavy_ball::critical(&a, &s2, &question.weight, beta);
            rates_at(&end).map(|eta| Finding {
                hypotheses: damped(beta).and(one_dimensional(&question.model)),
                conclusion: agrees::<T>(question, &eta, beta),
                distance: headroom(&eta, &end),
                case: format!("{} β = {beta}", question.at(eta).describe()),
            })
        })
    }))
}

/// Is the criterion, strictly, the convergence of the mean square?
fn agrees<T: Field>(question: &Instance, eta: &Exact, beta: &Exact) -> Verdict {
    let scalar = |x: &Exact| T::from_exact(x);
    let (a, s2) = moments(&question.model);
    let (eta, beta) = (scalar(eta), scalar(beta));
    let slack = heavy_ball::slack(
        &scalar(&a),
        &scalar(&s2),
        (&eta, &scalar(&question.weight)),
        &beta,
    );
    let hessians = batch_hessians(question);
    let converges = heavy_ball::mean_square_converges(&hessians, &eta, &beta);
    equivalent(Verdict::positive(slack.sign()), converges)
}

/// Momenta above 1: the criterion holds although the run diverges.
fn outside() -> Evidence {
    let model = Quadratic::one_dimensional(&[Exact::from(2)]).expect("a curvature above 0");
    tally([("4", "2"), ("5", "3"), ("10", "2")].map(|(eta, beta)| {
        let (question, beta) = (
            Instance::single(model.clone(), fraction(eta)),
            fraction(beta),
        );
        let found = Finding {
            hypotheses: damped(&beta),
            conclusion: agrees::<Exact>(&question, &question.learning_rate, &beta),
            distance: 0.0,
            case: format!("{} β = {beta}", question.describe()),
        };
        found.beyond()
    }))
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

        /// Property 20: without momentum the formula is that of SGD, without noise that of gradient
        /// descent; and it is the verdict of the test of Stein at the end and beside it.
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

        /// Property 20: for commuting samples every coordinate decides by itself.
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
                    heavy_ball::slack(moments.0, moments.1, (eta, &p), &beta) > Exact::from(0)
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
