//! Moments of even order are compared with the mean of all dᵏ products of entries, by enumerating all
//! batches.

use nalgebra::DMatrix;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    CaseHypothesis, Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Instance, Status,
    Version, equivalent, headroom, tally,
};
use sgd_stability::criterion::even_moment;
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::fourth_moment::fourth_moment_edges;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "even_moment_threshold",
    title: "The k-th moment is stable iff Id − E[A_b^{⊗k}] ⪰ 0, k even",
    statement: "With independent batches and k > 0 even, E‖x_t‖^k stays bounded from every start \
        exactly when Id − E[A_b^{⊗k}] is positive semi-definite on the symmetric tensors of order \
        k; examined for k = 2 and 4.",
    formula: || even_moment::latex() + r" \succeq 0",
    source: "Ma and Ying 2021. The step from bounded to semi-definite is Krein and Rutman's \
        theorem on the cone of the powers x^{⊗k}.",
    hypotheses: &[POSITIVE_ORDER.stated],
    reading: "Higher moments see rarer excursions. For odd k the map keeps no such cone and the \
        statement fails; only one dimension is decided.",
    chapter: Chapter::Moments,
    status: Status::Upheld,
    guards: &[Guard::exactly("Id − E[A^{⊗k}]")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

const POSITIVE_ORDER: CaseHypothesis<usize> =
    CaseHypothesis::new("positive_order: k is even and above 0", |order| {
        (*order > 0 && order.is_multiple_of(2)).into()
    });

/// The orders of the moments.
const ORDERS: [usize; 2] = [2, 4];

fn evidence<T: Field>(version: Version) -> Evidence {
    let cases = fourth_moment_edges().flat_map(|(question, end)| {
        ORDERS.map(|order| examine::<T>(question, end, order, version))
    });
    tally(version, cases)
}

fn examine<T: Field>(question: &Instance, end: &Exact, order: usize, version: Version) -> Examined {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let criterion = version.formula("Id − E[A^{⊗k}]", &eta, |eta| {
        criterion(question, &model, eta, order)
    });
    Examined {
        hypotheses: (POSITIVE_ORDER.holds)(&order),
        conclusion: equivalent(criterion, bounded(question, &model, &eta, order)),
        distance: headroom(&question.learning_rate, end),
        case: format!("{} k = {order}", question.describe()),
    }
}

/// The criterion on the symmetric tensors. For odd orders, which the library refuses, it is computed on
/// all tensors.
fn criterion<T: Field>(
    question: &Instance,
    model: &Quadratic<T>,
    eta: &T,
    order: usize,
) -> Verdict {
    match order % 2 {
        0 => even_moment::verdict(model, &question.batches(), eta, order),
        _ => all_entries(question, model, eta, order),
    }
}

/// Is the moment bounded? Even orders are decided on all dᵏ entries; odd orders in one dimension, by
/// `E|1 − ηa_b|^k ≤ 1`.
fn bounded<T: Field>(question: &Instance, model: &Quadratic<T>, eta: &T, order: usize) -> Verdict {
    if order.is_multiple_of(2) {
        return all_entries(question, model, eta, order);
    }
    let curvature = |batch: &Vec<usize>| model.batch_hessian(batch)[(0, 0)].clone();
    let curvatures: Vec<T> = question.batches().iter().map(curvature).collect();
    let slack = even_moment::one_dimensional_slack(&curvatures, eta, order);
    Verdict::non_negative(slack.and_then(|slack| slack.sign()))
}

/// Is `I − E[A_b ⊗ ⋯ ⊗ A_b] ⪰ 0` on all dᵏ entries?
fn all_entries<T: Field>(
    question: &Instance,
    model: &Quadratic<T>,
    eta: &T,
    order: usize,
) -> Verdict {
    let power = |batch: &[usize]| {
        let step = model.step(batch, eta);
        let longer = |product: DMatrix<T>, _| product.kronecker(&step);
        (1..order).fold(step.clone(), longer)
    };
    let mean = question.mean_over_batches::<T, DMatrix<T>>(power);
    positive_semidefinite(&(DMatrix::identity(mean.nrows(), mean.ncols()) - mean))
}

/// The third moment in one dimension. The criterion holds although the moment grows, because the cube
/// of a negative factor is negative.
fn outside() -> Evidence {
    let cases = ["1/4", "1/2", "2"].map(|eta| {
        let question = Instance::single(golden::stiff_pair(), fraction(eta));
        examine::<Exact>(&question, &question.learning_rate, 3, Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_road_decides_every_edge() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds > 0);
    }
}
