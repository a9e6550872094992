//! The rate of an epoch is compared with that of as many independent steps.

use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance,
    Status, Version, headroom, tally,
};
use sgd_stability::criterion::reshuffling;
use sgd_stability::decide::critical;
use sgd_stability::matrix::{Algebra, bracket, positive_semidefinite, symmetric};
use sgd_stability::model::second_moment::Maps;
use sgd_stability::model::{Sampling, golden};
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_contracts_no_less",
    title: "Refuted: an epoch of random reshuffling contracts at least as much as n independent \
        steps",
    statement: "For n ≥ 3 samples and batches of one, ρ(T_RR) ≤ ρ(T)ⁿ.",
    formula: reshuffling::latex,
    source: "Ours, both the question and the counter-example: two reflections and a third sample, \
        where ρ(T_RR) ≈ 0.8090 exceeds ρ(T)³ ≈ 0.8014. The related conjecture of Recht and Ré is \
        false too (Lai and Lim 2020; De Sa 2020).",
    hypotheses: &[Hypothesis::decided(
        "three_samples: n ≥ 3 and B = 1",
        |asked| (asked.model.samples() >= 3 && asked.batch == 1).into(),
    )],
    reading: "True for two samples and on most instances, and not in general: a noncommutative \
        inequality of means. Whether stability itself carries over is another claim.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Refuted,
    guards: &[Guard::of("ρ(T)ⁿ", &[Change::Tenths(11)])],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Only every `STRIDE`-th instance with several samples and batches of one is checked.
const STRIDE: usize = 2;

fn evidence<T: Field>(version: Version) -> Evidence {
    let several = |question: &&Instance| question.model.samples() >= 2 && question.batch == 1;
    let questions = instances().filter(several).step_by(STRIDE);
    let broken = two_reflections();
    let cases = questions
        .chain([&broken])
        .map(|question| examine::<T>(question, version));
    tally(version, cases)
}

/// The counter-example.
fn two_reflections() -> Instance {
    Instance::single(golden::two_reflections(), Exact::from(1))
}

fn examine<T: Field>(question: &Instance, version: Version) -> Examined {
    Examined {
        hypotheses: question.meets(CLAIM.hypotheses),
        conclusion: contracts_no_less::<T>(question, version),
        distance: headroom(&question.learning_rate, &Exact::from(1)),
        case: question.describe(),
    }
}

/// Is `ρ(T_RR) ≤ cⁿ` for a rational upper bound `c` of `ρ(T)`, of relative width 10⁻¹²?
fn contracts_no_less<T: Field>(question: &Instance, version: Version) -> Verdict {
    let (model, eta) = (&question.model, &question.learning_rate);
    let identity = symmetric::sandwich(&nalgebra::DMatrix::<Exact>::identity(
        model.dimension(),
        model.dimension(),
    ));
    let weight = Sampling::WithReplacement
        .weight(model.samples(), 1)
        .expect("a batch of one");
    let maps = Maps::of(model, &weight);
    let slack = sgd_stability::criterion::mean_square::slack(&maps, eta);
    let map = &identity - slack.scaled(eta);
    let bounded = |x: &Exact| positive_semidefinite(&(&identity - map.clone().scaled(x))).holds();
    let end = bracket(bounded, &Exact::from(1), &critical::default_width());
    let bound = end.lower.reciprocal().pow(model.samples() as u32);
    let over = |m: &nalgebra::DMatrix<Exact>| m.map(|entry| T::from_exact(&entry));
    let epoch = reshuffling::epoch_map(&model.to::<T>(), 1, &T::from_exact(eta));
    version.formula("ρ(T)ⁿ", &T::from_exact(&bound), |bound| {
        positive_semidefinite(&(over(&identity).scaled(bound) - &epoch))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clearly, over ℚ and over intervals: ρ(T_RR) > 0.809 and ρ(T)³ < 0.802.
    #[test]
    fn two_reflections_break_it() {
        let question = two_reflections();
        let conclusions = [
            examine::<Exact>(&question, Version::STATED),
            examine::<Certified>(&question, Version::STATED),
        ]
        .map(|found| found.conclusion);
        assert_eq!(conclusions, [Verdict::Fails, Verdict::Fails]);
        assert_eq!(evidence::<Exact>(Version::STATED).fails, 1);
    }
}
