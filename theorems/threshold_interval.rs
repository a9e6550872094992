//! Mean-square stability, checked again at smaller learning rates.

use sgd_stability::claim::family::{fraction, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance,
    MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square};
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "threshold_interval",
    title: "The mean-square stable learning rates form an interval (0, η*]",
    statement: "With independent batches, mean-square stable at η > 0 implies mean-square stable \
        at every smaller positive learning rate.",
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    source: "Mulayoff and Michaeli 2024: C − ηD is affine in η, and D ⪰ 0.",
    hypotheses: &[MEAN_SQUARE_STABLE],
    reading: "There is one critical learning rate, so bisection finds it. For reshuffled epochs it \
        is false: curvatures 1 and 10 are stable up to 0.2298…, unstable beyond, and stable again \
        from 0.8702… to 11/10.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::necessary("smaller")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

/// The smaller learning rates, in 32nds of `η`.
const PARTS: [i64; 4] = [1, 12, 24, 31];

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("smaller", |eta| {
                smaller(eta, |eta| mean_square::verdict(&posed.model, eta, &posed.p))
            })
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// Does `stable` hold at all of these smaller learning rates?
fn smaller<T: Field>(eta: &T, stable: impl Fn(&T) -> Verdict) -> Verdict {
    let parts = PARTS
        .iter()
        .map(|&part| stable(&(eta * T::ratio(part, 32))));
    parts.fold(Verdict::Holds, Verdict::and)
}

/// Unstable learning rates that have unstable ones below them.
fn outside() -> Evidence {
    let beyond =
        ["1/4", "1", "11/10"].map(|eta| Instance::single(golden::stiff_pair(), fraction(eta)));
    examination::<Exact>().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use num_traits::One;
    use proptest::prelude::*;

    use super::super::strategies::{config, end_of, model, squared_epoch_factor, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/threshold_interval.txt"))]

        /// Property 7: every learning rate up to the end is stable, and none beyond it.
        #[test]
        fn below_the_end_all_is_stable_and_above_nothing(
            model in model(),
            p in weight(),
            part in 1i64..=32,
        ) {
            let end = end_of(&model, &p);
            let below = &end.lower * Exact::fraction(part, 32);
            let above = &end.upper * (Exact::one() + Exact::fraction(part, 32));
            prop_assert!(mean_square::verdict(&model, &below, &p).holds());
            prop_assert!(mean_square::verdict(&model, &above, &p).fails());
        }
    }

    /// For reshuffled epochs the claim is false (G5): they are stable at 1 and unstable at 7/8. In one
    /// dimension the epoch factor is the same for every order.
    #[test]
    fn for_reshuffled_epochs_it_is_false() {
        let stable =
            |eta: &str| squared_epoch_factor(&golden::stiff_pair(), &fraction(eta)) <= Exact::one();
        assert!(stable("1") && !stable("3/4") && stable("1/5"));
    }
}
