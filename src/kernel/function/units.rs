//! Leaky ReLU, hard tanh, ELU and SiLU, and their derivatives.

use super::apply::{Factor, Function};
use super::elementary::FAR;
use super::exp::{SHORT, exp, power};
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
pub(super) fn complemented<L: Lanes>(lanes: L, z: L::Vector, g: L::Wide) -> L::Wide {
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
pub(super) fn size<L: Lanes>(lanes: L, z: L::Vector, most: f32) -> L::Wide {
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
