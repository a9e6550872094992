//! Random reshuffling of three samples or more, checked wherever independent sampling is stable.

use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Checked, Claim, Examination, Guard, Hypothesis, Instance,
    MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, reshuffling};
use sgd_stability::model::golden;
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_is_no_less_stable",
    title: "Refuted: mean-square stability carries over to random reshuffling",
    statement: "For n ≥ 3 samples and batches of one: if SGD with independent batches is \
        mean-square stable, so is SGD with random reshuffling.",
    formula: reshuffling::latex,
    source: "Ours, both the question and the counter-example: two reflections and a third sample \
        at η = 35/34, where ρ(T) < 1 and ρ(T_RR) > 1.",
    hypotheses: &[
        Hypothesis::decided("three_samples: n ≥ 3 and B = 1", |asked| {
            (asked.model.samples() >= 3 && asked.batch == 1).into()
        }),
        MEAN_SQUARE_STABLE.worded(
            "mean_square_stable: η > 0 and SGD with independent batches is mean-square stable at η",
        ),
    ],
    reading: "In two dimensions an epoch can hold steps that cancel each other, whatever the \
        order, while independent draws mix them. With batches of one it is true in one dimension \
        and for two samples, and on nearly every instance tried. With batches of two it fails in \
        one dimension already: curvatures 1, 1, 0, 0 at η = 29/10.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Refuted,
    guards: &[Guard::of("reshuffled", &[Change::Tenths(9)])],
    exact: Check::Run(|version| examination::<Exact>().of(&single_and_broken(), version)),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(|version| examination::<Certified>().of(&single_and_broken(), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("reshuffled", |eta| {
                reshuffling::verdict(&posed.model, 1, eta)
            })
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// The instances with batches of one sample, and the counter-example.
fn single_and_broken() -> Vec<Instance> {
    let single = instances().filter(|question| question.batch == 1);
    single.cloned().chain([two_reflections()]).collect()
}

/// The counter-example, with ρ(T) ≈ 0.9987 and ρ(T_RR) ≈ 1.007.
fn two_reflections() -> Instance {
    Instance::single(golden::two_reflections(), Exact::fraction(35, 34))
}

#[cfg(test)]
mod tests {
    use sgd_stability::claim::Version;
    use sgd_stability::claim::family::fraction;
    use sgd_stability::criterion::mean_square;
    use sgd_stability::model::{Quadratic, Sampling};
    use sgd_stability::number::Field;

    use super::*;

    /// The two verdicts are strict, over ℚ and over intervals. No other tested instance
    /// breaks the claim.
    #[test]
    fn two_reflections_break_it() {
        let broken = [two_reflections()];
        assert_eq!(examination::<Exact>().of(&broken, Version::STATED).fails, 1);
        assert_eq!(
            examination::<Certified>()
                .of(&broken, Version::STATED)
                .fails,
            1
        );
        assert_eq!(
            examination::<Exact>()
                .of(&single_and_broken(), Version::STATED)
                .fails,
            1
        );
    }

    /// With batches of two the claim is already false in one dimension: for the curvatures 1, 1, 0, 0,
    /// one epoch in three takes one step on both curved samples and one on both flat ones.
    #[test]
    fn batches_of_two_break_it_in_one_dimension() {
        let model = Quadratic::one_dimensional(&["1", "1", "0", "0"].map(fraction)).unwrap();
        let eta = fraction("29/10");
        let asked = Instance::new(model, Sampling::WithoutReplacement, 2, eta.clone()).unwrap();
        let growth = asked.mean_over_batches::<Exact, Exact>(|batch| {
            asked.model.step(batch, &eta)[(0, 0)].square()
        });
        assert_eq!(growth, fraction("271/300"));
        let epoch = reshuffling::epoch_map(&asked.model, 2, &eta)[(0, 0)].clone();
        assert_eq!(epoch, fraction("36920125/30000000"));
        assert!(mean_square::verdict(&asked.model, &eta, &asked.weight).holds());
        assert!(reshuffling::verdict(&asked.model, 2, &eta).fails());
    }
}
