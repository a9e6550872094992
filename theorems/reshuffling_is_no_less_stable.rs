//! # Refuted: mean-square stability carries over to random reshuffling
//!
//! **Statement.** For n ≥ 3 samples and batches of one: if SGD with independent batches is mean-
//! square stable, so is SGD with random reshuffling. False.
//!
//! **Source.** Ours, both the question and the counter-example: two reflections and a third
//! sample at η = 35/34, where ρ(T) < 1 and ρ(T_RR) > 1.
//!
//! **Hypotheses.** `three_samples`: n ≥ 3 and B = 1. `mean_square_stable`: η is mean-square
//! stable with independent batches.
//!
//! **Reading.** In two dimensions an epoch can hold steps that cancel each other, whatever the
//! order, while independent draws mix them. True in one dimension and for two samples, and on
//! nearly every instance tried.

use sgd_stability::claim::{Check, Claim, Status};
use sgd_stability::criterion::reshuffling;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field};

use super::examination::{Certified, Examination, end, mean_square_stable};
use super::family::{Instance, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_is_no_less_stable",
    title: "Refuted: mean-square stability carries over to random reshuffling",
    statement: "For n ≥ 3 samples and batches of one: if SGD with independent batches is mean-square stable, so is SGD with random reshuffling. False.",
    formula: reshuffling::latex,
    source: "Ours, both the question and the counter-example: two reflections and a third sample at η = 35/34, where ρ(T) < 1 and ρ(T_RR) > 1.",
    hypotheses: &[
        "three_samples: n ≥ 3 and B = 1",
        "mean_square_stable: η is mean-square stable with independent batches",
    ],
    reading: "In two dimensions an epoch can hold steps that cancel each other, whatever the order, while independent draws mix them. True in one dimension and for two samples, and on nearly every instance tried.",
    status: Status::Refuted,
    exact: Check::Run(|| examination::<Exact>().of(&single_and_broken())),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(|| examination::<Certified>().of(&single_and_broken())),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let three_samples = posed.model.samples() >= 3 && posed.instance.batch == 1;
            mean_square_stable(posed).and(three_samples.into())
        },
        conclusion: |posed| reshuffling::verdict(&posed.model, 1, &posed.eta),
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// The instances with batches of one sample, and the counter-example.
fn single_and_broken() -> Vec<Instance> {
    let single = instances().iter().filter(|question| question.batch == 1);
    single.cloned().chain([two_reflections()]).collect()
}

/// The counter-example: ρ(T) ≈ 0.9987 and ρ(T_RR) ≈ 1.007.
fn two_reflections() -> Instance {
    Instance::single(golden::two_reflections(), Exact::fraction(35, 34))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strictly stable and unstable, over ℚ and by enclosures; nothing else that is tried breaks it.
    #[test]
    fn two_reflections_break_it() {
        let broken = [two_reflections()];
        assert_eq!(examination::<Exact>().of(&broken).fails, 1);
        assert_eq!(examination::<Certified>().of(&broken).fails, 1);
        assert_eq!(examination::<Exact>().of(&single_and_broken()).fails, 1);
    }
}
