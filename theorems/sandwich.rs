//! # 2/max λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)
//!
//! **Statement.** If no single-sample step lengthens (`2I − ηH_i ⪰ 0` for every `i`) then Theorem
//! 1 holds; if Theorem 1 holds, SGD is mean-square stable; if SGD is mean-square stable, gradient
//! descent is stable.
//!
//! **Source.** Ours, from `E[H_b²] ⪯ max λ_max(H_b)·H`, from `T(I) ⪯ I` (Collatz and Wielandt), and
//! from `E x_t` following gradient descent.
//!
//! **Hypotheses.** `minimum`: every H_i ⪰ 0. `positive_learning_rate`: η > 0. `premise`: that of
//! the link in question.
//!
//! **Reading.** Two eigenvalues bracket the exact threshold. At a saddle of one sample the first
//! link may fail.

use nalgebra::DMatrix;
use sgd_stability::claim::{Check, Claim, Evidence, Part, Status, Version};
use sgd_stability::criterion::{gradient_descent, mean_square, one_step};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::model::Quadratic;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{
    Certified, Examination, Posed, end, mean_square_stable, minimum, positive_learning_rate, tally,
};
use super::family::{Instance, instances, single_sample_ends};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "sandwich",
    title: "2/max λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)",
    statement: "2I − ηH_i ⪰ 0 for every i implies Theorem 1, which implies mean-square stability, which implies λ_max(H) ≤ 2/η.",
    formula: || one_step::latex() + r" \succeq 0",
    source: "Ours: E[H_b²] ⪯ max λ_max(H_b)·H; T(I) ⪯ I (Collatz and Wielandt); E x_t follows gradient descent.",
    hypotheses: &[
        "minimum: every H_i ⪰ 0",
        "positive_learning_rate: η > 0",
        "premise: that of the link in question",
    ],
    reading: "Two eigenvalues bracket the exact threshold. At a saddle of one sample the first link may fail.",
    status: Status::Upheld,
    parts: &[
        Part::enough("samples"),
        Part::enough("Theorem 1"),
        Part::necessary("2/η"),
    ],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Link by link: an instance counts for a link only where its premise holds.
fn evidence<T: Field>(version: Version) -> Evidence {
    let ends = single_sample_ends();
    let links = links::<T>();
    let findings = links
        .iter()
        .flat_map(|link| link.findings(instances().chain(&ends), version));
    tally(version, findings)
}

fn links<T: Field>() -> [Examination<T>; 3] {
    [
        Examination {
            hypotheses: |posed| {
                let samples =
                    posed.formula("samples", |eta| no_sample_lengthens(&posed.model, eta));
                standing(posed).and(samples)
            },
            conclusion: |posed| theorem_one(posed, &posed.eta),
            margin: |instance| instance.headroom(end::one_step),
        },
        Examination {
            hypotheses: |posed| {
                let contracts = posed.formula("Theorem 1", |eta| theorem_one(posed, eta));
                standing(posed).and(contracts)
            },
            conclusion: |posed| mean_square::verdict(&posed.model, &posed.eta, &posed.p),
            margin: |instance| instance.headroom(end::mean_square),
        },
        Examination {
            hypotheses: |posed| standing(posed).and(mean_square_stable(posed)),
            conclusion: |posed| {
                posed.formula("2/η", |eta| gradient_descent::verdict(&posed.model, eta))
            },
            margin: |instance| instance.headroom(end::gradient_descent),
        },
    ]
}

/// What every link supposes.
fn standing<T: Field>(posed: &Posed<T>) -> Verdict {
    positive_learning_rate(posed).and(minimum(posed))
}

fn theorem_one<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    one_step::verdict(&posed.model, eta, &posed.p)
}

/// `2I − ηH_i ⪰ 0` for every sample: no step on a single sample lengthens a vector.
fn no_sample_lengthens<T: Field>(model: &Quadratic<T>, eta: &T) -> Verdict {
    let identity = DMatrix::identity(model.dimension(), model.dimension());
    let slack = |h: &DMatrix<T>| identity.clone().scaled(&T::int(2)) - h.clone().scaled(eta);
    let verdicts = model
        .hessians()
        .iter()
        .map(|h| positive_semidefinite(&slack(h)));
    verdicts.fold(Verdict::Holds, Verdict::and)
}

/// Samples with negative curvature: no `2I − ηH_i` is negative, and Theorem 1 fails.
fn outside() -> Evidence {
    let saddle = |curvatures: [i64; 2]| {
        let entry = |a| DMatrix::from_element(1, 1, Exact::from(a));
        let model = Quadratic::symmetric(curvatures.map(entry).to_vec());
        let model = model.expect("one entry is symmetric");
        Instance::single(model, Exact::from(1))
    };
    let [first, ..] = links::<Exact>();
    first.outside(&[saddle([-2, 1]), saddle([-1, 1]), saddle([-1, 0])])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::decide::{Critical, CriticalRates, critical};

    use super::super::strategies::{config, model, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/sandwich.txt"))]

        /// Property 9, as thresholds and at every one of them.
        #[test]
        fn the_thresholds_stand_in_order(model in model(), p in weight()) {
            let rates = CriticalRates::of(&model, &p, &critical::default_width());
            let [first, star, descent] =
                [rates.one_step, rates.mean_square, rates.gradient_descent].map(Critical::unwrap);
            prop_assert!(first.lower <= star.upper && star.lower <= descent.upper);
            prop_assert!(mean_square::verdict(&model, &first.lower, &p).holds());
            prop_assert!(gradient_descent::verdict(&model, &star.lower).holds());
            let all_samples = no_sample_lengthens(&model, &first.upper);
            prop_assert!(first.is_point() || all_samples.fails());
        }
    }
}
