//! The trial of functions of one number: known values, honest kernels, the filter against MPFR, parts of a
//! trial.

use sgd_stability::oracle::unary::Expected;
use sgd_stability::oracle::unary::{Edges, Finding, Function, blocks, expected, judge, nearest};
use sgd_stability::trial::unary::{Options, check};
use sgd_stability::trial::{CLASSES, Unary, Verdict};

/// A function as C has it.
type Single = fn(f32) -> f32;

/// A kernel that is a function of single numbers.
pub struct Each<F>(pub F);

impl<F: Fn(f32) -> f32 + Sync> Unary for Each<F> {
    fn map(&self, x: &[f32], y: &mut [f32]) {
        for (x, y) in x.iter().zip(y) {
            *y = self.0(*x);
        }
    }
}

/// Options for the inputs with these bits of |x|.
pub fn within(first: u32, last: u32) -> Options {
    Options {
        magnitudes: first..=last,
        ..Options::default()
    }
}

fn error(function: Function, x: f32, y: f32) -> f64 {
    match judge(function, x, y, &Edges::new(&CLASSES, 1.0)) {
        Finding::Error { ulps, .. } => ulps,
        finding => panic!("{function} at {x}: {finding:?}"),
    }
}

#[test]
fn errors_are_those_that_can_be_computed_by_hand() {
    // e^0 = 1, and the float above it is one unit away, the float below half a unit.
    assert_eq!(error(Function::Exp, 0.0, 1.0), 0.0);
    assert_eq!(error(Function::Exp, 0.0, 1f32.next_up()), 1.0);
    assert_eq!(error(Function::Exp, 0.0, 1f32.next_down()), 0.5);
    // tanh(20) is just below 1, where the unit is 2⁻²⁴.
    assert!((error(Function::Tanh, 20.0, 1.0) - 0.0).abs() < 1e-9);
    let below = error(Function::Tanh, 20.0, 1f32.next_down());
    assert!((below - 1.0).abs() < 1e-9);
    // 5! = 120, whose unit is 2⁻¹⁷.
    assert_eq!(error(Function::Tgamma, 6.0, 120.0), 0.0);
    assert_eq!(error(Function::Tgamma, 6.0, 120f32.next_up()), 1.0);
    // 2⁻¹⁴⁹·½ is half of the least subnormal.
    assert_eq!(error(Function::Exp2, -150.0, 0.0), 0.5);
    assert_eq!(error(Function::Exp2, -150.0, f32::from_bits(1)), 0.5);
    assert_eq!(error(Function::Sqrt, 4.0, 2.0), 0.0);
}

#[test]
fn one_millionth_of_an_ulp_is_seen() {
    let verdict = |allowed| {
        let options = Options {
            allowed_ulp: allowed,
            only: Some(0x3f00_0000),
            ..Options::default()
        };
        check(
            &Each(|_: f32| 0.462_117_14),
            "tanh",
            Function::Tanh,
            &options,
        )
        .unwrap()
    };
    let exact = verdict(1.0).max_ulp.unwrap();
    assert!(!verdict(exact - 1e-7).passed);
    assert!(verdict(exact + 1e-7).passed);
}

#[test]
fn the_limits_are_those_of_c() {
    let infinite = |negative| Expected::Infinite { negative };
    for (function, x, right) in [
        (Function::Log, -1.0, Expected::Nan),
        (Function::Log, -0.0, infinite(true)),
        (Function::Tgamma, -0.0, infinite(true)),
        (Function::Tgamma, -3.0, Expected::Nan),
        (Function::Lgamma, -3.0, infinite(false)),
        (Function::Lgamma, f32::NEG_INFINITY, infinite(false)),
        (Function::Atanh, -1.0, infinite(true)),
        (Function::Sqrt, -0.0, Expected::Exactly(-0.0)),
        (Function::Sin, f32::INFINITY, Expected::Nan),
        (Function::Expm1, f32::NEG_INFINITY, Expected::Exactly(-1.0)),
    ] {
        assert_eq!(expected(function, x), right, "{function} at {x}");
    }
    assert_eq!(
        nearest(Function::Atan, f32::INFINITY),
        std::f32::consts::FRAC_PI_2
    );
    assert_eq!(nearest(Function::Exp, 89.0), f32::INFINITY);
    assert_eq!(nearest(Function::Exp, -104.0), 0.0);
    assert_eq!("gelu-tanh".parse(), Ok(Function::GeluTanh));
    assert!("gauss".parse::<Function>().is_err());
}

/// The filter is compared with MPFR at a few inputs of every block of a few stretches of every binade.
#[test]
fn no_estimate_is_outside_of_its_bound() {
    for function in Function::all() {
        let mut compared = 0;
        for stretch in (0..1u32 << 15).step_by(397) {
            for sign in [0, 1 << 31] {
                let first = stretch << 17 >> 1 | sign;
                compared += compare(function, first & !0xfff, 1 << 12);
            }
        }
        assert!(compared > 100, "{function} has {compared} estimates");
    }
}

/// Compares the estimates of a few of these floats; returns how many there were.
fn compare(function: Function, first: u32, count: u32) -> usize {
    let mut compared = 0;
    let places = blocks(function, first, count);
    for block in places.iter().step_by(places.len().div_ceil(3)) {
        for share in [0, 3, 7] {
            let bits = block.first + (block.count - 1) * share / 7;
            let x = [f32::from_bits(bits)];
            if let Some(right) = block.saturated() {
                let nearest = nearest(function, x[0]);
                assert!(nearest == right || (nearest.is_nan() && right.is_nan()));
                compared += 1;
                continue;
            }
            let mut v = [0.0];
            let margin = block.estimate(&x, &mut v);
            if expected(function, x[0]) != Expected::Number || v[0].is_nan() {
                continue;
            }
            let value = function.enclose(x[0].into(), 200);
            let bound = margin.absolute + margin.relative * v[0].abs();
            let miss = value.distance(v[0], 0).least;
            assert!(
                miss <= bound,
                "{function} at {:e}: {miss:e} > {bound:e}",
                x[0]
            );
            if let Some(exponent) = block.exponent {
                assert_eq!(
                    value.exponent(-126),
                    Some(exponent),
                    "{function} at {:e}",
                    x[0]
                );
            }
            compared += 1;
        }
    }
    compared
}

fn correct(function: Function) -> impl Fn(f32) -> f32 + Sync {
    move |x| nearest(function, x)
}

#[test]
fn a_correctly_rounded_kernel_has_at_most_half_an_ulp() {
    for (place, function) in Function::all().enumerate() {
        for (first, length) in [
            (0x3f3f_fc00, 0x800),
            (0x4000_0000, 0x300),
            (0x3380_0000, 0x200),
        ] {
            // Another stretch for every function, across the ends of blocks.
            let first = first + 0x1000 * place as u32;
            let options = Options {
                allowed_ulp: 0.5,
                strict: true,
                ..within(first, first + length)
            };
            let verdict = check(&Each(correct(function)), "right", function, &options).unwrap();
            assert!(
                verdict.faults.is_empty(),
                "{function}: {:?}",
                verdict.faults
            );
            assert_eq!(verdict.inputs, 2 * u64::from(length) + 2);
            let judged: u64 = verdict.histogram.0.iter().sum();
            assert_eq!(judged + verdict.mistrusted, verdict.inputs);
            assert!(verdict.max_ulp.is_none_or(|error| error <= 0.5));
            assert!(!verdict.exhaustive);
        }
    }
}

/// The trial by the filter is compared with the verdict of the oracle on every single input.
#[test]
fn the_filter_finds_what_the_oracle_finds() {
    let kernels: [(Function, Single); 7] = [
        (Function::Elu, |x| match x {
            3.0.. => x.next_up(),
            0.0.. => x,
            _ => libm::expm1f(x),
        }),
        (Function::Selu, |x| match x {
            0.0.. => 1.050_701 * x,
            _ => 1.758_099_3 * libm::expm1f(x),
        }),
        (Function::Tanh, |x| x.tanh() * (1.0 + f32::EPSILON)),
        (Function::Tanh, |x| {
            x.clamp(-1f32.next_down(), 1f32.next_down())
        }),
        (Function::Log, |x| libm::log2f(x) * std::f32::consts::LN_2),
        (Function::Lgamma, libm::lgammaf),
        (Function::Sin, |x| (f64::from(x) - 1e-9).sin() as f32),
    ];
    for (function, kernel) in kernels {
        for first in [0x3f7f_fc00, 0x4049_0c00, 0x4180_0000] {
            let verdict =
                check(&Each(kernel), "k", function, &within(first, first + 0x7ff)).unwrap();
            let single = one_by_one(function, kernel, first, first + 0x7ff);
            assert_eq!(verdict.histogram, single.histogram, "{function} {first:#x}");
            assert_eq!(verdict.mistrusted, single.mistrusted);
            assert_eq!(verdict.max_ulp, single.max_ulp, "{function} {first:#x}");
        }
    }
}

fn one_by_one(function: Function, kernel: Single, first: u32, last: u32) -> Verdict {
    let one = |input| {
        let options = Options {
            only: Some(input),
            ..Options::default()
        };
        check(&Each(kernel), "k", function, &options).unwrap()
    };
    let inputs = (first..=last).flat_map(|x| [x, x | 1 << 31]);
    let verdicts = inputs.map(one);
    let joined = verdicts.reduce(|mut all, one| {
        all.join(one);
        all
    });
    joined.unwrap()
}

#[test]
fn parts_and_interrupted_trials_give_the_whole() {
    // Parts of three pieces.
    let options = within(0x3fff_f000, 0x4100_0fff);
    let kernel = Each(|x: f32| libm::coshf(x));
    let whole = check(&kernel, "libm", Function::Cosh, &options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let part = |text: &str| {
        let options = Options {
            shard: text.parse().unwrap(),
            resume: Some(folder.path().to_owned()),
            ..options.clone()
        };
        check(&kernel, "libm", Function::Cosh, &options).unwrap()
    };
    let mut joined = part("1/2");
    joined.join(part("2/2"));
    joined.faults.sort_by_key(|fault| fault.kind);
    let key = |v: &Verdict| {
        (
            v.inputs,
            v.mistrusted,
            v.histogram,
            v.max_ulp,
            v.worst_input.clone(),
        )
    };
    assert_eq!(key(&joined), key(&whole));
    assert_eq!(joined.density, whole.density);
    // All pieces are there, so the kernel is not called any more.
    let never = Each(|_: f32| -> f32 { panic!("a finished piece was tried again") });
    let again = Options {
        resume: Some(folder.path().to_owned()),
        ..options.clone()
    };
    let resumed = check(&never, "libm", Function::Cosh, &again).unwrap();
    assert_eq!(resumed, whole);
    let other = check(&never, "another", Function::Cosh, &again).unwrap_err();
    assert!(other.message.contains("another trial"), "{other}");
    let other = check(&never, "libm", Function::Sinh, &again).unwrap_err();
    assert!(other.message.contains("another trial"), "{other}");
    let looser = Options {
        allowed_ulp: 2.0,
        ..again
    };
    assert!(check(&never, "libm", Function::Cosh, &looser).is_err());
}

#[test]
fn shards_of_a_sample_make_up_the_sample() {
    let kernel = Each(|x: f32| libm::coshf(x));
    let tried = |shard: &str| {
        let options = Options {
            sample: Some(1000),
            shard: shard.parse().unwrap(),
            ..Options::default()
        };
        check(&kernel, "libm", Function::Cosh, &options).unwrap()
    };
    let mut joined = tried("1/3");
    assert!((333..=334).contains(&joined.inputs));
    joined.join(tried("2/3"));
    joined.join(tried("3/3"));
    assert_eq!(joined, tried("1/1"));
}

/// One wrong input of all floats is enough, also where the value is the argument.
#[test]
fn a_wrong_elu_is_refused() {
    for wrong in [1e-40, 0.75, 3e38, -1e-38, -0.3, -30.0] {
        let kernel = Each(move |x: f32| {
            let right = nearest(Function::Elu, x);
            if x == wrong {
                right.next_down().next_down()
            } else {
                right
            }
        });
        let bits = wrong.to_bits() & 0x7fff_ffff;
        let options = within(bits - 0x200, bits + 0x200);
        let verdict = check(&kernel, "elu", Function::Elu, &options).unwrap();
        assert!(!verdict.passed, "{wrong:e}");
        assert_eq!(
            verdict.faults[0].count, 1,
            "{wrong:e}: {:?}",
            verdict.faults
        );
    }
}

/// The crate `libm` near inputs that are published as the worst of the same algorithms in C.
#[test]
fn the_crate_libm_is_measured() {
    let kernels: [(Function, Single, u32); 4] = [
        (Function::Erfc, libm::erfcf, 0x3f50_3d06),
        (Function::Expm1, libm::expm1f, 0x3f80_0000),
        (Function::Log1p, libm::log1pf, 0x3f25_0286),
        (Function::Cosh, libm::coshf, 0x42b1_7fcc),
    ];
    for (function, kernel, worst) in kernels {
        let options = Options {
            allowed_ulp: 4.0,
            ..within(worst - 0x8000, worst + 0x8000)
        };
        let verdict = check(&Each(kernel), "libm", function, &options).unwrap();
        assert!(verdict.passed, "{function}: {:?}", verdict.faults);
        let largest = verdict.max_ulp.unwrap();
        assert!(largest > 0.5, "{function} has {largest}");
    }
}
