//! # Stability of the k-th moment needs (1/n) Σ (vᵀH_iv)^k ≤ 2^k B^{k−1}/η^k
//!
//! **Statement.** If E‖x_t‖^k stays bounded, k even, then (1/n) Σ (vᵀH_iv)^k ≤ 2^k B^{k−1}/η^k
//! for every unit vector v; examined for k = 2 and 4.
//!
//! **Source.** Ma and Ying 2021 for linear stability of order k; the constants by Minkowski's
//! inequality.
//!
//! **Hypotheses.** `moment_stable`: the k-th moment is stable at η.
//!
//! **Reading.** It bounds the k-th moment of the sample curvatures along each direction, so a
//! minimum where few samples are sharp is excluded.

use nalgebra::DVector;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::even_moment;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, headroom, tally};
use super::family::{Instance, fourth_moment_edges, fraction};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "even_moment_bound_is_necessary",
    title: "Stability of the k-th moment needs (1/n) Σ (vᵀH_iv)^k ≤ 2^k B^{k−1}/η^k",
    statement: "If E‖x_t‖^k stays bounded, k even, then (1/n) Σ (vᵀH_iv)^k ≤ 2^k B^{k−1}/η^k for every unit vector v; examined for k = 2 and 4.",
    formula: even_moment::latex_of_bound,
    source: "Ma and Ying 2021 for linear stability of order k; the constants by Minkowski's inequality.",
    hypotheses: &["moment_stable: the k-th moment is stable at η"],
    reading: "It bounds the k-th moment of the sample curvatures along each direction, so a minimum where few samples are sharp is excluded.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The orders that are examined.
const ORDERS: [usize; 2] = [2, 4];

fn evidence<T: Field>() -> Evidence {
    let edges = fourth_moment_edges().iter();
    tally(edges.flat_map(|(question, end)| ORDERS.map(|order| finding::<T>(question, end, order))))
}

fn finding<T: Field>(question: &Instance, end: &Exact, order: usize) -> Finding {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let bound = |v: DVector<T>| {
        let slack = even_moment::directional_slack(&model, &v, question.batch, &eta, order);
        Verdict::non_negative(slack.sign())
    };
    let batches = (question.sampling, question.batch);
    Finding {
        hypotheses: even_moment::verdict(&model, batches, &eta, order),
        conclusion: directions(&model)
            .map(bound)
            .fold(Verdict::Holds, Verdict::and),
        distance: headroom(&question.learning_rate, end),
        case: format!("{} k = {order}", question.describe()),
    }
}

/// The axes and two directions between them.
fn directions<T: Field>(model: &Quadratic<T>) -> impl Iterator<Item = DVector<T>> {
    let d = model.dimension();
    let axis = move |k: usize| DVector::from_fn(d, |i, _| T::int((i == k).into()));
    let slanted =
        move |sign: i64| DVector::from_fn(d, |i, _| T::int(if i == 1 { sign } else { 1 }));
    (0..d).map(axis).chain([1, -1].map(slanted))
}

/// Learning rates beyond stability at which the bound breaks along an axis.
fn outside() -> Evidence {
    tally(["2.3", "5/2", "3"].map(|eta| {
        let question = Instance::single(golden::three_inputs(), fraction(eta));
        let found = finding::<Exact>(&question, &question.learning_rate, 4);
        found.beyond()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stable_instance_breaks_it() {
        let found = evidence::<Exact>();
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds > 0 && found.unmet > 0);
    }
}
