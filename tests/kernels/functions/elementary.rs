//! The elementary functions against MPFR, at their special points, and their shape.

use sgd_stability::kernel::{Elementary, Isa, elementary};

use super::{assert_right, error, formulas, of_every_exponent};
use crate::support::bits;

fn at(function: Elementary, x: f32) -> f32 {
    let mut one = [x];
    elementary(Isa::best(), function, &mut one);
    one[0]
}

fn map(function: Elementary, x: &[f32]) -> Vec<f32> {
    let mut y = x.to_vec();
    elementary(Isa::best(), function, &mut y);
    y
}

#[test]
fn the_error_is_within_the_promise() {
    for function in Elementary::ALL {
        let is_inside = |x: &f32| match function {
            Elementary::Log => *x > 0.0,
            Elementary::Log1p => *x > -1.0,
            // The series for erf is meant for arguments that matter, and so is the number of bits.
            _ => x.abs() < 300.0,
        };
        let fields = if function == Elementary::Log {
            0..255
        } else {
            0..136
        };
        let x: Vec<f32> = of_every_exponent(fields, 6);
        let x: Vec<f32> = x
            .into_iter()
            .filter(is_inside)
            .filter(|x| *x != 0.0)
            .collect();
        for (&x, &y) in x.iter().zip(&map(function, &x)) {
            let right = if function == Elementary::Erf && x.abs() > 15.0 {
                f64::from(x.signum())
            } else {
                formulas::elementary(function, &formulas::number(x)).to_f64()
            };
            assert_right(&format!("{} at {x:e}", function.name()), y, right, 0.0);
        }
    }
}

/// `x` and what each function is there, in the order of [`Elementary::ALL`].
const SPECIAL: [(f32, [f32; 8]); 6] = {
    const INFINITY: f32 = f32::INFINITY;
    const NAN: f32 = f32::NAN;
    const LN_2: f32 = std::f32::consts::LN_2;
    [
        (0.0, [1.0, 0.0, -INFINITY, 0.0, 0.0, 0.5, LN_2, 0.0]),
        (-0.0, [1.0, -0.0, -INFINITY, -0.0, -0.0, 0.5, LN_2, -0.0]),
        (
            INFINITY,
            [
                INFINITY, INFINITY, INFINITY, INFINITY, 1.0, 1.0, INFINITY, 1.0,
            ],
        ),
        (-INFINITY, [0.0, -1.0, NAN, NAN, -1.0, 0.0, 0.0, -1.0]),
        (NAN, [NAN; 8]),
        (f32::MIN, [0.0, -1.0, NAN, NAN, -1.0, 0.0, 0.0, -1.0]),
    ]
};

#[test]
fn special_values_are_exact() {
    for (x, right) in SPECIAL {
        for (function, right) in Elementary::ALL.into_iter().zip(right) {
            let y = at(function, x);
            assert_eq!(bits(y), bits(right), "{} at {x}: {y}", function.name());
        }
    }
    assert_eq!(at(Elementary::Log, 1.0).to_bits(), 0);
    assert_eq!(at(Elementary::Log1p, -1.0), f32::NEG_INFINITY);
    assert!(at(Elementary::Log1p, -1.000_000_1).is_nan());
    assert!(at(Elementary::Log, -1e-45).is_nan());
}

/// Runs of adjacent numbers, in rising order, around the places where a function changes its road, and at
/// every exponent.
fn runs() -> Vec<Vec<f32>> {
    let log_steps = (-150..=150).map(|k| (f64::from(k) + 0.5) * std::f64::consts::LN_2);
    let steps = log_steps.flat_map(|y| [y, y / 2.0]).map(|y| y as f32);
    let roots = (-149..128).map(|k| (2_f64.powi(k) * std::f64::consts::SQRT_2) as f32);
    let ends = [
        3.962_322_5,
        0.881_373_6,
        88.722_84,
        -103.972_08,
        20.0,
        9.01,
        16.6,
        200.0,
    ];
    let beyond_one = (0..60).map(|k| (2_f64.powi(k) * std::f64::consts::SQRT_2 - 1.0) as f32);
    let centres = steps.chain(roots).chain(ends).chain(beyond_one);
    let run = |centre: f32| {
        let mut x = centre;
        (0..300).for_each(|_| x = x.next_down());
        let mut numbers = Vec::new();
        for _ in 0..600 {
            numbers.push(x);
            x = x.next_up();
        }
        numbers
    };
    centres.map(run).collect()
}

#[test]
fn rising_functions_rise() {
    for run in runs() {
        for function in Elementary::ALL {
            let y = map(function, &run);
            for (pair, x) in y.windows(2).zip(&run) {
                let falls = pair[0] > pair[1];
                assert!(!falls, "{} falls after {x:e}: {pair:?}", function.name());
            }
        }
    }
}

#[test]
fn odd_functions_are_odd() {
    for function in [Elementary::Tanh, Elementary::Erf] {
        let x = super::everything();
        let minus: Vec<f32> = x.iter().map(|x| -x).collect();
        for ((y, other), x) in map(function, &x)
            .into_iter()
            .zip(map(function, &minus))
            .zip(x)
        {
            assert_eq!(bits(y), bits(-other), "{} at {x:e}", function.name());
        }
    }
}

/// The test must catch an error of one unit.
#[test]
#[should_panic(expected = "units")]
fn a_neighbour_is_caught() {
    assert!(error(1.0_f32.next_up(), 1.0) > 0.99);
    assert_right(
        "broken",
        at(Elementary::Exp, 1.0).next_up(),
        1_f64.exp(),
        0.0,
    );
}
