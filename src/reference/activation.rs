//! The elementwise functions in f64, each with its first two derivatives in closed form, and from these
//! the passes over numbers `a + t·b`.
//!
//! No form subtracts nearly equal numbers where the result is small: `1 − tanh²` is `1/cosh²`, `1 − σ` is
//! `σ(−x)`, and the normal distribution function is half of `erfc`.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

use super::dual::Dual;
use crate::oracle::graph::{Activation, SELU_ALPHA, SELU_SCALE};

/// The distance from zero beyond which both forms of GELU are 0 or x to all digits of f64, and their
/// second derivatives 0.
const GELU_END: f64 = 40.0;

/// `f(x)`.
pub(super) fn forward(activation: Activation, x: Dual) -> Dual {
    let [value, slope, _] = derivatives(activation, x.value);
    Dual::new(value, slope * x.tangent)
}

/// `f'(x)·back`: the derivative of the loss with respect to `x`, given that with respect to `f(x)`.
pub(super) fn backward(activation: Activation, x: Dual, back: Dual) -> Dual {
    let [_, slope, bend] = derivatives(activation, x.value);
    let tangent = slope * back.tangent + bend * x.tangent * back.value;
    Dual::new(slope * back.value, tangent)
}

/// `f`, `f'` and `f''` at `x`. At a kink, the derivatives are those that PyTorch takes.
fn derivatives(activation: Activation, x: f64) -> [f64; 3] {
    match activation {
        Activation::Relu => linear_above_zero(x, |_| [0.0; 3]),
        Activation::LeakyRelu { slope } => linear_above_zero(x, |x| [slope * x, slope, 0.0]),
        Activation::Elu { alpha } => linear_above_zero(x, |x| exponential(alpha, x)),
        Activation::Selu => {
            let unscaled = linear_above_zero(x, |x| exponential(SELU_ALPHA, x));
            unscaled.map(|derivative| SELU_SCALE * derivative)
        }
        Activation::Hardtanh if x.abs() < 1.0 => [x, 1.0, 0.0],
        Activation::Hardtanh => [x.clamp(-1.0, 1.0), 0.0, 0.0],
        Activation::Tanh => {
            let (value, slope) = (x.tanh(), x.cosh().powi(-2));
            [value, slope, -2.0 * value * slope]
        }
        Activation::Sigmoid => sigmoid(x),
        Activation::Softplus => {
            let [first, second, _] = sigmoid(x);
            [x.max(0.0) + (-x.abs()).exp().ln_1p(), first, second]
        }
        Activation::Silu => times_x(x, sigmoid(x)),
        Activation::Gelu => gelu(x, |x| {
            let density = 0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * (-0.5 * x * x).exp();
            [0.5 * libm::erfc(-FRAC_1_SQRT_2 * x), density, -x * density]
        }),
        Activation::GeluTanh => gelu(x, |x| {
            // ½(1 + tanh u) = σ(2u) with 2u = k·(x + c·x³).
            let (k, c) = (2.0 * (2.0 / PI).sqrt(), 0.044_715);
            let [inner, slope, bend] = [
                k * x * (1.0 + c * x * x),
                k * (1.0 + 3.0 * c * x * x),
                k * 6.0 * c * x,
            ];
            let [value, first, second] = sigmoid(inner);
            [value, first * slope, second * slope * slope + first * bend]
        }),
    }
}

/// The identity above zero, and another function elsewhere.
fn linear_above_zero(x: f64, elsewhere: impl Fn(f64) -> [f64; 3]) -> [f64; 3] {
    if x > 0.0 { [x, 1.0, 0.0] } else { elsewhere(x) }
}

/// `α·(exp(x) − 1)` for `x ≤ 0`; at 0 the second derivative is 0, as PyTorch takes it.
fn exponential(alpha: f64, x: f64) -> [f64; 3] {
    let slope = alpha * x.exp();
    let bend = if x < 0.0 { slope } else { 0.0 };
    [alpha * x.exp_m1(), slope, bend]
}

/// `1/(1 + exp(−x))`, whose derivatives are `σ(x)·σ(−x)` and `−σ(x)·σ(−x)·tanh(x/2)`.
fn sigmoid(x: f64) -> [f64; 3] {
    let value = |x: f64| {
        let power = (-x.abs()).exp();
        let numerator = if x < 0.0 { power } else { 1.0 };
        numerator / (1.0 + power)
    };
    let slope = value(x) * value(-x);
    [value(x), slope, -slope * (0.5 * x).tanh()]
}

/// `x·g(x)`, given `g` and its derivatives.
fn times_x(x: f64, [g, first, second]: [f64; 3]) -> [f64; 3] {
    [x * g, g + x * first, 2.0 * first + x * second]
}

/// `x·g(x)`, for a `g` that rises from 0 to 1 within [`GELU_END`].
fn gelu(x: f64, g: impl Fn(f64) -> [f64; 3]) -> [f64; 3] {
    if x >= GELU_END {
        [x, 1.0, 0.0]
    } else if x <= -GELU_END {
        [0.0; 3]
    } else {
        times_x(x, g(x))
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use num_traits::One;

    use super::*;
    use crate::number::{Exact, Field, Precise, Real};

    /// So many bits that differences of the definitions give the derivatives even in the tails.
    type Wide = Precise<2560>;

    const ALL: [Activation; 11] = [
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.25 },
        Activation::Elu { alpha: 1.5 },
        Activation::Selu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Hardtanh,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::Silu,
    ];

    fn wide(x: f64) -> Wide {
        Wide::from_exact(&Exact::from_f64(x).expect("a finite number"))
    }

    /// The functions as they are defined.
    fn definition(activation: Activation, x: &Wide) -> Wide {
        let (one, two) = (Wide::one, || Wide::int(2));
        let half = |x: &Wide| x * Wide::ratio(1, 2);
        let logistic = |x: &Wide| one() / (one() + (-x).exp());
        let tanh = |x: &Wide| logistic(&(x * two())) * two() - one();
        let is_above = |bound: Wide| x.compare(&bound) == Some(Ordering::Greater);
        match activation {
            Activation::Relu if !is_above(Wide::int(0)) => Wide::int(0),
            Activation::LeakyRelu { slope } if !is_above(Wide::int(0)) => wide(slope) * x,
            Activation::Elu { alpha } if !is_above(Wide::int(0)) => wide(alpha) * (x.exp() - one()),
            Activation::Selu if !is_above(Wide::int(0)) => {
                wide(SELU_SCALE) * wide(SELU_ALPHA) * (x.exp() - one())
            }
            Activation::Selu => wide(SELU_SCALE) * x,
            Activation::Relu | Activation::LeakyRelu { .. } | Activation::Elu { .. } => x.clone(),
            Activation::Hardtanh if is_above(one()) => one(),
            Activation::Hardtanh if is_above(-one()) => x.clone(),
            Activation::Hardtanh => -one(),
            Activation::Tanh => tanh(x),
            Activation::Sigmoid => logistic(x),
            Activation::Softplus => (one() + x.exp()).ln(),
            Activation::Silu => x * logistic(x),
            Activation::Gelu => half(x) * (one() + (x / two().sqrt()).erf()),
            Activation::GeluTanh => {
                let cube = Wide::ratio(44_715, 1_000_000) * x.square() * x;
                let inner = (two() / Wide::pi()).sqrt() * (x + cube);
                half(x) * (one() + tanh(&inner))
            }
        }
    }

    /// The value and the first two derivatives, by differences of the definition.
    fn by_differences(activation: Activation, x: f64) -> [f64; 3] {
        let step = Wide::from_exact(&Exact::power_of_two(-400));
        let at = |k: i64| definition(activation, &(wide(x) + Wide::int(k) * &step));
        let [low, middle, high] = [-1, 0, 1].map(at);
        let first = (&high - &low) / (Wide::int(2) * &step);
        let second = (high + low - Wide::int(2) * &middle) / step.square();
        [middle, first, second].map(|number| number.to_f64())
    }

    #[test]
    fn values_and_derivatives_are_those_of_many_bits_into_the_tails() {
        let mut compared = 0;
        for activation in ALL {
            // The derivatives of x·g(x) have zeros there, around which their terms cancel.
            let has_zeros = |x: f64| {
                let is_product = matches!(
                    activation,
                    Activation::Gelu | Activation::GeluTanh | Activation::Silu
                );
                is_product && x.abs() < 4.0
            };
            for k in 0..98 {
                let size = 1e-9 * 1.3_f64.powi(k);
                for x in [size, -size] {
                    let exact = by_differences(activation, x);
                    let computed = derivatives(activation, x);
                    for (order, (computed, exact)) in computed.iter().zip(exact).enumerate() {
                        let terms = if order > 0 && has_zeros(x) { 1.0 } else { 0.0 };
                        let bound = 1e-15 * (1.0 + x * x) * (exact.abs() + terms) + 1e-300;
                        assert!(
                            (computed - exact).abs() <= bound,
                            "{activation:?}, derivative {order} at {x}: {computed:e}, {exact:e}"
                        );
                        compared += 1;
                    }
                }
            }
        }
        assert_eq!(compared, ALL.len() * 98 * 2 * 3);
    }

    #[test]
    fn at_a_kink_the_derivative_is_pytorchs() {
        let slope = |activation, x| derivatives(activation, x)[1];
        assert_eq!(slope(Activation::Relu, 0.0), 0.0);
        assert_eq!(slope(Activation::LeakyRelu { slope: 0.25 }, 0.0), 0.25);
        assert_eq!(slope(Activation::Elu { alpha: 1.5 }, 0.0), 1.5);
        let bend = derivatives(Activation::Elu { alpha: 1.5 }, 0.0)[2];
        assert_eq!(bend, 0.0);
        let ends = [-1.0, 1.0].map(|x| slope(Activation::Hardtanh, x));
        assert_eq!(ends, [0.0; 2]);
    }

    #[test]
    fn far_from_zero_every_function_is_its_limit() {
        for activation in ALL {
            for x in [1e4, -1e4, 1e38, -1e38] {
                let [value, first, second] = derivatives(activation, x);
                assert!(value.is_finite() && first.is_finite(), "{activation:?} {x}");
                assert_eq!(second, 0.0, "{activation:?} {x}");
            }
        }
        assert_eq!(derivatives(Activation::Softplus, 1e38), [1e38, 1.0, 0.0]);
        assert_eq!(derivatives(Activation::Silu, -1e38)[0], 0.0);
    }
}
