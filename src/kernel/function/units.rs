//! Activation functions that are the identity on one side, or nearly so, and their derivatives.

use super::apply::{Factor, Function};
use super::elementary::FAR;
use super::exp::{LONG, SHORT, exp, power};
use super::normal;
use super::smooth::{Smooth, logistic};
use crate::kernel::lanes::Lanes;

#[derive(Clone, Copy)]
pub(super) struct LeakyRelu {
    pub(super) slope: f32,
}

impl LeakyRelu {
    /// `z > 0 ? x : slope·x`.
    #[inline(always)]
    fn choose<L: Lanes>(self, lanes: L, z: L::Vector, x: L::Vector) -> L::Vector {
        let one = lanes.splat(1.0);
        let above = lanes.where_positive(z, one);
        lanes.where_equal(above, one, x, lanes.mul(lanes.splat(self.slope), x))
    }
}

impl Function for LeakyRelu {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Vector {
        self.choose(lanes, z, z)
    }
}

impl Factor for LeakyRelu {
    #[inline(always)]
    fn times<L: Lanes>(self, lanes: L, z: L::Vector, x: L::Vector) -> L::Vector {
        self.choose(lanes, z, x)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Hardtanh;

impl Function for Hardtanh {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Vector {
        lanes.clamp(z, -1.0, 1.0)
    }
}

impl Factor for Hardtanh {
    /// `|z| < 1 or z is NaN ? x : 0`.
    #[inline(always)]
    fn times<L: Lanes>(self, lanes: L, z: L::Vector, x: L::Vector) -> L::Vector {
        let zero = lanes.splat(0.0);
        let inside = lanes.fma(lanes.abs(z), lanes.splat(-1.0), lanes.splat(1.0));
        lanes.where_above(inside, zero, x, zero)
    }
}

/// `z > 0 ? above·z : below·(e^z − 1)`.
#[derive(Clone, Copy)]
pub(super) struct Elu {
    pub(super) below: f64,
    pub(super) above: f64,
}

/// `below·e^z` for `z ≤ 0`.
#[inline(always)]
fn elu_below<L: Lanes>(lanes: L, z: L::Vector, below: f64) -> L::Wide {
    let e = exp(lanes, lanes.widen(lanes.clamp(z, -FAR, 0.0)));
    lanes.wide_mul(e, lanes.wide_splat(below))
}

impl Function for Elu {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Vector {
        let zero = lanes.splat(0.0);
        let above = lanes.wide_mul(lanes.widen(z), lanes.wide_splat(self.above));
        let m = power(lanes, lanes.widen(lanes.clamp(z, -FAR, 0.0)), &SHORT).exp_minus_one();
        let below = lanes.narrow(lanes.wide_mul(m, lanes.wide_splat(self.below)));
        // A zero keeps its sign.
        let below = lanes.where_equal(z, zero, z, below);
        lanes.where_above(z, zero, lanes.narrow(above), below)
    }
}

impl Smooth for Elu {
    #[inline(always)]
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let one = lanes.splat(1.0);
        let is_above = lanes.where_positive(z, one);
        let is_below = lanes.fma(is_above, lanes.splat(-1.0), one);
        let (above, below) = (lanes.widen(is_above), lanes.widen(is_below));
        let below = lanes.wide_mul(below, elu_below(lanes, z, self.below));
        lanes.wide_fma(above, lanes.wide_splat(self.above), below)
    }

    #[inline(always)]
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let minus = lanes.mul(z, lanes.splat(-1.0));
        let is_below = lanes.widen(lanes.where_positive(minus, lanes.splat(1.0)));
        lanes.wide_mul(is_below, elu_below(lanes, z, self.below))
    }
}

/// Where the sum of `g(|z|)` and `g(−|z|)` is 1, `g(z)` from `g(−|z|)`.
#[inline(always)]
fn complemented<L: Lanes>(lanes: L, z: L::Vector, g: L::Wide) -> L::Wide {
    let side = lanes.where_positive(z, lanes.splat(1.0));
    let sign = lanes.fma(side, lanes.splat(-2.0), lanes.splat(1.0));
    lanes.wide_fma(lanes.widen(sign), g, lanes.widen(side))
}

#[derive(Clone, Copy)]
pub(super) struct Silu;

impl Function for Silu {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Vector {
        let z = lanes.clamp(z, -FAR, f32::INFINITY);
        let minus = lanes.mul(lanes.clamp(z, -FAR, FAR), lanes.splat(-1.0));
        let e = exp(lanes, lanes.widen(minus));
        let below = lanes.wide_add(lanes.wide_splat(1.0), e);
        lanes.narrow(lanes.wide_div(lanes.widen(z), below))
    }
}

/// `|z|`, at most `most`.
#[inline(always)]
fn size<L: Lanes>(lanes: L, z: L::Vector, most: f32) -> L::Wide {
    lanes.widen(lanes.clamp(lanes.abs(z), 0.0, most))
}

impl Smooth for Silu {
    /// At `−a`, `s + z s' = e d (1 − a d)`.
    #[inline(always)]
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let (one, minus_one) = (lanes.wide_splat(1.0), lanes.wide_splat(-1.0));
        let minus = lanes.wide_mul(size(lanes, z, FAR), minus_one);
        let parts = logistic(lanes, minus);
        let rest = lanes.wide_fma(minus, parts.d, one);
        let g = lanes.wide_mul(lanes.wide_mul(parts.e, parts.d), rest);
        complemented(lanes, z, g)
    }

    /// `2 s' + z s'' = e d² (2 + a m d)`.
    #[inline(always)]
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        let a = size(lanes, z, FAR);
        let parts = logistic(lanes, lanes.wide_mul(a, lanes.wide_splat(-1.0)));
        let bend = lanes.wide_mul(parts.m, parts.d);
        let rest = lanes.wide_fma(a, bend, lanes.wide_splat(2.0));
        lanes.wide_mul(parts.slope(lanes), rest)
    }
}

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
