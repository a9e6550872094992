//! A bound on the curvatures along many directions, checked wherever a moment of even order is stable.

use nalgebra::DVector;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance, MINIMUM,
    POSITIVE_LEARNING_RATE, Status, Version, headroom, tally,
};
use sgd_stability::criterion::even_moment;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

use super::fourth_moment::fourth_moment_edges;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "even_moment_bound_is_necessary",
    title: "Stability of the k-th moment needs (1/n) Σ (vᵀH_iv)^k ≤ 2^k B^{k−1}/η^k",
    statement: "If E‖x_t‖^k stays bounded, k even, then (1/n) Σ (vᵀH_iv)^k ≤ 2^k B^{k−1}/η^k for \
        every unit vector v; examined for k = 2 and 4.",
    formula: || even_moment::latex_of_bound() + r" \ge 0",
    source: "Ma and Ying 2021 for linear stability of order k; the constants by Minkowski's \
        inequality.",
    hypotheses: &[
        MINIMUM,
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check("moment_stable: the k-th moment is stable at η"),
    ],
    reading: "It bounds the k-th moment of the sample curvatures along each direction, so a \
        minimum where few samples are sharp is excluded.",
    chapter: Chapter::Moments,
    status: Status::Upheld,
    guards: &[Guard::necessary("bound")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The orders of the moments.
const ORDERS: [usize; 2] = [2, 4];

fn evidence<T: Field>(version: Version) -> Evidence {
    let edges = fourth_moment_edges();
    let cases = edges.flat_map(|(question, end)| {
        ORDERS.map(|order| examine::<T>(question, end, order, version))
    });
    tally(version, cases)
}

fn examine<T: Field>(question: &Instance, end: &Exact, order: usize, version: Version) -> Examined {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let stable = even_moment::verdict(&model, &question.batches(), &eta, order);
    let bound = |eta: &T| {
        let along = directions(question, order).into_iter().map(|v| {
            let v = v.map(|entry| T::from_exact(&entry));
            let slack = even_moment::directional_slack(&model, &v, question.batch, eta, order);
            Verdict::non_negative(slack.sign())
        });
        along.fold(Verdict::Holds, Verdict::and)
    };
    Examined {
        hypotheses: question.meets(CLAIM.hypotheses).and(stable),
        conclusion: version.formula("bound", &eta, bound),
        distance: headroom(&question.learning_rate, end),
        case: format!("{} k = {order}", question.describe()),
    }
}

/// Directions with small integer coordinates, and the worst direction found in floating point.
fn directions(question: &Instance, order: usize) -> Vec<DVector<Exact>> {
    let (model, eta) = (question.model.to(), question.learning_rate.to_f64());
    let slack =
        |v: &DVector<f64>| even_moment::directional_slack(&model, v, question.batch, &eta, order);
    super::directions::directions(question.model.dimension(), slack)
}

/// Learning rates beyond stability for which the bound fails along an axis.
fn outside() -> Evidence {
    let cases = ["2.3", "5/2", "3"].map(|eta| {
        let question = Instance::single(golden::three_inputs(), fraction(eta));
        let found = examine::<Exact>(&question, &question.learning_rate, 4, Version::STATED);
        found.outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stable_instance_breaks_it() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds > 0 && found.unmet > 0);
    }
}
