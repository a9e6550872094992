//! Runs that converge although their mean square grows.

use sgd_stability::claim::family::{every_batch, fraction, one_dimensional_models};
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance,
    ONE_DIMENSIONAL, Status, Version, headroom, tally,
};
use sgd_stability::criterion::{almost_sure, mean_square};
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "almost_sure_implies_mean_square",
    title: "Refuted: almost sure convergence implies mean-square stability",
    statement: "If SGD in one dimension converges almost surely, Π(1 − ηa_b)² < 1, then it is \
        mean-square stable.",
    formula: || almost_sure::latex() + r" > 0",
    source: "Ours: G4, the toy of Wu, Ma and E 2018 at x = 1 with η = 5/9, where the epoch factor \
        is −80/81 and the mean square grows by 82/81.",
    hypotheses: &[
        ONE_DIMENSIONAL,
        Hypothesis::by_the_check("almost_surely_convergent: Π(1 − ηa_b)² < 1"),
    ],
    reading: "Almost every run converges while rare ones carry the mean square to infinity. Stiff \
        curvatures 1 and 10 do it also at η = 1, where one sample stops the run for ever.",
    chapter: Chapter::Moments,
    status: Status::Refuted,
    guards: &[Guard::of("mean square", &[Change::Tenths(1)])],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Learning rates: 5/9 for G4, the ends of almost sure stability, and some in between.
const RATES: [&str; 9] = [
    "1/10", "22/101", "0.2298", "1/2", "100/181", "5/9", "0.5595", "1", "11/10",
];

fn evidence<T: Field>(version: Version) -> Evidence {
    let models = one_dimensional_models().into_iter();
    let models = models.chain([golden::three_inputs()]);
    let questions: Vec<Instance> = models.flat_map(every_batch).collect();
    let cases = questions
        .iter()
        .flat_map(|question| RATES.map(|eta| examine::<T>(&question.at(fraction(eta)), version)));
    tally(version, cases)
}

fn examine<T: Field>(question: &Instance, version: Version) -> Examined {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let batches = question.batches();
    let curvature = |b: &Vec<usize>| model.batch_hessian(b)[(0, 0)].clone();
    let curvatures: Vec<T> = batches.iter().map(curvature).collect();
    let shrinks = T::one().compare(&almost_sure::squared_product(&curvatures, &eta));
    let weight = T::from_exact(&question.weight);
    let mean_square = |eta: &T| mean_square::verdict(&model, eta, &weight);
    Examined {
        hypotheses: question
            .meets(CLAIM.hypotheses)
            .and(Verdict::positive(shrinks)),
        conclusion: version.formula("mean square", &eta, mean_square),
        distance: headroom(&question.learning_rate, &Exact::from(1)),
        case: question.describe(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Property 22: G4 and G5 are counter-examples, over ℚ and over intervals.
    #[test]
    fn the_golden_counter_examples_break_it() {
        for (model, eta) in [
            (golden::toy_edge(), "5/9"),
            (golden::stiff_pair(), "1"),
            (golden::stiff_pair(), "0.2298"),
        ] {
            let question = Instance::single(model, fraction(eta));
            for found in [
                examine::<Exact>(&question, Version::STATED),
                examine::<Certified>(&question, Version::STATED),
            ] {
                assert_eq!(
                    (found.hypotheses, found.conclusion),
                    (Verdict::Holds, Verdict::Fails)
                );
            }
        }
    }
}
