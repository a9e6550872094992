//! Activation functions and their derivatives.

use super::apply::{apply, multiply};
use super::elementary::{Sigmoid, Softplus, Tanh};
use super::gelu::{Gelu, GeluTanh};
use super::smooth::{First, Second};
use super::units::{Elu, Hardtanh, LeakyRelu, Silu};
use crate::kernel::isa::Isa;

/// `α` of SELU.
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
/// The scale of SELU.
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

/// An activation function, with the constants of PyTorch.
///
/// Values, and derivatives times a number, are computed in f64 and rounded once, so that the error is at
/// most 0.501 units in the last place of the result. Derivatives of GELU, its tanh form and SiLU have zeros where
/// `|z| < 3`, and there an absolute error of at most `2^−48` times the factor besides. The largest errors of
/// values that were found, over the same inputs as in [`Elementary`](super::Elementary): gelu 0.50005, its tanh
/// form 0.50002, silu 0.50003, elu 0.50008. Where a piecewise function has a kink, the derivative is the one of
/// PyTorch's autograd.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nonlinearity {
    /// `z > 0 ? z : slope·z`. The derivative at 0 is `slope`.
    LeakyRelu {
        /// The slope below 0.
        slope: f32,
    },
    /// `z > 0 ? z : α(e^z − 1)`. At 0, the derivative is `α` and the second derivative 0.
    Elu {
        /// Minus the limit at −∞.
        alpha: f32,
    },
    /// ELU with `α = 1.6733`, times 1.0507.
    Selu,
    /// `tanh z`.
    Tanh,
    /// `1/(1 + e^−z)`.
    Sigmoid,
    /// `ln(1 + e^z)`.
    Softplus,
    /// `min(max(z, −1), 1)`. The derivative at ±1 is 0.
    Hardtanh,
    /// `z·Φ(z)` with the distribution function of the normal distribution.
    Gelu,
    /// `½z(1 + tanh(√(2/π)(z + 0.044715 z³)))`.
    GeluTanh,
    /// `z/(1 + e^−z)`.
    Silu,
}

fn elu(alpha: f32) -> Elu {
    Elu {
        below: f64::from(alpha),
        above: 1.0,
    }
}

const SELU: Elu = Elu {
    below: SELU_ALPHA * SELU_SCALE,
    above: SELU_SCALE,
};

/// `z_i ← σ(z_i)`. NaN stays NaN; at ±∞ the value is the limit.
pub fn nonlinear(isa: Isa, function: Nonlinearity, z: &mut [f32]) {
    match function {
        Nonlinearity::LeakyRelu { slope } => apply(isa, LeakyRelu { slope }, z),
        Nonlinearity::Elu { alpha } => apply(isa, elu(alpha), z),
        Nonlinearity::Selu => apply(isa, SELU, z),
        Nonlinearity::Tanh => apply(isa, Tanh, z),
        Nonlinearity::Sigmoid => apply(isa, Sigmoid, z),
        Nonlinearity::Softplus => apply(isa, Softplus, z),
        Nonlinearity::Hardtanh => apply(isa, Hardtanh, z),
        Nonlinearity::Gelu => apply(isa, Gelu, z),
        Nonlinearity::GeluTanh => apply(isa, GeluTanh, z),
        Nonlinearity::Silu => apply(isa, Silu, z),
    }
}

/// `x_i ← σ'(z_i)·x_i`.
///
/// # Panics
/// When the lengths differ.
pub fn nonlinear_derivative(isa: Isa, function: Nonlinearity, z: &[f32], x: &mut [f32]) {
    match function {
        Nonlinearity::LeakyRelu { slope } => multiply(isa, LeakyRelu { slope }, z, x),
        Nonlinearity::Elu { alpha } => multiply(isa, First(elu(alpha)), z, x),
        Nonlinearity::Selu => multiply(isa, First(SELU), z, x),
        Nonlinearity::Tanh => multiply(isa, First(Tanh), z, x),
        Nonlinearity::Sigmoid => multiply(isa, First(Sigmoid), z, x),
        Nonlinearity::Softplus => multiply(isa, First(Softplus), z, x),
        Nonlinearity::Hardtanh => multiply(isa, Hardtanh, z, x),
        Nonlinearity::Gelu => multiply(isa, First(Gelu), z, x),
        Nonlinearity::GeluTanh => multiply(isa, First(GeluTanh), z, x),
        Nonlinearity::Silu => multiply(isa, First(Silu), z, x),
    }
}

/// `x_i ← σ''(z_i)·x_i`. The second derivative of the piecewise linear functions is 0.
///
/// # Panics
/// When the lengths differ.
pub fn nonlinear_second_derivative(isa: Isa, function: Nonlinearity, z: &[f32], x: &mut [f32]) {
    match function {
        Nonlinearity::LeakyRelu { .. } | Nonlinearity::Hardtanh => x.fill(0.0),
        Nonlinearity::Elu { alpha } => multiply(isa, Second(elu(alpha)), z, x),
        Nonlinearity::Selu => multiply(isa, Second(SELU), z, x),
        Nonlinearity::Tanh => multiply(isa, Second(Tanh), z, x),
        Nonlinearity::Sigmoid => multiply(isa, Second(Sigmoid), z, x),
        Nonlinearity::Softplus => multiply(isa, Second(Softplus), z, x),
        Nonlinearity::Gelu => multiply(isa, Second(Gelu), z, x),
        Nonlinearity::GeluTanh => multiply(isa, Second(GeluTanh), z, x),
        Nonlinearity::Silu => multiply(isa, Second(Silu), z, x),
    }
}
