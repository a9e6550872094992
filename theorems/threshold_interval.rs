//! # The mean-square stable learning rates form an interval [0, η*]
//!
//! **Statement.** If SGD with independent batches is mean-square stable at `η`, it is so at every
//! smaller positive learning rate.
//!
//! **Source.** Mulayoff and Michaeli 2024: `C − ηD` is affine in `η` and `D ⪰ 0`.
//!
//! **Hypotheses.** [`independent_batches`]: batches of different steps are independent.
//! [`mean_square_stable`]: the learning rate in question is stable.
//!
//! **Reading.** There is one critical learning rate, and it can be bracketed by bisection. For
//! runs that visit every sample once per epoch this is false: curvatures 1 and 10 are stable up to
//! 0.2298…, unstable beyond, and stable again from 0.8702… to 11/10.

use num_traits::One;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::mean_square;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{
    Certified, Examination, Posed, at_most, end, independent_batches, mean_square_stable,
    squared_epoch_factor,
};
use super::family::{Instance, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "threshold_interval",
    title: "The mean-square stable learning rates form an interval [0, η*]",
    statement: "Mean-square stable at η implies mean-square stable at every smaller positive learning rate.",
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    source: "Mulayoff and Michaeli 2024: C − ηD is affine in η, and D ⪰ 0.",
    hypotheses: &[
        "independent_batches: batches of different steps are independent",
        "mean_square_stable: η is stable",
    ],
    reading: "There is one critical learning rate, so bisection finds it. For reshuffled epochs it is false.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(instances())),
    outside: Check::Run(outside),
    certified: Check::Run(|| examination::<Certified>().of(instances())),
    empirical: super::UNMEASURED,
};

/// The learning rates asked for below `η`, in eighths of it.
const PARTS: [i64; 4] = [1, 3, 6, 7];

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: |posed| independent_batches(true).and(mean_square_stable(posed)),
        conclusion: |posed| {
            smaller(&posed.eta, |eta| {
                mean_square::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// Does `stable` hold at every smaller learning rate that is asked for?
fn smaller<T: Field>(eta: &T, stable: impl Fn(&T) -> Verdict) -> Verdict {
    let parts = PARTS.iter().map(|&part| stable(&(eta * T::ratio(part, 8))));
    parts.fold(Verdict::Holds, Verdict::and)
}

/// Reshuffled epochs (G5): stable at `η`, unstable at a smaller learning rate. The run is judged
/// by its epoch factor, which in one dimension is the same for every order.
fn outside() -> Evidence {
    let mut evidence = Evidence::new();
    for eta in ["1", "11/10", "9/10"] {
        let instance = Instance::single(golden::stiff_pair(), eta.parse().expect("a fraction"));
        let posed = Posed::<Exact>::from(&instance);
        let stable = |eta: &Exact| at_most(&squared_epoch_factor(&posed.model, eta), &Exact::one());
        let broken = (!independent_batches(false)).and(stable(&posed.eta));
        let distance = instance.headroom(end::gradient_descent);
        evidence.record(broken, smaller(&posed.eta, stable), distance, || {
            instance.describe()
        });
    }
    evidence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, end_of, model, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/threshold_interval.txt"))]

        /// Property 7: every learning rate up to the end is stable, every one beyond is not.
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
}
