//! Derivatives of tanh, sigmoid and softplus.
//!
//! With `a = |z|`, `e = e^−a`, `m = e − 1` and `d = 1/(1 + e)`, the sigmoid function `s` has `s' = e d²` and
//! `s'' = ±m e d³` with the sign of `z`. No terms cancel.

use super::apply::Factor;
use super::elementary::{FAR, Sigmoid, Softplus, Tanh};
use super::exp::{LONG, SHORT, exp, power};
use crate::kernel::lanes::Lanes;

/// A function with derivatives, in 16 lanes of f64. Implementations must be `#[inline(always)]`.
pub(super) trait Smooth: Copy + Sync {
    /// `σ'(z)`.
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide;
    /// `σ''(z)`.
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide;
}

/// The factor `σ'(z)`.
#[derive(Clone, Copy)]
pub(super) struct First<S>(pub(super) S);

impl<S: Smooth> Factor for First<S> {
    #[inline(always)]
    fn times<L: Lanes>(self, lanes: L, z: L::Vector, x: L::Vector) -> L::Vector {
        lanes.narrow(lanes.wide_mul(self.0.first(lanes, z), lanes.widen(x)))
    }
}

/// The factor `σ''(z)`.
#[derive(Clone, Copy)]
pub(super) struct Second<S>(pub(super) S);

impl<S: Smooth> Factor for Second<S> {
    #[inline(always)]
    fn times<L: Lanes>(self, lanes: L, z: L::Vector, x: L::Vector) -> L::Vector {
        lanes.narrow(lanes.wide_mul(self.0.second(lanes, z), lanes.widen(x)))
    }
}

/// What the sigmoid function and its derivatives at `a ≥ 0` are made of.
pub(super) struct Logistic<W> {
    /// `e^−a`.
    pub(super) e: W,
    /// `e^−a − 1`.
    pub(super) m: W,
    /// `1/(1 + e^−a)`.
    pub(super) d: W,
}

/// The parts at `a`, where `minus` is `−a ≥ −700`.
#[inline(always)]
pub(super) fn logistic<L: Lanes>(lanes: L, minus: L::Wide) -> Logistic<L::Wide> {
    let power = power(lanes, minus, &LONG);
    let (e, m) = (power.exp(), power.exp_minus_one());
    let one = lanes.wide_splat(1.0);
    let d = lanes.wide_div(one, lanes.wide_add(one, e));
    Logistic { e, m, d }
}

impl<W: Copy> Logistic<W> {
    /// `e d²`, the derivative of the sigmoid function.
    #[inline(always)]
    pub(super) fn slope<L: Lanes<Wide = W>>(&self, lanes: L) -> W {
        lanes.wide_mul(lanes.wide_mul(self.e, self.d), self.d)
    }
}

/// `−|z|·times`, not below `−FAR·times`.
#[inline(always)]
fn minus_abs<L: Lanes>(lanes: L, z: L::Vector, times: f64) -> L::Wide {
    let a = lanes.widen(lanes.clamp(lanes.abs(z), 0.0, FAR));
    lanes.wide_mul(a, lanes.wide_splat(-times))
}

/// `factor·s'(times·|z|)`.
#[inline(always)]
fn bump<L: Lanes>(lanes: L, z: L::Vector, times: f64, factor: f64) -> L::Wide {
    let one = lanes.wide_splat(1.0);
    let e = exp(lanes, minus_abs(lanes, z, times));
    let below = lanes.wide_add(one, e);
    let above = lanes.wide_mul(e, lanes.wide_splat(factor));
    lanes.wide_div(above, lanes.wide_mul(below, below))
}

/// `factor·s''(times·z)`.
#[inline(always)]
fn turn<L: Lanes>(lanes: L, z: L::Vector, times: f64, factor: f64) -> L::Wide {
    let power = power(lanes, minus_abs(lanes, z, times), &SHORT);
    let (e, m) = (power.exp(), power.exp_minus_one());
    let below = lanes.wide_add(lanes.wide_splat(1.0), e);
    let cube = lanes.wide_mul(lanes.wide_mul(below, below), below);
    let above = lanes.wide_mul(lanes.wide_mul(e, m), lanes.wide_splat(factor));
    let sign = lanes.widen(lanes.copy_sign(lanes.splat(1.0), z));
    lanes.wide_div(lanes.wide_mul(above, sign), cube)
}

impl Smooth for Sigmoid {
    #[inline(always)]
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        bump(lanes, z, 1.0, 1.0)
    }

    #[inline(always)]
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        turn(lanes, z, 1.0, 1.0)
    }
}

impl Smooth for Tanh {
    /// `4 s'(2z)`, since `tanh z = 2 s(2z) − 1`.
    #[inline(always)]
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        bump(lanes, z, 2.0, 4.0)
    }

    /// `8 s''(2z)`.
    #[inline(always)]
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        turn(lanes, z, 2.0, 8.0)
    }
}

impl Smooth for Softplus {
    /// `s(z)`.
    #[inline(always)]
    fn first<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        Sigmoid.wide(lanes, z)
    }

    /// `s'(z)`.
    #[inline(always)]
    fn second<L: Lanes>(self, lanes: L, z: L::Vector) -> L::Wide {
        bump(lanes, z, 1.0, 1.0)
    }
}
