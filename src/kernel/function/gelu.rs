//! GELU, exact and by tanh, and their derivatives.

use super::apply::Function;
use super::exp::{LONG, exp, power};
use super::normal;
use super::smooth::{Smooth, logistic};
use super::units::{complemented, size};
use crate::kernel::lanes::Lanes;

#[derive(Clone, Copy)]
pub(super) struct Gelu;

/// Beyond `±NORMAL_FAR`, `e^{−z²/2}` is rounded to 0, also when it is a factor of an f32.
const NORMAL_FAR: f32 = 20.0;
/// `1/√(2π)`.
const DENSITY: f64 = 0.398_942_280_401_432_7;

/// `−a²/2`.
#[inline(always)]
fn minus_half_square<L: Lanes>(lanes: L, a: L::Wide) -> L::Wide {
    lanes.wide_mul(lanes.wide_mul(a, a), lanes.wide_splat(-0.5))
}

impl Function for Gelu {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Vector {
        let a = size(lanes, z, NORMAL_FAR);
        let e = exp(lanes, minus_half_square(lanes, a));
        let tail = lanes.wide_mul(e, normal::SHORT.scaled(lanes, a));
        let z = lanes.clamp(z, -NORMAL_FAR, f32::INFINITY);
        lanes.narrow(lanes.wide_mul(lanes.widen(z), complemented(lanes, z, tail)))
    }
}

impl Smooth for Gelu {
    /// At `−a`, `Φ + z φ = e^{−a²/2}·(T(a) − a/√(2π))` with the scaled tail `T`.
    #[inline(always)]
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let a = size(lanes, z, NORMAL_FAR);
        let e = power(lanes, minus_half_square(lanes, a), &LONG).exp();
        let tail = normal::LONG.scaled(lanes, a);
        let rest = lanes.wide_fma(a, lanes.wide_splat(-DENSITY), tail);
        complemented(lanes, z, lanes.wide_mul(e, rest))
    }

    /// `(2 − z²)·φ(z)`.
    #[inline(always)]
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let a = size(lanes, z, NORMAL_FAR);
        let half = minus_half_square(lanes, a);
        let rest = lanes.wide_fma(half, lanes.wide_splat(2.0), lanes.wide_splat(2.0));
        let factor = lanes.wide_mul(rest, lanes.wide_splat(DENSITY));
        lanes.wide_mul(factor, exp(lanes, half))
    }
}

#[derive(Clone, Copy)]
pub(super) struct GeluTanh;

/// Beyond `±CUBIC_FAR`, `e^−v` is rounded to 0, also when it is a factor of an f32.
const CUBIC_FAR: f32 = 15.0;
/// `v(z) = LINEAR·z + CUBIC·z³`, where the function is `z/(1 + e^−v)`: `2√(2/π)`, and 0.044715 times it.
const LINEAR: f64 = 1.595_769_121_605_730_8;
const CUBIC: f64 = 0.044_715 * LINEAR;

/// `LINEAR + times·CUBIC·a²`.
#[inline(always)]
fn in_square<L: Lanes>(lanes: L, a: L::Wide, times: f64) -> L::Wide {
    let square = lanes.wide_mul(a, a);
    lanes.wide_fma(
        square,
        lanes.wide_splat(times * CUBIC),
        lanes.wide_splat(LINEAR),
    )
}

impl Function for GeluTanh {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Vector {
        let minus = lanes.mul(z, lanes.splat(-1.0));
        let cut = lanes.widen(lanes.clamp(minus, -CUBIC_FAR, CUBIC_FAR));
        let e = exp(lanes, lanes.wide_mul(cut, in_square(lanes, cut, 1.0)));
        let below = lanes.wide_add(lanes.wide_splat(1.0), e);
        let z = lanes.widen(lanes.clamp(z, -CUBIC_FAR, f32::INFINITY));
        lanes.narrow(lanes.wide_div(z, below))
    }
}

impl Smooth for GeluTanh {
    /// At `−a`, `s + z s' v' = e d (1 − a v' d)`.
    #[inline(always)]
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let a = size(lanes, z, CUBIC_FAR);
        let minus = lanes.wide_mul(a, lanes.wide_splat(-1.0));
        let parts = logistic(lanes, lanes.wide_mul(minus, in_square(lanes, a, 1.0)));
        let change = lanes.wide_mul(minus, in_square(lanes, a, 3.0));
        let rest = lanes.wide_fma(change, parts.d, lanes.wide_splat(1.0));
        let g = lanes.wide_mul(lanes.wide_mul(parts.e, parts.d), rest);
        complemented(lanes, z, g)
    }

    /// `s'·(2v' + a(v'' + m d v'²))` at `a = |z|`.
    #[inline(always)]
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let a = size(lanes, z, CUBIC_FAR);
        let minus = lanes.wide_mul(a, lanes.wide_splat(-1.0));
        let parts = logistic(lanes, lanes.wide_mul(minus, in_square(lanes, a, 1.0)));
        let change = in_square(lanes, a, 3.0);
        let bend = lanes.wide_mul(a, lanes.wide_splat(6.0 * CUBIC));
        let square = lanes.wide_mul(change, change);
        let sum = lanes.wide_fma(lanes.wide_mul(parts.m, parts.d), square, bend);
        let twice = lanes.wide_add(change, change);
        lanes.wide_mul(parts.slope(lanes), lanes.wide_fma(a, sum, twice))
    }
}
