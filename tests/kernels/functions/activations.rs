//! Activation functions and their derivatives against MPFR, and their conventions.

use sgd_stability::kernel::{
    Isa, Nonlinearity, nonlinear, nonlinear_derivative, nonlinear_second_derivative,
};

use super::{assert_right, formulas, of_every_exponent};
use crate::support::bits;

/// Every activation function.
pub const FUNCTIONS: [Nonlinearity; 11] = [
    Nonlinearity::LeakyRelu { slope: 0.01 },
    Nonlinearity::Elu { alpha: 1.0 },
    Nonlinearity::Elu { alpha: -0.7 },
    Nonlinearity::Selu,
    Nonlinearity::Tanh,
    Nonlinearity::Sigmoid,
    Nonlinearity::Softplus,
    Nonlinearity::Hardtanh,
    Nonlinearity::Gelu,
    Nonlinearity::GeluTanh,
    Nonlinearity::Silu,
];

/// Where the derivatives of some function are zero, or where it has a kink.
const TURNS: [f32; 8] = [
    -1.278_464_5,
    -0.751_791_5,
    -0.752_461_4,
    std::f32::consts::SQRT_2,
    2.399_357_3,
    1.0,
    -1.0,
    13.9,
];

/// Arguments of every exponent, up to where 700 bits hold the value and the series for erf converges.
fn arguments(function: Nonlinearity) -> Vec<f32> {
    let mut z = of_every_exponent(0..134, 2);
    z.extend(
        TURNS
            .into_iter()
            .flat_map(|z| [z, -z, z.next_up(), z.next_down()]),
    );
    let most = if function == Nonlinearity::Gelu {
        18.0
    } else {
        110.0
    };
    z.retain(|z| z.abs() < most);
    z
}

/// Factors of derivatives, by turns; the third makes subnormal and tiny slopes visible.
const FACTORS: [f32; 4] = [1.0, -0.7, 3e38, 1e-30];

#[test]
fn values_are_within_the_promise() {
    for function in FUNCTIONS {
        let z = arguments(function);
        let mut y = z.clone();
        nonlinear(Isa::best(), function, &mut y);
        for (&z, &y) in z.iter().zip(&y) {
            let right = formulas::nonlinear(function, &formulas::number(z)).to_f64();
            assert_right(&format!("{function:?} at {z:e}"), y, right, 0.0);
        }
    }
}

/// Checks a derivative, times the factors, against a formula wherever it has one.
fn check_derivative(
    order: &str,
    kernel: impl Fn(Nonlinearity, &[f32], &mut [f32]),
    formula: impl Fn(Nonlinearity, &formulas::Number) -> formulas::Number,
) {
    for function in FUNCTIONS {
        let mut z = arguments(function);
        // At a kink there is no derivative, only a convention.
        z.retain(|z| *z != 0.0 && z.abs() != 1.0);
        let mut x: Vec<f32> = FACTORS.into_iter().cycle().take(z.len()).collect();
        let factors = x.clone();
        kernel(function, &z, &mut x);
        for ((&z, &factor), &x) in z.iter().zip(&factors).zip(&x) {
            let slope = formula(function, &formulas::number(z)).to_f64();
            let place = format!("{order} derivative of {function:?} at {z:e}, times {factor:e}");
            let besides = f64::from(factor).abs() * 2_f64.powi(-48);
            assert_right(&place, x, slope * f64::from(factor), besides);
        }
    }
}

#[test]
fn derivatives_are_within_the_promise() {
    let kernel = |function, z: &[f32], x: &mut [f32]| {
        nonlinear_derivative(Isa::best(), function, z, x);
    };
    check_derivative("first", kernel, formulas::derivative);
}

#[test]
fn second_derivatives_are_within_the_promise() {
    let kernel = |function, z: &[f32], x: &mut [f32]| {
        nonlinear_second_derivative(Isa::best(), function, z, x);
    };
    check_derivative("second", kernel, formulas::second_derivative);
}

fn value(function: Nonlinearity, z: f32) -> f32 {
    let mut one = [z];
    nonlinear(Isa::best(), function, &mut one);
    one[0]
}

fn slopes(function: Nonlinearity, z: f32) -> [f32; 2] {
    let (mut first, mut second) = ([1.0], [1.0]);
    nonlinear_derivative(Isa::best(), function, &[z], &mut first);
    nonlinear_second_derivative(Isa::best(), function, &[z], &mut second);
    [first[0], second[0]]
}

/// PyTorch's autograd says the same, to first and second order.
#[test]
fn kinks_follow_the_conventions_of_pytorch() {
    let leaky = Nonlinearity::LeakyRelu { slope: 0.1 };
    let elu = Nonlinearity::Elu { alpha: 1.5 };
    let negative_slope = 1.758_099_3;
    for zero in [0.0, -0.0] {
        assert_eq!(slopes(leaky, zero), [0.1, 0.0]);
        assert_eq!(slopes(elu, zero), [1.5, 0.0]);
        assert_eq!(slopes(Nonlinearity::Selu, zero), [negative_slope, 0.0]);
    }
    assert_eq!(slopes(elu, 1e-45), [1.0, 0.0]);
    assert_eq!(slopes(elu, -1e-45), [1.5, 1.5]);
    for edge in [1.0, -1.0, 2.0, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(slopes(Nonlinearity::Hardtanh, edge), [0.0, 0.0]);
    }
    let inside = 1.0_f32.next_down();
    assert_eq!(slopes(Nonlinearity::Hardtanh, inside), [1.0, 0.0]);
    assert_eq!(slopes(Nonlinearity::Hardtanh, f32::NAN), [1.0, 0.0]);
    assert_eq!(slopes(leaky, f32::NAN), [0.1, 0.0]);
}

#[test]
fn zeros_infinities_and_nan_are_as_documented() {
    for function in FUNCTIONS {
        assert!(value(function, f32::NAN).is_nan(), "{function:?}");
        let at_zero = match function {
            Nonlinearity::Sigmoid => 0.5,
            Nonlinearity::Softplus => std::f32::consts::LN_2,
            _ => -0.0,
        };
        assert_eq!(bits(value(function, -0.0)), bits(at_zero), "{function:?}");
        let [low, high] = match function {
            Nonlinearity::LeakyRelu { .. } => [f32::NEG_INFINITY, f32::INFINITY],
            Nonlinearity::Elu { alpha } => [-alpha, f32::INFINITY],
            Nonlinearity::Selu => [-1.758_099_3, f32::INFINITY],
            Nonlinearity::Tanh | Nonlinearity::Hardtanh => [-1.0, 1.0],
            Nonlinearity::Sigmoid => [0.0, 1.0],
            Nonlinearity::Softplus => [0.0, f32::INFINITY],
            _ => [-0.0, f32::INFINITY],
        };
        for (end, right) in [(f32::NEG_INFINITY, low), (f32::INFINITY, high)] {
            let y = value(function, end);
            assert_eq!(bits(y), bits(right), "{function:?} at {end}: {y}");
        }
    }
}

#[test]
#[should_panic(expected = "lengths of arguments and factors")]
fn other_lengths_are_refused() {
    nonlinear_derivative(Isa::best(), Nonlinearity::Tanh, &[0.0; 3], &mut [0.0; 2]);
}
