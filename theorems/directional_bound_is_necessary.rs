//! The one-dimensional bound along many directions, and along the worst direction found in floating
//! point.

use nalgebra::DVector;
use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance,
    MEAN_SQUARE_STABLE, Posed, Status, at_most,
};
use sgd_stability::criterion::{MEAN_SQUARE, direction};
use sgd_stability::matrix::inertia;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::directions::directions;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "directional_bound_is_necessary",
    title: "Along every direction mean-square stability needs the one-dimensional bound",
    statement: "If SGD is mean-square stable then for every unit vector v, with m = vᵀHv, η(m² + \
        p·Var_i(vᵀH_iv)) ≤ 2m; and η²p·tr Σ ≤ rank H, so that s ≤ √(rank H)/(η√p).",
    formula: || direction::latex() + r" \ge 0",
    source: "Mulayoff and Michaeli 2024, Proposition 3 (their conditions (15) and (16) are the \
        cases of the top eigenvector and of the identity); the corollary for tr Σ is ours.",
    hypotheses: &[MEAN_SQUARE_STABLE],
    reading: "The right form of the non-uniformity bound in several dimensions: what is bounded is \
        the spread of the curvature along each direction. An unstable run may break it.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::necessary("direction"), Guard::necessary("trace")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let every = posed.formula("direction", |eta| every_direction(posed, eta));
            every.and(posed.formula("trace", |eta| trace_bound(posed, eta)))
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// The bound along many directions, including the worst one found in floating point.
fn every_direction<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    let instance = posed.instance;
    let (model, p) = (instance.model.to::<f64>(), instance.weight.to_f64());
    let learning_rate = instance.learning_rate.to_f64();
    let slack = |v: &DVector<f64>| direction::slack(&model, v, &learning_rate, &p);
    let directions = directions(posed.model.dimension(), slack);
    let along = directions.iter().map(|v| {
        let v = v.map(|entry| T::from_exact(&entry));
        direction::verdict(&posed.model, &v, eta, &posed.p)
    });
    along.fold(Verdict::Holds, Verdict::and)
}

/// The bound `η²p·tr Σ ≤ rank H`; the rank is decided over ℚ.
fn trace_bound<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    let rank = inertia(posed.instance.model.hessian())
        .expect("over ℚ signs are known")
        .rank();
    let diagonal = posed.model.variance().diagonal();
    let trace = diagonal.iter().fold(T::zero(), |sum, entry| sum + entry);
    at_most(&(eta.square() * &posed.p * trace), &T::int(rank as i64))
}

/// Learning rates far beyond the end of stability, where the bound fails too.
fn outside() -> Evidence {
    let beyond = |model: Quadratic| Instance::single(model, Exact::from(4));
    let models = [
        golden::three_inputs(),
        golden::two_inputs(),
        golden::diagonal_mean(),
    ];
    examination::<Exact>().outside(&models.map(beyond))
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;
    use proptest::prelude::*;

    use super::super::strategies::{config, end_of, sized, vector, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/directional_bound_is_necessary.txt"))]

        /// Property 13, along random directions at the end of stability.
        #[test]
        fn every_direction_keeps_the_bound_at_the_end_of_stability(
            (model, v) in (1usize..=3).prop_flat_map(|d| (sized(1..=4, d), vector(d))),
            p in weight(),
        ) {
            prop_assume!(v.iter().any(|entry| !entry.is_zero()));
            let end = end_of(&model, &p);
            prop_assert!(direction::verdict(&model, &v, &end.lower, &p).holds());
        }

        /// Property 13: η*² p tr Σ ≤ rank H.
        #[test]
        fn the_trace_of_the_variance_is_bounded_by_the_rank(
            model in (1usize..=3).prop_flat_map(|d| sized(1..=4, d)),
            p in weight(),
        ) {
            let end = end_of(&model, &p);
            let rank = inertia(model.hessian()).unwrap().rank();
            let noise = end.lower.square() * &p * model.variance().trace();
            prop_assert!(noise <= Exact::from(rank as i64));
        }
    }
}
