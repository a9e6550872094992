//! # 2/max λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)
//!
//! **Statement.** If no single-sample step lengthens (`2I − ηH_i ⪰ 0` for every `i`) then Theorem
//! 1 holds; if Theorem 1 holds, SGD is mean-square stable; if SGD is mean-square stable, gradient
//! descent is stable.
//!
//! **Source.** Ours, from `E[H_b²] ⪯ max λ_max(H_b)·H`, from `T(I) ⪯ I` (Collatz and Wielandt), and
//! from `E x_t` following gradient descent.
//!
//! **Hypotheses.** [`minimum`]: every `H_i ⪰ 0`. [`positive_learning_rate`]: `η > 0`.
//!
//! **Reading.** Two eigenvalues bracket the exact threshold. At a saddle of one sample the first
//! link is false.

use nalgebra::DMatrix;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::{gradient_descent, mean_square, one_step};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::model::Quadratic;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Examination, end, minimum, positive_learning_rate};
use super::family::{Instance, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "sandwich",
    title: "2/max λ_max(H_i) ≤ η₁ ≤ η* ≤ 2/λ_max(H)",
    statement: "2I − ηH_i ⪰ 0 for every i implies Theorem 1, which implies mean-square stability, which implies λ_max(H) ≤ 2/η.",
    formula: || one_step::latex() + r" \succeq 0",
    source: "Ours: E[H_b²] ⪯ max λ_max(H_b)·H; T(I) ⪯ I (Collatz and Wielandt); E x_t follows gradient descent.",
    hypotheses: &["minimum: every H_i ⪰ 0", "positive_learning_rate: η > 0"],
    reading: "Two eigenvalues bracket the exact threshold. At a saddle of one sample the first link is false.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(instances())),
    outside: Check::Run(outside),
    certified: Check::Run(|| examination::<Certified>().of(instances())),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| positive_learning_rate(posed).and(minimum(posed)),
        conclusion: |posed| {
            let contracts = one_step::verdict(&posed.model, &posed.eta, &posed.p);
            let stable = mean_square::verdict(&posed.model, &posed.eta, &posed.p);
            let descends = gradient_descent::verdict(&posed.model, &posed.eta);
            let first = no_sample_lengthens(&posed.model, &posed.eta).implies(contracts);
            first
                .and(contracts.implies(stable))
                .and(stable.implies(descends))
        },
        margin: |instance| instance.headroom(end::one_step),
    }
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
    examination::<Exact>().outside(&[saddle([-2, 1]), saddle([-1, 1]), saddle([-1, 0])])
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
