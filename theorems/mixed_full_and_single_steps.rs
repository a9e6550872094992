//! Runs that mix full-batch and single-sample steps, by enumerating the steps.

use nalgebra::DMatrix;
use sgd_stability::claim::family::{counter_examples, every};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard,
    POSITIVE_LEARNING_RATE, Posed, Status, equivalent,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "mixed_full_and_single_steps",
    title: "A full step with probability 1 − p and a single-sample step with p is as stable as \
        batches of weight p",
    statement: "For 0 ≤ p ≤ 1 and η > 0: the run that takes a full step with probability 1 − p and \
        a step on one uniform sample with probability p has the second-moment map of SGD with \
        noise weight p, and so the same stable learning rates.",
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    source: "Mulayoff and Michaeli 2024, Proposition 2.",
    hypotheses: &[POSITIVE_LEARNING_RATE],
    reading: "The batch size enters the theory only through p. Backwards in time, η < 0, the \
        criterion holds and either run diverges.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Upheld,
    guards: &[Guard::exactly("weight p")],
    exact: Check::Run(|version| examination::<Exact>().of(every(5), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(every(5), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let criterion = posed.formula("weight p", |eta| {
                mean_square::verdict(&posed.model, eta, &posed.p)
            });
            equivalent(criterion, bounded_by_enumeration(posed))
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// Is `I − E[A ⊗ A] ⪰ 0` over the full step and the single-sample steps?
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

/// Ascent (η < 0): the criterion holds and the mixed run diverges.
fn outside() -> Evidence {
    let models = counter_examples().map(|instance| instance.at(Exact::fraction(-1, 2)));
    examination::<Exact>().outside(&models)
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;

    use super::*;

    #[test]
    fn the_counter_examples_are_decided_alike() {
        let found = examination::<Exact>().of(&counter_examples(), Version::STATED);
        assert_eq!((found.holds, found.total()), (3, 3));
        let broken = mean_square::latex();
        assert!(broken.contains(r"\left(1 - p\right)"));
    }
}
