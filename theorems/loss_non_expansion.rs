//! Is it sufficient for stability that the expected loss, instead of the distance, never increases?

use sgd_stability::claim::family::{fraction, instances};
use sgd_stability::claim::{
    Certified, Chapter, Check, Checked, Claim, Evidence, Examination, Guard, Hypothesis, Instance,
    MINIMUM, POSITIVE_LEARNING_RATE, Posed, Status,
};
use sgd_stability::criterion::{MEAN_SQUARE, loss};
use sgd_stability::model::golden;
use sgd_stability::number::{Exact, Field, Verdict};

use super::enumeration::bounded_by_enumeration;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "loss_non_expansion",
    title: "If the expected loss rises from no point, SGD is mean-square stable",
    statement: "If every H_i ⪰ 0, η > 0 and 2H² − ηE[H_bHH_b] ⪰ 0, so that E L(x⁺) ≤ L(x) from \
        every point, then SGD is mean-square stable.",
    formula: || loss::latex() + r" \succeq 0",
    source: "Ours: Collatz and Wielandt's bound with X = H, as Theorem 1 of Wu, Ma and E is with X \
        = I.",
    hypotheses: &[
        MINIMUM,
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check("loss_never_rises: 2H² − ηE[H_bHH_b] ⪰ 0"),
    ],
    reading: "Sufficient like Theorem 1, and neither implies the other. Beyond it the loss may \
        rise for a step.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::enough("loss")],
    exact: Check::Run(|version| examination::<Exact>().of(instances(), version)),
    outside: Check::Run(outside),
    certified: Check::Run(|version| examination::<Certified>().of(instances(), version)),
    empirical: super::UNMEASURED,
};

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| {
            let never_rises = posed.formula("loss", |eta| loss_never_rises(posed, eta));
            posed.meets(CLAIM.hypotheses).and(never_rises)
        },
        conclusion: bounded_by_enumeration,
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// The condition `2H² − ηE[H_bHH_b] ⪰ 0`.
fn loss_never_rises<T: Field>(posed: &Posed<T>, eta: &T) -> Verdict {
    loss::non_expansion(&posed.model, eta, &posed.p)
}

/// Learning rates at which the loss increases from some point and SGD is unstable.
fn outside() -> Evidence {
    let beyond =
        ["1.268", "1.3", "2"].map(|eta| Instance::single(golden::three_inputs(), fraction(eta)));
    examination::<Exact>().outside(&beyond)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sgd_stability::criterion::{mean_square, one_step};
    use sgd_stability::decide::critical;
    use sgd_stability::matrix::bracket;

    use super::super::strategies::{config, model, weight};
    use super::*;

    #[test]
    fn neither_it_nor_theorem_one_implies_the_other() {
        let verdicts = instances().map(|instance| {
            let posed = Posed::<Exact>::from(instance);
            let contracts = one_step::verdict(&posed.model, &posed.eta, &posed.p).holds();
            (contracts, loss_never_rises(&posed, &posed.eta).holds())
        });
        let verdicts: Vec<(bool, bool)> = verdicts.collect();
        assert!(verdicts.contains(&(true, false)) && verdicts.contains(&(false, true)));
    }

    proptest! {
        #![proptest_config(config("proptest-regressions/loss_non_expansion.txt"))]

        /// SGD is stable up to and including the end of the condition.
        #[test]
        fn stable_up_to_the_end_of_the_condition(model in model(), p in weight()) {
            let holds = |eta: &Exact| loss::non_expansion(&model, eta, &p).holds();
            let end = bracket(holds, &Exact::from(1), &critical::default_width());
            prop_assert!(mean_square::verdict(&model, &end.lower, &p).holds());
        }
    }
}
