//! Theorem 1 is compared with one step and with the second moment, by enumerating all batches.

use nalgebra::DMatrix;
use sgd_stability::claim::family::{counter_examples, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Hypothesis, Instance,
    POSITIVE_LEARNING_RATE, Posed, Status, Version, equivalent, tally,
};
use sgd_stability::criterion::{MEAN_SQUARE, ONE_STEP, one_step};
use sgd_stability::matrix::{Algebra, positive_semidefinite};
use sgd_stability::model::Quadratic;
use sgd_stability::number::{Exact, Field, Verdict};

use super::enumeration::bounded_by_enumeration;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "one_step_contraction",
    title: "Theorem 1 is one-step contraction, and suffices for mean-square stability",
    statement: "2H − η(H² + pΣ) ⪰ 0 exactly when E‖x_{t+1}‖² ≤ ‖x_t‖² from every x_t, and then SGD \
        is mean-square stable.",
    formula: || one_step::latex() + r" \succeq 0",
    source: "Wu, Ma and E 2018, Theorem 1, there as λ_max((I − ηH)² + η²pΣ) ≤ 1 with p = (n − \
        B)/(B(n − 1)).",
    hypotheses: &[
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check("contracts: for the second half, Theorem 1 holds"),
    ],
    reading: "The distance to the minimum never grows in the mean, not even for one step. That is \
        more than stability asks: it may grow at first and then decay (theorem_one_is_necessary is \
        refuted). With η < 0 (ascent) the equivalence is false.",
    chapter: Chapter::Paper,
    status: Status::Upheld,
    guards: &[Guard::exactly("contraction"), Guard::enough("sufficiency")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Checks the equivalence, and then the implication wherever Theorem 1 holds.
fn evidence<T: Checked>(version: Version) -> Evidence {
    let (contraction, sufficiency) = (contraction::<T>(), sufficiency::<T>());
    let both = contraction.cases(instances(), version);
    tally(version, both.chain(sufficiency.cases(instances(), version)))
}

fn contraction<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let criterion = posed.formula("contraction", |eta| theorem_one(posed, eta));
            equivalent(criterion, contracts(posed))
        },
        margin: |instance| instance.headroom(ONE_STEP),
    }
}

fn sufficiency<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let criterion = posed.formula("sufficiency", |eta| theorem_one(posed, eta));
            posed.meets(CLAIM.hypotheses).and(criterion)
        },
        conclusion: bounded_by_enumeration,
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

fn theorem_one<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    one_step::verdict(&posed.model, eta, &posed.p)
}

/// Is `I − E[A_b²] ⪰ 0`? By enumerating all batches.
fn contracts<T: Field>(posed: &Posed<T>) -> Verdict {
    let square = |batch: &[usize]| posed.model.step(batch, &posed.eta).squared();
    let mean = posed.instance.mean_over_batches::<T, DMatrix<T>>(square);
    positive_semidefinite(&(DMatrix::identity(mean.nrows(), mean.ncols()) - mean))
}

/// Ascent (η < 0): the criterion holds and every step increases the distance.
fn outside() -> Evidence {
    let ascent = |instance: Instance| {
        Instance::single(Quadratic::clone(&instance.model), -&instance.learning_rate)
    };
    contraction::<Exact>().outside(&counter_examples().map(ascent))
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};
    use proptest::prelude::*;
    use sgd_stability::decide::critical;
    use sgd_stability::model::{Evolution, golden, second_moment};

    use super::super::strategies::{config, question, rational, sized, vector};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/one_step_contraction.txt"))]

        /// Property 16: at the edge of Theorem 1, `E‖x_t‖²` never increases, from any start.
        #[test]
        fn the_mean_square_never_rises_up_to_the_edge(
            (model, sampling, batch) in question(sized(1..=3, 2)),
            start in vector(2),
        ) {
            let p = sampling.weight(model.samples(), batch).unwrap();
            let end = critical::of(ONE_STEP, &model, &p, &critical::default_width()).unwrap();
            let mut run = Evolution::from(&model, p, end.lower, &start);
            let mut before = run.squared_norm();
            for _ in 0..4 {
                run.step();
                let now = run.squared_norm();
                prop_assert!(now <= before, "{now} > {before}");
                before = now;
            }
        }
    }

    proptest! {
        #![proptest_config(config("proptest-regressions/one_step_contraction.txt"))]

        /// Property 16: `x₀ᵀ T^t(I) x₀` is the mean of `‖x_t‖²` over all words of batches.
        #[test]
        fn the_mean_square_is_the_mean_over_all_words(
            (model, sampling, batch) in question(sized(1..=3, 2)),
            start in vector(2),
            eta in rational(),
        ) {
            let p = sampling.weight(model.samples(), batch).unwrap();
            let batches = sampling.batches(model.samples(), batch);
            let mut run = Evolution::from(&model, p.clone(), eta.clone(), &start);
            let mut ends = vec![start.clone()];
            let mut carried = DMatrix::identity(2, 2);
            for _ in 0..2 {
                run.step();
                carried = second_moment::step(&model, &p, &eta, &carried);
                let follow = |x: &DVector<Exact>| {
                    let next = |b: &Vec<usize>| model.step(b, &eta) * x;
                    batches.iter().map(next).collect::<Vec<_>>()
                };
                ends = ends.iter().flat_map(follow).collect();
                let sum: Exact = ends.iter().map(|x| x.dot(x)).sum();
                let mean = sum / Exact::from(ends.len() as i64);
                prop_assert_eq!(&run.squared_norm(), &mean);
                prop_assert_eq!(start.dot(&(&carried * &start)), mean);
            }
        }
    }

    /// G1 is stable beyond Theorem 1: the mean square first rises to 53/48 of its initial value, then
    /// decays.
    #[test]
    fn beyond_theorem_one_the_mean_square_may_rise_first() {
        let (model, one) = (golden::three_inputs(), Exact::from(1));
        let start = DVector::from_element(2, one.clone());
        let mut run = Evolution::from(&model, one, Exact::fraction(5, 4), &start);
        let first = run.squared_norm();
        run.step();
        assert_eq!(run.squared_norm() / &first, Exact::fraction(53, 48));
        for _ in 1..10 {
            run.step();
        }
        assert!(run.squared_norm() < first);
    }
}
