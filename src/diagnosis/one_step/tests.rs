use super::super::number::Status;
use super::*;
use crate::curvature::{Ends, OneStepParts, Smallest};
use crate::number::Verdict;

fn ritz(value: f64, residual: f64) -> crate::curvature::Ritz {
    crate::curvature::Ritz {
        value,
        residual,
        error: residual,
        vector: Vec::new(),
    }
}

/// The answer for `λ_min(M)` with its floor, where rounding may have lost `lost`, at η = 1/10.
fn answer(value: f64, floor: Option<f64>, lost: f64) -> OneStep {
    let smallest = Smallest {
        ritz: ritz(value, 0.0),
        floor,
        products: 40,
        converged: true,
    };
    let largest = Ends {
        largest: ritz(9.0, 1e-4),
        smallest: ritz(value, 1.0),
        products: 12,
        converged: true,
        ahead: Vec::new(),
    };
    let along = OneStepParts {
        hessian: 1.0,
        squared: 1.0,
        noise: 1.0,
    };
    let lost = Lost {
        smallest: lost,
        largest: lost,
        anywhere: 2.0 * lost,
    };
    OneStep::new(&smallest, &largest, along, lost, 0.1, 1e-5)
}

#[test]
fn only_what_the_bar_excludes_holds_or_fails() {
    for (value, floor, lost, verdict) in [
        (0.5, Some(0.4), 0.1, Verdict::Holds),
        (0.5, Some(0.4), 0.3, Verdict::Undecided),
        (0.5, None, 0.0, Verdict::Undecided),
        (0.0, Some(-0.1), 0.0, Verdict::Undecided),
        (-0.5, Some(-0.6), 0.6, Verdict::Undecided),
        (-0.5, Some(-0.6), 0.4, Verdict::Fails),
        (-0.5, None, 0.4, Verdict::Fails),
    ] {
        let found = answer(value, floor, lost);
        assert_eq!(found.verdict, verdict, "{value}, {floor:?}, {lost}");
        let Growth { lower, upper } = found.growth;
        assert_eq!(lower > 1.0, verdict == Verdict::Fails, "{lower}");
        assert_eq!(
            upper.is_some_and(|upper| upper <= 1.0),
            verdict == Verdict::Holds
        );
    }
    let found = answer(-0.5, Some(-0.6), 0.1);
    assert!((found.growth.lower - 1.04).abs() < 1e-12);
    assert!(
        found
            .growth
            .upper
            .is_some_and(|upper| (upper - 1.08).abs() < 1e-12)
    );
    assert_eq!(found.smallest.status, Status::ConvergedToRounding);
    // λ_min(M) = −1/2, with 2vᵀHv = −2/5 or −1/5 of it.
    for (hessian, is_no_minimum) in [(-0.2, true), (-0.1, false), (1.0, false)] {
        let mut found = found;
        found.along.hessian = hessian;
        assert_eq!(found.is_no_minimum(), is_no_minimum);
    }
}

#[test]
fn a_theorem_that_holds_makes_a_point_stable_unless_it_is_shown_unstable() {
    let judgement = |verdict| Judgement {
        verdict,
        basis: Justification::None,
        reason: "as before".to_owned(),
    };
    let holds = OneStepAnswer::Measured(answer(0.5, Some(0.4), 0.0));
    let judged = holds.judge(judgement(Stability::Undecided));
    assert_eq!(
        (judged.verdict, judged.basis),
        (Stability::Stable, Justification::Sufficient)
    );
    let unstable = judgement(Stability::Unstable);
    assert_eq!(holds.judge(unstable.clone()), unstable);
    let undecided = judgement(Stability::Undecided);
    for other in [
        OneStepAnswer::Measured(answer(-0.5, None, 0.0)),
        OneStepAnswer::LeftOut("a reason".to_owned()),
    ] {
        assert_eq!(other.judge(undecided.clone()), undecided);
    }
}
