//! Random reshuffling of two samples, checked wherever independent sampling is stable.

use sgd_stability::claim::family::{fraction, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Hypothesis, Instance,
    MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, reshuffling};
use sgd_stability::model::golden;
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_two_samples",
    title: "For two samples random reshuffling is at least as stable as independent sampling",
    statement: "With two samples and batches of one: if SGD with independent batches is \
        mean-square stable, so is SGD with random reshuffling.",
    formula: reshuffling::latex,
    source: "Ours: T² − T_RR = (Φ₁ − Φ₂)²/4 ⪰ 0 with Φ_i(X) = A_iXA_i.",
    hypotheses: &[
        Hypothesis::decided("two_samples: n = 2 and B = 1", |asked| {
            (asked.model.samples() == 2 && asked.batch == 1).into()
        }),
        MEAN_SQUARE_STABLE.worded(
            "mean_square_stable: η > 0 and SGD with independent batches is mean-square stable at η",
        ),
    ],
    reading: "For two samples reshuffling helps. The converse is false (G4, G5), and for three \
        samples so is the statement.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Upheld,
    guards: &[Guard::necessary("reshuffled")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
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

/// Learning rates at which both sampling schemes are unstable.
fn outside() -> Evidence {
    let beyond =
        ["0.3", "1/2", "4/5"].map(|eta| Instance::single(golden::stiff_pair(), fraction(eta)));
    examination::<Exact>().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::matrix::symmetric::sandwich;

    use super::super::strategies::{config, rational, sized};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/reshuffling_two_samples.txt"))]

        /// The underlying identity, on Gram matrices of products: T² − T_RR is the mean over the four
        /// words minus the mean over the two orders.
        #[test]
        fn the_two_maps_differ_by_a_square(model in sized(2, 2), eta in rational()) {
            let step = |i: usize| model.step(&[i], &eta);
            let words = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(i, j)| sandwich(&(step(i) * step(j))));
            let twice = words.into_iter().reduce(|sum, word| sum + word).unwrap();
            let slack = twice / Exact::from(4) - reshuffling::epoch_map(&model, 1, &eta);
            prop_assert!(sgd_stability::matrix::positive_semidefinite(&slack).holds());
        }
    }
}
