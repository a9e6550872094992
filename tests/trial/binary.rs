//! The trial of functions of two numbers.

use sgd_stability::oracle::binary::{Function, judge, nearest};
use sgd_stability::oracle::unary::{Edges, Finding};
use sgd_stability::trial::binary::{Options, check};
use sgd_stability::trial::{Binary, CLASSES, FaultKind, Verdict};

struct Each<F>(F);

impl<F: Fn(f32, f32) -> f32 + Sync> Binary for Each<F> {
    fn map(&self, x: &[f32], y: &[f32], z: &mut [f32]) {
        for ((x, y), z) in x.iter().zip(y).zip(z) {
            *z = self.0(*x, *y);
        }
    }
}

fn trial(function: Function, kernel: impl Fn(f32, f32) -> f32 + Sync) -> Verdict {
    let options = Options {
        random: 1 << 12,
        ..Options::default()
    };
    check(&Each(kernel), "kernel", function, &options)
}

#[test]
fn errors_are_those_that_can_be_computed_by_hand() {
    let edges = Edges::new(&CLASSES, 1.0);
    let error = |function, x, y, z| match judge(function, [x, y], z, &edges) {
        Finding::Error { ulps, .. } => ulps,
        finding => panic!("{finding:?}"),
    };
    assert_eq!(error(Function::Hypot, 3.0, 4.0, 5.0), 0.0);
    assert_eq!(error(Function::Hypot, 3.0, 4.0, 5f32.next_up()), 1.0);
    // 4097² = 2²⁴ + 8193 is odd and needs 25 bits: a tie.
    assert_eq!(error(Function::Pow, 4097.0, 2.0, 16_785_408.0), 0.5);
    assert_eq!(error(Function::Atan2, 0.0, 1.0, 0.0), 0.0);
    assert_eq!(nearest(Function::Pow, [-0.0, -3.0]), f32::NEG_INFINITY);
    assert_eq!(nearest(Function::Pow, [1.0, f32::NAN]), 1.0);
    assert_eq!(
        nearest(Function::Hypot, [f32::NAN, f32::INFINITY]),
        f32::INFINITY
    );
    assert!(nearest(Function::Atan2, [-0.0, 1.0]).is_sign_negative());
}

#[test]
fn correctly_rounded_kernels_pass_and_faulty_ones_do_not() {
    for function in Function::all() {
        let right = trial(function, |x, y| nearest(function, [x, y]));
        assert!(right.passed, "{:?}", right.faults);
        assert!(right.max_ulp.unwrap() <= 0.5);
        assert!(!right.exhaustive && right.inputs > 20_000);
        let unsigned = trial(function, |x, y| nearest(function, [x, y]).abs());
        let has = |verdict: &Verdict, kind| verdict.faults.iter().any(|fault| fault.kind == kind);
        assert_eq!(
            has(&unsigned, FaultKind::TooLarge),
            function != Function::Hypot
        );
        let quiet = trial(function, |x, y| {
            let z = nearest(function, [x, y]);
            if z.is_nan() { 0.0 } else { z }
        });
        assert!(has(&quiet, FaultKind::LostNan));
    }
    let naive = trial(Function::Hypot, |x, y| (x * x + y * y).sqrt());
    assert!(
        naive
            .faults
            .iter()
            .any(|fault| fault.kind == FaultKind::Infinity)
    );
    let no_quadrant = trial(Function::Atan2, |y, x| (y / x).atan());
    assert!(!no_quadrant.passed);
}

#[test]
fn a_fault_can_be_replayed_and_parts_make_the_whole() {
    let kernel = |x: f32, y: f32| {
        let z = nearest(Function::Pow, [x, y]);
        if x == 10.0 && y == 2.0 {
            z.next_up().next_up()
        } else {
            z
        }
    };
    let whole = trial(Function::Pow, kernel);
    let fault = &whole.faults[0];
    assert_eq!(fault.replay, "--input 0x41200000,0x40000000");
    let again = Options {
        only: Some([0x4120_0000, 0x4000_0000]),
        ..Options::default()
    };
    let again = check(&Each(kernel), "kernel", Function::Pow, &again);
    assert_eq!((again.inputs, again.max_ulp), (1, Some(2.0)));
    let part = |text: &str| {
        let options = Options {
            random: 1 << 12,
            shard: text.parse().unwrap(),
            ..Options::default()
        };
        check(&Each(kernel), "kernel", Function::Pow, &options)
    };
    let mut joined = part("1/2");
    joined.join(part("2/2"));
    assert_eq!(
        (joined.inputs, joined.histogram),
        (whole.inputs, whole.histogram)
    );
    assert_eq!(joined.max_ulp, whole.max_ulp);
}
