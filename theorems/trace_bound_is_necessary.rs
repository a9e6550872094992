//! # Mean-square stability needs η tr(H² + pΣ) ≤ 2 tr H, and so s ≤ √r/(η√p)
//!
//! **Statement.** If SGD is mean-square stable then η tr(H² + pΣ) ≤ 2 tr H, and hence η²p tr Σ ≤
//! rank H.
//!
//! **Source.** Mulayoff and Michaeli 2024, condition (16): the Rayleigh quotient at X = I. The
//! bound by the rank is ours.
//!
//! **Hypotheses.** `mean_square_stable`: the learning rate is mean-square stable.
//!
//! **Reading.** What remains of the non-uniformity bound in several dimensions: a factor √r on
//! s. Not sufficient.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::criterion::trace;
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field};

use super::examination::{Certified, Examination, end, mean_square_stable};
use super::family::{Instance, fraction, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "trace_bound_is_necessary",
    title: "Mean-square stability needs η tr(H² + pΣ) ≤ 2 tr H, and so s ≤ √r/(η√p)",
    statement: "If SGD is mean-square stable then η tr(H² + pΣ) ≤ 2 tr H, and hence η²p tr Σ ≤ rank H.",
    formula: trace::latex,
    source: "Mulayoff and Michaeli 2024, condition (16): the Rayleigh quotient at X = I. The bound by the rank is ours.",
    hypotheses: &["mean_square_stable: the learning rate is mean-square stable"],
    reading: "What remains of the non-uniformity bound in several dimensions: a factor √r on s. Not sufficient.",
    status: Status::Upheld,
    exact: Check::Run(|| examination::<Exact>().of(instances())),
    outside: Check::Run(outside),
    certified: Check::Run(|| examination::<Certified>().of(instances())),
    empirical: super::UNMEASURED,
};

fn examination<T: Field>() -> Examination<T> {
    Examination {
        hypotheses: mean_square_stable,
        conclusion: |posed| {
            let rank = trace::rank_verdict(&posed.model, &posed.eta, &posed.p);
            trace::verdict(&posed.model, &posed.eta, &posed.p).and(rank)
        },
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// Unstable learning rates at which the bound breaks: it ends at 4/3 for the three inputs.
fn outside() -> Evidence {
    let beyond =
        ["1.334", "3/2", "2"].map(|eta| Instance::single(golden::three_inputs(), fraction(eta)));
    examination::<Exact>().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::strategies::{config, end_of, model, weight};
    use super::*;

    proptest! {
        #![proptest_config(config("proptest-regressions/trace_bound_is_necessary.txt"))]

        /// Property 13, its trace: at the very end of stability.
        #[test]
        fn both_bounds_hold_up_to_the_end(model in model(), p in weight()) {
            let eta = end_of(&model, &p).lower;
            prop_assert!(trace::verdict(&model, &eta, &p).holds());
            prop_assert!(trace::rank_verdict(&model, &eta, &p).holds());
        }
    }
}
