//! # Refuted: almost sure stability implies mean-square stability
//!
//! **Statement.** If SGD in one dimension is almost surely stable, Π(1 − ηa_b)² ≤ 1, then it is
//! mean-square stable. False.
//!
//! **Source.** Ours: G4, the toy of Wu, Ma and E 2018 at x = 1 with η = 5/9, where the epoch
//! factor is −80/81 and the mean square grows by 82/81.
//!
//! **Hypotheses.** `almost_surely_stable`: d = 1 and Π(1 − ηa_b)² ≤ 1.
//!
//! **Reading.** Almost every run converges while rare ones carry the mean square to infinity.
//! Stiff curvatures 1 and 10 do it also at η = 1, where one sample stops the run for ever.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::{almost_sure, mean_square};
use sgd_stability::number::{Exact, Field};

use super::examination::{Certified, Finding, headroom, tally};
use super::family::{Instance, every_batch, fraction, one_dimensional_models};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "almost_sure_implies_mean_square",
    title: "Refuted: almost sure stability implies mean-square stability",
    statement: "If SGD in one dimension is almost surely stable, Π(1 − ηa_b)² ≤ 1, then it is mean-square stable. False.",
    formula: almost_sure::latex,
    source: "Ours: G4, the toy of Wu, Ma and E 2018 at x = 1 with η = 5/9, where the epoch factor is −80/81 and the mean square grows by 82/81.",
    hypotheses: &["almost_surely_stable: d = 1 and Π(1 − ηa_b)² ≤ 1"],
    reading: "Almost every run converges while rare ones carry the mean square to infinity. Stiff curvatures 1 and 10 do it also at η = 1, where one sample stops the run for ever.",
    status: Status::Refuted,
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Learning rates of interest: G4 at 5/9, the ends of almost sure stability, and between.
const RATES: [&str; 9] = [
    "1/10", "22/101", "0.2298", "1/2", "100/181", "5/9", "0.5595", "1", "11/10",
];

fn evidence<T: Field>() -> Evidence {
    let questions: Vec<Instance> = one_dimensional_models()
        .into_iter()
        .flat_map(every_batch)
        .collect();
    tally(
        questions
            .iter()
            .flat_map(|question| RATES.map(|eta| finding::<T>(&question.at(fraction(eta))))),
    )
}

fn finding<T: Field>(question: &Instance) -> Finding {
    let (model, eta) = (
        question.model.to::<T>(),
        T::from_exact(&question.learning_rate),
    );
    let batches = question.batches();
    let curvature = |b: &Vec<usize>| model.batch_hessian(b)[(0, 0)].clone();
    let curvatures: Vec<T> = batches.iter().map(curvature).collect();
    Finding {
        hypotheses: almost_sure::one_dimensional_verdict(&curvatures, &eta),
        conclusion: mean_square::verdict(&model, &eta, &T::from_exact(&question.weight)),
        distance: headroom(&question.learning_rate, &Exact::from(1)),
        case: question.describe(),
    }
}

#[cfg(test)]
mod tests {
    use sgd_stability::model::golden;
    use sgd_stability::number::Verdict;

    use super::*;

    /// Property 22: G4 and G5 are counter-examples, over ℚ and by enclosures.
    #[test]
    fn the_golden_counter_examples_break_it() {
        for (model, eta) in [
            (golden::toy_edge(), "5/9"),
            (golden::stiff_pair(), "1"),
            (golden::stiff_pair(), "0.2298"),
        ] {
            let question = Instance::single(model, fraction(eta));
            for found in [finding::<Exact>(&question), finding::<Certified>(&question)] {
                assert_eq!(
                    (found.hypotheses, found.conclusion),
                    (Verdict::Holds, Verdict::Fails)
                );
            }
        }
    }
}
