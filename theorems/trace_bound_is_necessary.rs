//! The bounds that follow from the trace of the second-moment map.

use sgd_stability::claim::family::{fraction, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Instance,
    MEAN_SQUARE_STABLE, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, trace};
use sgd_stability::model::golden;
use sgd_stability::number::Exact;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "trace_bound_is_necessary",
    title: "Mean-square stability needs η tr(H² + pΣ) ≤ 2 tr H, and so s ≤ √r/(η√p)",
    statement: "If SGD is mean-square stable then η tr(H² + pΣ) ≤ 2 tr H, and hence η²p tr Σ ≤ \
        rank H.",
    formula: || trace::latex() + r" \ge 0",
    source: "Mulayoff and Michaeli 2024, condition (16): the Rayleigh quotient at X = I. The bound \
        by the rank is ours.",
    hypotheses: &[MEAN_SQUARE_STABLE],
    reading: "What remains of the non-uniformity bound in several dimensions: a factor √r on s. \
        Not sufficient.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::necessary("trace"), Guard::necessary("rank")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            let (model, p) = (&posed.model, &posed.p);
            let trace = posed.formula("trace", |eta| trace::verdict(model, eta, p));
            trace.and(posed.formula("rank", |eta| trace::rank_verdict(model, eta, p)))
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// Unstable learning rates for which the bound fails; for the three inputs it has its end at 4/3.
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

        /// Property 13 for the trace: both bounds hold up to and including the end of stability.
        #[test]
        fn both_bounds_hold_up_to_the_end(model in model(), p in weight()) {
            let eta = end_of(&model, &p).lower;
            prop_assert!(trace::verdict(&model, &eta, &p).holds());
            prop_assert!(trace::rank_verdict(&model, &eta, &p).holds());
        }
    }
}
