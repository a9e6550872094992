//! # For two samples random reshuffling is at least as stable as independent sampling
//!
//! **Statement.** With two samples and batches of one: if SGD with independent batches is mean-
//! square stable, so is SGD with random reshuffling.
//!
//! **Source.** Ours: T² − T_RR = (Φ₁ − Φ₂)²/4 ⪰ 0 with Φ_i(X) = A_iXA_i.
//!
//! **Hypotheses.** `two_samples`: n = 2 and B = 1. `mean_square_stable`: η > 0 and SGD with
//! independent batches is mean-square stable at η.
//!
//! **Reading.** For two samples reshuffling helps. The converse is false (G4, G5), and for three
//! samples so is the statement.

use sgd_stability::claim::{Check, Claim, Evidence, Part, Status};
use sgd_stability::criterion::reshuffling;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Certified, Examination, Posed, end, mean_square_stable};
use super::family::{Instance, fraction, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "reshuffling_two_samples",
    title: "For two samples random reshuffling is at least as stable as independent sampling",
    statement: "With two samples and batches of one: if SGD with independent batches is mean-square stable, so is SGD with random reshuffling.",
    formula: reshuffling::latex,
    source: "Ours: T² − T_RR = (Φ₁ − Φ₂)²/4 ⪰ 0 with Φ_i(X) = A_iXA_i.",
    hypotheses: &[
        "two_samples: n = 2 and B = 1",
        "mean_square_stable: η > 0 and SGD with independent batches is mean-square stable at η",
    ],
    reading: "For two samples reshuffling helps. The converse is false (G4, G5), and for three samples so is the statement.",
    status: Status::Upheld,
    parts: &[Part::necessary("reshuffled")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| two_samples(posed).and(mean_square_stable(posed)),
        conclusion: |posed| {
            posed.formula("reshuffled", |eta| {
                reshuffling::verdict(&posed.model, 1, eta)
            })
        },
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// `n = 2` and `B = 1`.
fn two_samples<T: Field>(posed: &Posed<T>) -> Verdict {
    (posed.model.samples() == 2 && posed.instance.batch == 1).into()
}

/// Learning rates that are unstable under either sampling.
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

        /// The identity behind it, on Gram matrices of products: T² − T_RR is the mean of the four
        /// words less that of the two orders.
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
