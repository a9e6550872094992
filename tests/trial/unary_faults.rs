//! Faulty kernels of one number: every kind of fault is found and named.

use sgd_stability::oracle::unary::{Function, nearest};
use sgd_stability::trial::unary::{Options, check};
use sgd_stability::trial::{FaultKind, Verdict};

use super::unary::{Each, within};

/// The trial of the correctly rounded function with a fault put into it.
fn faulty(
    function: Function,
    (first, last): (u32, u32),
    fault: impl Fn(f32, f32) -> f32 + Sync,
) -> Verdict {
    let kernel = Each(move |x: f32| fault(x, nearest(function, x)));
    let options = Options {
        strict: true,
        ..within(first, last)
    };
    check(&kernel, "faulty", function, &options).unwrap()
}

#[track_caller]
fn refused(verdict: &Verdict, kind: FaultKind, count: u64) {
    assert!(!verdict.passed);
    let found = verdict.faults.iter().find(|fault| fault.kind == kind);
    let found = found.unwrap_or_else(|| panic!("no {kind:?} in {:?}", verdict.faults));
    assert_eq!(found.count, count, "{found:?}");
    let replay = if kind.is_of_order() {
        "--shard "
    } else {
        "--input 0x"
    };
    assert!(found.replay.starts_with(replay), "{found:?}");
}

#[test]
fn one_wrong_input_of_a_block_is_found() {
    for (function, bad) in [
        (Function::Tanh, 0x3f00_1234),
        (Function::Exp, 0xbf00_0fff),
        (Function::Sin, 0x4f00_0001),
    ] {
        let first = bad & 0x7fff_e000;
        let verdict = faulty(function, (first, first + 0x1fff), |x, y| {
            if x.to_bits() == bad {
                y.next_up().next_up()
            } else {
                y
            }
        });
        refused(&verdict, FaultKind::TooLarge, 1);
        let fault = verdict
            .faults
            .iter()
            .find(|fault| fault.kind == FaultKind::TooLarge);
        let fault = fault.unwrap();
        assert_eq!(fault.replay, format!("--input {bad:#010x}"));
        assert_eq!(verdict.worst_input.unwrap().bits, format!("{bad:#010x}"));
        assert!(fault.right.contains("unrounded"), "{fault:?}");
        let again = Options {
            only: Some(bad),
            ..Options::default()
        };
        let kernel = Each(|x| nearest(function, x).next_up().next_up());
        let again = check(&kernel, "faulty", function, &again).unwrap();
        assert_eq!((again.inputs, again.max_ulp), (1, verdict.max_ulp));
    }
}

#[test]
fn a_zero_with_the_wrong_sign_is_found() {
    // At −0, where the right result is −0.
    let lost = faulty(
        Function::Tanh,
        (0, 15),
        |x, y| if x == 0.0 { 0.0 } else { y },
    );
    refused(&lost, FaultKind::SignOfZero, 1);
    // Γ alternates its sign below the least number.
    let lost = faulty(Function::Tgamma, (0x42a0_0000, 0x42a0_ffff), |_, y| {
        if y == 0.0 { 0.0 } else { y }
    });
    assert!(
        lost.faults
            .iter()
            .any(|fault| fault.kind == FaultKind::SignOfZero)
    );
}

#[test]
fn wrong_infinities_are_found() {
    // e^x overflows from 88.72284 on.
    let overflow = (0x42b1_7200, 0x42b1_72ff);
    let early = faulty(Function::Exp, overflow, |x, y| {
        if x > 88.7228 { f32::INFINITY } else { y }
    });
    assert!(
        early
            .faults
            .iter()
            .any(|fault| fault.kind == FaultKind::Infinity)
    );
    let never = faulty(Function::Exp, (0x42b8_0000, 0x42b8_0fff), |_, y| {
        y.min(f32::MAX)
    });
    refused(&never, FaultKind::Infinity, 0x1000);
    let pole = faulty(Function::Log, (0, 7), |_, y| y.max(-1e30));
    refused(&pole, FaultKind::Infinity, 2);
}

#[test]
fn nan_must_come_through_and_must_not_be_made() {
    let nan = (0x7fc0_0000, 0x7fc0_0fff);
    let swallowed = faulty(Function::Exp, nan, |_, y| if y.is_nan() { 0.0 } else { y });
    refused(&swallowed, FaultKind::LostNan, 0x2000);
    let made = faulty(Function::Exp, (0x3f80_0000, 0x3f80_0fff), |x, y| {
        if x == 1.0 { f32::NAN } else { y }
    });
    refused(&made, FaultKind::MadeNan, 1);
    let outside = faulty(Function::Log, (0x3f80_0000, 0x3f80_00ff), |x, y| {
        if x < 0.0 { 0.0 } else { y }
    });
    refused(&outside, FaultKind::LostNan, 0x100);
}

#[test]
fn a_broken_order_is_found() {
    let bad = f32::from_bits(0x3f00_0123);
    let verdict = faulty(Function::Erfc, (0x3f00_0000, 0x3f00_0fff), |x, y| {
        if x == bad {
            y.next_up().next_up().next_up()
        } else {
            y
        }
    });
    refused(&verdict, FaultKind::Monotonicity, 1);
    let falling = faulty(Function::Exp, (0x3f00_0000, 0x3f00_0fff), |x, y| {
        if x == -bad { y.next_up().next_up() } else { y }
    });
    refused(&falling, FaultKind::Monotonicity, 1);
}

#[test]
fn a_broken_symmetry_is_found() {
    for function in [Function::Sin, Function::Cosh] {
        let verdict = faulty(function, (0x3f00_0000, 0x3f00_0fff), |x, y| {
            if x == -0.5 { y.next_up() } else { y }
        });
        refused(&verdict, FaultKind::Symmetry, 1);
    }
}

#[test]
fn lost_subnormals_are_found() {
    let verdict = faulty(Function::Sinh, (0x007f_f000, 0x0080_0fff), |_, y| {
        if y.abs() < f32::MIN_POSITIVE {
            0.0f32.copysign(y)
        } else {
            y
        }
    });
    refused(&verdict, FaultKind::TooLarge, 0x2000);
    assert!(verdict.max_ulp.unwrap() > 8e6);
}

#[test]
fn results_that_are_never_written_are_found() {
    struct Lazy;
    impl sgd_stability::trial::Unary for Lazy {
        fn map(&self, x: &[f32], y: &mut [f32]) {
            // The last element is forgotten.
            for (x, y) in x.iter().zip(y.iter_mut()).take(x.len() - 1) {
                *y = nearest(Function::Sqrt, *x);
            }
        }
    }
    let options = within(0x7f7f_ff00, 0x7fff_ffff);
    let verdict = check(&Lazy, "lazy", Function::Tanh, &options).unwrap();
    assert!(!verdict.passed);
}

#[test]
fn a_trial_that_sees_only_nan_proves_nothing() {
    let verdict = faulty(Function::Exp, (0x7fc0_0000, 0x7fc0_0fff), |_, y| y);
    assert!(verdict.faults.is_empty());
    assert_eq!(verdict.mistrusted, verdict.inputs);
    assert!(!verdict.passed);
}

#[test]
fn a_sample_is_no_proof_but_finds_gross_faults() {
    let options = Options {
        sample: Some(4000),
        ..Options::default()
    };
    let right = Each(|x| nearest(Function::Tanh, x));
    let right = check(&right, "right", Function::Tanh, &options).unwrap();
    assert_eq!(
        (right.inputs, right.exhaustive, right.passed),
        (4000, false, true)
    );
    let coarse = Each(|x: f32| f32::from_bits(x.tanh().to_bits() & 0xffff_0000));
    assert!(
        !check(&coarse, "bf16", Function::Tanh, &options)
            .unwrap()
            .passed
    );
}
