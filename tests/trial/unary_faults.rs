//! Faulty kernels of one number: every kind of fault is found and named.

use sgd_stability::oracle::unary::{Function, nearest};
use sgd_stability::trial::unary::{Options, check};
use sgd_stability::trial::{FaultKind, Unary, Verdict};

use crate::roll::enter_faulty;

use super::unary::{Each, within};

/// The trial of the correctly rounded function with a fault put into it, over a range of magnitudes. It must
/// be refused for a fault of this kind, perhaps among others.
#[track_caller]
fn faulty(
    name: &str,
    kind: FaultKind,
    function: Function,
    magnitudes: (u32, u32),
    fault: impl Fn(f32, f32) -> f32 + Sync,
) -> Verdict {
    let kernel = Each(move |x: f32| fault(x, nearest(function, x)));
    let verdict = strict_trial(&kernel, name, function, magnitudes);
    assert!(!verdict.passed);
    let first = verdict.faults.iter().position(|fault| fault.kind == kind);
    let first = first.unwrap_or_else(|| panic!("no {kind:?} in {:?}", verdict.faults));
    enter_faulty(&verdict, first);
    verdict
}

/// A strict trial over a range of magnitudes.
fn strict_trial(
    kernel: &impl Unary,
    name: &str,
    function: Function,
    (first, last): (u32, u32),
) -> Verdict {
    let options = Options {
        strict: true,
        ..within(first, last)
    };
    check(kernel, name, function, &options).unwrap()
}

/// Every faulty kernel of one number.
pub fn all() {
    one_wrong_input_of_a_block_is_found();
    a_zero_with_the_wrong_sign_is_found();
    wrong_infinities_are_found();
    nan_must_come_through_and_must_not_be_made();
    a_broken_order_is_found();
    a_broken_symmetry_is_found();
    lost_subnormals_are_found();
    results_that_are_never_written_are_found();
}

#[track_caller]
fn refused(verdict: &Verdict, kind: FaultKind, count: u64) {
    let found = verdict.faults.iter().find(|fault| fault.kind == kind);
    let found = found.expect("the fault that was found");
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
        let name = "one input of 2³² is wrong by two ulps";
        let verdict = faulty(
            name,
            FaultKind::TooLarge,
            function,
            (first, first + 0x1fff),
            |x, y| {
                if x.to_bits() == bad {
                    y.next_up().next_up()
                } else {
                    y
                }
            },
        );
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
        "−0 becomes 0",
        FaultKind::SignOfZero,
        Function::Tanh,
        (0, 15),
        |x, y| if x == 0.0 { 0.0 } else { y },
    );
    refused(&lost, FaultKind::SignOfZero, 1);
    // Γ alternates its sign below the least number.
    let far = (0x42a0_0000, 0x42a0_ffff);
    let name = "underflow has the sign +";
    faulty(
        name,
        FaultKind::SignOfZero,
        Function::Tgamma,
        far,
        |_, y| {
            if y == 0.0 { 0.0 } else { y }
        },
    );
}

#[test]
fn wrong_infinities_are_found() {
    // e^x overflows from 88.72284 on.
    let overflow = (0x42b1_7200, 0x42b1_72ff);
    let name = "overflows too early";
    faulty(
        name,
        FaultKind::Infinity,
        Function::Exp,
        overflow,
        |x, y| {
            if x > 88.7228 { f32::INFINITY } else { y }
        },
    );
    let beyond = (0x42b8_0000, 0x42b8_0fff);
    let name = "the largest number for an overflow";
    let never = faulty(name, FaultKind::Infinity, Function::Exp, beyond, |_, y| {
        y.min(f32::MAX)
    });
    refused(&never, FaultKind::Infinity, 0x1000);
    let name = "a large number at the pole";
    let pole = faulty(name, FaultKind::Infinity, Function::Log, (0, 7), |_, y| {
        y.max(-1e30)
    });
    refused(&pole, FaultKind::Infinity, 2);
}

#[test]
fn nan_must_come_through_and_must_not_be_made() {
    let nan = (0x7fc0_0000, 0x7fc0_0fff);
    let name = "NaN becomes 0";
    let swallowed = faulty(name, FaultKind::LostNan, Function::Exp, nan, |_, y| {
        if y.is_nan() { 0.0 } else { y }
    });
    refused(&swallowed, FaultKind::LostNan, 0x2000);
    let at_one = (0x3f80_0000, 0x3f80_0fff);
    let name = "NaN at 1";
    let made = faulty(name, FaultKind::MadeNan, Function::Exp, at_one, |x, y| {
        if x == 1.0 { f32::NAN } else { y }
    });
    refused(&made, FaultKind::MadeNan, 1);
    let few = (0x3f80_0000, 0x3f80_00ff);
    let name = "0 where there is no logarithm";
    let outside = faulty(name, FaultKind::LostNan, Function::Log, few, |x, y| {
        if x < 0.0 { 0.0 } else { y }
    });
    refused(&outside, FaultKind::LostNan, 0x100);
}

#[test]
fn a_broken_order_is_found() {
    let bad = f32::from_bits(0x3f00_0123);
    let range = (0x3f00_0000, 0x3f00_0fff);
    let name = "rises once where it should fall";
    let verdict = faulty(
        name,
        FaultKind::Monotonicity,
        Function::Erfc,
        range,
        |x, y| {
            if x == bad {
                y.next_up().next_up().next_up()
            } else {
                y
            }
        },
    );
    refused(&verdict, FaultKind::Monotonicity, 1);
    let name = "falls once where it should rise";
    let falling = faulty(
        name,
        FaultKind::Monotonicity,
        Function::Exp,
        range,
        |x, y| {
            if x == -bad { y.next_up().next_up() } else { y }
        },
    );
    refused(&falling, FaultKind::Monotonicity, 1);
}

#[test]
fn a_broken_symmetry_is_found() {
    for function in [Function::Sin, Function::Cosh] {
        let range = (0x3f00_0000, 0x3f00_0fff);
        let name = "one ulp off at −1/2 only";
        let verdict = faulty(name, FaultKind::Symmetry, function, range, |x, y| {
            if x == -0.5 { y.next_up() } else { y }
        });
        refused(&verdict, FaultKind::Symmetry, 1);
    }
}

#[test]
fn lost_subnormals_are_found() {
    let range = (0x007f_f000, 0x0080_0fff);
    let name = "subnormal results are lost";
    let verdict = faulty(name, FaultKind::TooLarge, Function::Sinh, range, |_, y| {
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
                *y = nearest(Function::Tanh, *x);
            }
        }
    }
    let options = within(0x3f80_0000, 0x3f80_0fff);
    let name = "the last element of a call is not written";
    let verdict = check(&Lazy, name, Function::Tanh, &options).unwrap();
    assert!(!verdict.passed);
    enter_faulty(&verdict, 0);
}

#[test]
fn a_trial_that_sees_only_nan_proves_nothing() {
    let right = Each(|x| nearest(Function::Exp, x));
    let range = (0x7fc0_0000, 0x7fc0_0fff);
    let verdict = strict_trial(&right, "right", Function::Exp, range);
    assert!(!verdict.passed);
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
