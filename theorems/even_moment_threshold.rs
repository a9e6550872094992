//! # The k-th moment is stable iff Id − E[A_b^{⊗k}] ⪰ 0, k even
//!
//! **Statement.** With independent batches and k even, E‖x_t‖^k stays bounded from every start
//! exactly when Id − E[A_b^{⊗k}] is positive semi-definite on the symmetric tensors of order k;
//! examined for k = 4.
//!
//! **Source.** Ma and Ying 2021. The step from bounded to semi-definite is Krein and Rutman's
//! theorem on the cone of the powers x^{⊗k}.
//!
//! **Hypotheses.** `positive_order`: k is even and above 0.
//!
//! **Reading.** Higher moments see rarer excursions. For odd k the map keeps no such cone, and
//! only one dimension is decided.

use nalgebra::DMatrix;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::even_moment;
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Finding, equivalent, headroom, tally};
use super::family::{Instance, fourth_moment_edges};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "even_moment_threshold",
    title: "The k-th moment is stable iff Id − E[A_b^{⊗k}] ⪰ 0, k even",
    statement: "With independent batches and k even, E‖x_t‖^k stays bounded from every start exactly when Id − E[A_b^{⊗k}] is positive semi-definite on the symmetric tensors of order k; examined for k = 4.",
    formula: even_moment::latex,
    source: "Ma and Ying 2021. The step from bounded to semi-definite is Krein and Rutman's theorem on the cone of the powers x^{⊗k}.",
    hypotheses: &["positive_order: k is even and above 0"],
    reading: "Higher moments see rarer excursions. For odd k the map keeps no such cone, and only one dimension is decided.",
    status: Status::Upheld,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("an odd order has no self-adjoint test to compare with"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The order that is examined.
const ORDER: usize = 4;

fn evidence<T: Field>() -> Evidence {
    tally(fourth_moment_edges().iter().map(|(question, end)| Finding {
        hypotheses: (ORDER.is_multiple_of(2) && ORDER > 0).into(),
        conclusion: agrees::<T>(question),
        distance: headroom(&question.learning_rate, end),
        case: question.describe(),
    }))
}

/// Does the criterion agree with `I − E[A_b ⊗ A_b ⊗ A_b ⊗ A_b] ⪰ 0` on all d⁴ entries?
fn agrees<T: Field>(question: &Instance) -> Verdict {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let batches = (question.sampling, question.batch);
    let criterion = even_moment::verdict(&model, batches, &eta, ORDER);
    let power = |batch: &[usize]| {
        let step = model.step(batch, &eta);
        let square = step.kronecker(&step);
        square.kronecker(&square)
    };
    let mean = question.mean_over_batches::<T, DMatrix<T>>(power);
    let identity = DMatrix::identity(mean.nrows(), mean.ncols());
    equivalent(criterion, positive_semidefinite(&(identity - mean)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_road_decides_every_edge() {
        let found = evidence::<Exact>();
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds > 0);
    }
}
