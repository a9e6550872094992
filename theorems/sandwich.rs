//! The chain of thresholds from single samples to gradient descent, checked link by link.

use nalgebra::DMatrix;
use sgd_stability::claim::family::{beyond, every_batch, instances, one_dimensional_models};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Conjecture, Evidence, Examination, Guard,
    Hypothesis, Instance, Link, MEAN_SQUARE_STABLE, MINIMUM, POSITIVE_LEARNING_RATE, Posed, Status,
    Version, tally,
};
use sgd_stability::criterion::{
    GRADIENT_DESCENT, MEAN_SQUARE, ONE_STEP, gradient_descent, mean_square, one_step,
};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "sandwich",
    title: "2/max λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)",
    statement: "If no step on a single sample lengthens a vector (2I − ηH_i ⪰ 0 for every i), \
        Theorem 1 holds; if Theorem 1 holds, SGD is mean-square stable; if SGD is mean-square \
        stable, gradient descent is stable (λ_max(H) ≤ 2/η).",
    formula: || one_step::latex() + r" \succeq 0",
    source: "Ours, from E[H_b²] ⪯ max λ_max(H_b)·H, from T(I) ⪯ I (Collatz and Wielandt), and from \
        E x_t following gradient descent.",
    hypotheses: &[
        MINIMUM,
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check("premise: that of the link in question"),
    ],
    reading: "Two eigenvalues bracket the exact threshold. At a saddle of one sample the first \
        link may fail.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[
        Guard::enough("samples"),
        Guard::enough("Theorem 1"),
        Guard::necessary("2/η"),
    ],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The same chain for a search, which maximises the gap over all links.
pub const CONJECTURE: Conjecture = Conjecture::of(&[
    Link {
        examination: samples_contract,
        hypotheses: single_sample_end,
        conclusion: ONE_STEP.critical,
    },
    Link {
        examination: theorem_one_suffices,
        hypotheses: ONE_STEP.critical,
        conclusion: MEAN_SQUARE.critical,
    },
    Link {
        examination: descent_follows,
        hypotheses: MEAN_SQUARE.critical,
        conclusion: GRADIENT_DESCENT.critical,
    },
]);

/// Checks each link; an instance counts for a link only where the premise of the link holds.
fn evidence<T: Checked>(version: Version) -> Evidence {
    let ends = single_sample_ends();
    let links = [
        samples_contract::<T>(),
        theorem_one_suffices(),
        descent_follows(),
    ];
    let cases = links
        .iter()
        .flat_map(|link| link.cases(instances().chain(&ends), version));
    tally(version, cases)
}

fn samples_contract<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let samples = posed.formula("samples", |eta| no_sample_lengthens(&posed.model, eta));
            posed.meets(CLAIM.hypotheses).and(samples)
        },
        conclusion: |posed| theorem_one(posed, &posed.eta),
        margin: |instance| instance.headroom(ONE_STEP),
    }
}

fn theorem_one_suffices<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let contracts = posed.formula("Theorem 1", |eta| theorem_one(posed, eta));
            posed.meets(CLAIM.hypotheses).and(contracts)
        },
        conclusion: |posed| mean_square::verdict(&posed.model, &posed.eta, &posed.p),
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

fn descent_follows<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let stable = posed.meets(&[MEAN_SQUARE_STABLE]);
            posed.meets(CLAIM.hypotheses).and(stable)
        },
        conclusion: |posed| {
            posed.formula("2/η", |eta| gradient_descent::verdict(&posed.model, eta))
        },
        margin: |instance| instance.headroom(GRADIENT_DESCENT),
    }
}

fn theorem_one<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    one_step::verdict(&posed.model, eta, &posed.p)
}

/// Is `2I − ηH_i ⪰ 0` for every sample, so that no step on a single sample lengthens a vector?
fn no_sample_lengthens<T: Field>(model: &Quadratic<T>, eta: &T) -> Verdict {
    let identity = DMatrix::identity(model.dimension(), model.dimension());
    let slack = |h: &DMatrix<T>| identity.clone().scaled(&T::int(2)) - h.clone().scaled(eta);
    let verdicts = model
        .hessians()
        .iter()
        .map(|h| positive_semidefinite(&slack(h)));
    verdicts.fold(Verdict::Holds, Verdict::and)
}

/// The approximate end of the first link's premise: the smallest `2/λ_max(H_i)`.
fn single_sample_end(model: &Quadratic<f64>, weight: f64) -> f64 {
    let ends = model.hessians().iter().map(|h| {
        let single = Quadratic::of_symmetric(vec![h.clone()]);
        (GRADIENT_DESCENT.critical)(&single, weight)
    });
    ends.fold(f64::INFINITY, f64::min)
}

/// The fixed and the one-dimensional models with every batch, at the end of `2I − ηH_i ⪰ 0` for all
/// samples and just beyond it.
fn single_sample_ends() -> Vec<Instance> {
    let golden = golden::all().into_iter().map(|(_, model)| model);
    let questions = golden.chain(one_dimensional_models()).flat_map(every_batch);
    let around = questions.flat_map(|question| {
        let critical = question.critical_rates();
        let end = critical.and_then(|critical| critical.single_sample.bracket());
        let rates = end.map(|end| [end.lower.clone(), beyond(end)]);
        let at = |eta| question.at(eta);
        rates.into_iter().flatten().map(at).collect::<Vec<_>>()
    });
    around.collect()
}

/// Samples with negative curvature: no `2I − ηH_i` is negative, and Theorem 1 fails.
fn outside() -> Evidence {
    let saddle = |curvatures: [i64; 2]| {
        let entry = |a| DMatrix::from_element(1, 1, Exact::from(a));
        let model = Quadratic::symmetric(curvatures.map(entry).to_vec());
        let model = model.expect("one entry is symmetric");
        Instance::single(model, Exact::from(1))
    };
    samples_contract::<Exact>().outside(&[saddle([-2, 1]), saddle([-1, 1]), saddle([-1, 0])])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::decide::{CriticalRates, critical};

    use super::super::strategies::{config, model, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/sandwich.txt"))]

        /// Property 9: the order of the thresholds, and of the criteria at every threshold.
        #[test]
        fn the_thresholds_stand_in_order(model in model(), p in weight()) {
            let rates = CriticalRates::of(&model, &p, &critical::default_width());
            let [first, star, descent] =
                [ONE_STEP, MEAN_SQUARE, GRADIENT_DESCENT].map(|criterion| rates[criterion].clone().unwrap());
            prop_assert!(first.lower <= star.upper && star.lower <= descent.upper);
            prop_assert!(mean_square::verdict(&model, &first.lower, &p).holds());
            prop_assert!(gradient_descent::verdict(&model, &star.lower).holds());
            let all_samples = no_sample_lengthens(&model, &first.upper);
            prop_assert!(first.is_point() || all_samples.fails());
        }
    }
}
