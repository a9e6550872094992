//! # A full step with probability 1 − p and a single-sample step with p is as stable as batches of weight p
//!
//! **Statement.** The run that takes a full step with probability 1 − p and a step on one
//! uniform sample with probability p has the second-moment map of SGD with noise weight p, and
//! so the same stable learning rates.
//!
//! **Source.** Mulayoff and Michaeli 2024, Proposition 2.
//!
//! **Hypotheses.** `probability`: 0 ≤ p ≤ 1.
//!
//! **Reading.** The batch size enters the theory only through p. A weight above 1 is no
//! probability.

use nalgebra::DMatrix;
use sgd_stability::claim::{Check, Claim, Status};
use sgd_stability::criterion::mean_square;
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{
    Certified, Examination, Posed, at_most, end, equivalent, mean_square_stable,
};
use super::family::every;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "mixed_full_and_single_steps",
    title: "A full step with probability 1 − p and a single-sample step with p is as stable as batches of weight p",
    statement: "The run that takes a full step with probability 1 − p and a step on one uniform sample with probability p has the second-moment map of SGD with noise weight p, and so the same stable learning rates.",
    formula: mean_square::latex,
    source: "Mulayoff and Michaeli 2024, Proposition 2.",
    hypotheses: &["probability: 0 ≤ p ≤ 1"],
    reading: "The batch size enters the theory only through p. A weight above 1 is no probability.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(every(5))),
    outside: Check::Without("no batch has a weight outside [0, 1]"),
    certified: Check::Run(|| examination::<Certified>().of(every(5))),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| at_most(&T::zero(), &posed.p).and(at_most(&posed.p, &T::one())),
        conclusion: |posed| equivalent(mean_square_stable(posed), bounded_by_enumeration(posed)),
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// `I − E[A ⊗ A] ⪰ 0` over the full step and the steps on one sample.
fn bounded_by_enumeration<T: Field>(posed: &Posed<T>) -> Verdict {
    let n = posed.model.samples();
    let square = |batch: &[usize]| {
        let step = posed.model.step(batch, &posed.eta);
        step.kronecker(&step)
    };
    let all: Vec<usize> = (0..n).collect();
    let full: DMatrix<T> = square(&all);
    let single = all
        .iter()
        .map(|&i| square(&[i]))
        .reduce(|sum, term| sum + term);
    let single = single.expect("at least one sample") / T::int(n as i64);
    let mean = full.scaled(&(T::one() - &posed.p)) + single.scaled(&posed.p);
    positive_semidefinite(&(DMatrix::identity(mean.nrows(), mean.ncols()) - mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counter_examples_are_decided_alike() {
        let found = examination::<Exact>().of(&super::super::family::counter_examples());
        assert_eq!((found.holds, found.total()), (3, 3));
        let broken = mean_square::latex();
        assert!(broken.contains(r"\left(1 - p\right)"));
    }
}
