//! Elementary functions of f32 numbers.

use super::apply::{Function, apply};
use super::exp::{SHORT, exp, power};
use super::{log, normal};
use crate::kernel::isa::Isa;
use crate::kernel::lanes::Lanes;

/// An elementary function.
///
/// It is computed in f64 with a relative error below `2^−36`, that is, `2^−12` units in the last place of an
/// f32, and rounded once. So the error is at most 0.501 units in the last place of the result, subnormal results
/// included; NaN stays NaN. The largest errors found against f64, over every input with `2^−30 ≤ |x| < 2^9` and one
/// in 64 of the others:
///
/// | function | units | at |
/// |---|---|---|
/// | exp | 0.50003 | `0xc1f1069f` |
/// | expm1 | 0.50008 | `0x3ebe05a8` |
/// | log | 0.50007 | `0x3f66f71f` |
/// | log1p | 0.50007 | `0xbe38e895` |
/// | tanh | 0.50008 | `0x3afc9f44` |
/// | sigmoid | 0.50002 | `0xc296766c` |
/// | softplus | 0.50008 | `0xc019649b` |
/// | erf | 0.50002 | `0x3a623422` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elementary {
    /// `e^x`.
    Exp,
    /// `e^x − 1`; −0 stays −0.
    Expm1,
    /// `ln x`: −∞ at both zeros, NaN below them.
    Log,
    /// `ln(1 + x)`: −∞ at −1, NaN below; −0 stays −0.
    Log1p,
    /// `tanh x`, an odd function; −0 stays −0.
    Tanh,
    /// `1/(1 + e^−x)`.
    Sigmoid,
    /// `ln(1 + e^x)`.
    Softplus,
    /// `erf x`, an odd function; −0 stays −0.
    Erf,
}

impl Elementary {
    /// Every elementary function.
    pub const ALL: [Elementary; 8] = [
        Elementary::Exp,
        Elementary::Expm1,
        Elementary::Log,
        Elementary::Log1p,
        Elementary::Tanh,
        Elementary::Sigmoid,
        Elementary::Softplus,
        Elementary::Erf,
    ];

    /// The name of the function in lower case, as in the C library if that has it.
    pub fn name(self) -> &'static str {
        match self {
            Elementary::Exp => "exp",
            Elementary::Expm1 => "expm1",
            Elementary::Log => "log",
            Elementary::Log1p => "log1p",
            Elementary::Tanh => "tanh",
            Elementary::Sigmoid => "sigmoid",
            Elementary::Softplus => "softplus",
            Elementary::Erf => "erf",
        }
    }
}

/// `x_i ← f(x_i)`.
pub fn elementary(isa: Isa, function: Elementary, x: &mut [f32]) {
    match function {
        Elementary::Exp => apply(isa, Exp, x),
        Elementary::Expm1 => apply(isa, Expm1, x),
        Elementary::Log => apply(isa, Log, x),
        Elementary::Log1p => apply(isa, Log1p, x),
        Elementary::Tanh => apply(isa, Tanh, x),
        Elementary::Sigmoid => apply(isa, Sigmoid, x),
        Elementary::Softplus => apply(isa, Softplus, x),
        Elementary::Erf => apply(isa, Erf, x),
    }
}

/// Beyond `±FAR`, `e^x` is rounded to 0 or ∞, also when it is a factor of an f32.
pub(super) const FAR: f32 = 200.0;

/// `x`, cut to `±FAR`, in f64.
#[inline(always)]
pub(super) fn near<L: Lanes>(lanes: L, x: L::Vector) -> L::Wide {
    lanes.widen(lanes.clamp(x, -FAR, FAR))
}

#[derive(Clone, Copy)]
pub(super) struct Exp;

impl Function for Exp {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        lanes.narrow(exp(lanes, near(lanes, x)))
    }
}

#[derive(Clone, Copy)]
struct Expm1;

impl Function for Expm1 {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        let power = power(lanes, near(lanes, x), &SHORT);
        lanes.copy_sign(lanes.narrow(power.exp_minus_one()), x)
    }
}

/// `y`, the value of a logarithm at `x > −shift`, with the values elsewhere: −∞ at `−shift` and NaN below;
/// ∞ and NaN are kept.
#[inline(always)]
fn at_the_ends<L: Lanes>(lanes: L, x: L::Vector, shift: f32, y: L::Vector) -> L::Vector {
    let y = lanes.where_above(x, lanes.splat(f32::MAX), x, y);
    let edge = lanes.splat(-shift);
    let below = lanes.where_equal(
        x,
        edge,
        lanes.splat(f32::NEG_INFINITY),
        lanes.splat(f32::NAN),
    );
    lanes.where_above(x, edge, y, below)
}

#[derive(Clone, Copy)]
struct Log;

impl Function for Log {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        let y = log::log(lanes, lanes.widen(x), &log::SHORT);
        at_the_ends(lanes, x, 0.0, lanes.narrow(y))
    }
}

#[derive(Clone, Copy)]
struct Log1p;

impl Function for Log1p {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        let y = log::log_of_one_and(lanes, lanes.widen(x), &log::SHORT);
        let y = lanes.copy_sign(lanes.narrow(y), x);
        at_the_ends(lanes, x, 1.0, y)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Tanh;

impl Function for Tanh {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        // With m = e^{2|x|} − 1, tanh|x| = m/(m + 2).
        let a = lanes.widen(lanes.clamp(lanes.abs(x), 0.0, 20.0));
        let m = power(lanes, lanes.wide_add(a, a), &SHORT).exp_minus_one();
        let y = lanes.wide_div(m, lanes.wide_add(m, lanes.wide_splat(2.0)));
        lanes.copy_sign(lanes.narrow(y), x)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Sigmoid;

impl Function for Sigmoid {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        lanes.narrow(self.wide(lanes, x))
    }
}

impl Sigmoid {
    /// The function before it is rounded to f32.
    #[inline(always)]
    pub(super) fn wide<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Wide {
        let one = lanes.wide_splat(1.0);
        let minus = lanes.mul(x, lanes.splat(-1.0));
        let below = lanes.wide_add(one, exp(lanes, near(lanes, minus)));
        lanes.wide_div(one, below)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Softplus;

/// `ln(1 + √2)`: where `e^−x = √2 − 1`.
const HALF_WAY: f32 = 0.881_373_6;

impl Function for Softplus {
    /// `max(x, 0) + ln(1 + u)` with `u = e^−|x|`. The logarithm is `2 artanh(u/(2 + u))`, or if `u > √2 − 1`,
    /// `ln 2 + 2 artanh((u − 1)/(3 + u))`.
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        let a = lanes.abs(x);
        let (zero, one) = (lanes.splat(0.0), lanes.splat(1.0));
        let k = lanes.where_above(a, lanes.splat(HALF_WAY), zero, one);
        let k = lanes.widen(k);
        let minus = lanes.mul(lanes.clamp(a, 0.0, FAR), lanes.splat(-1.0));
        let u = exp(lanes, lanes.widen(minus));
        let above = lanes.wide_fma(k, lanes.wide_splat(-1.0), u);
        let below = lanes.wide_add(lanes.wide_add(k, lanes.wide_splat(2.0)), u);
        let log = log::with_quotient(lanes, k, [above, below], &log::SHORT);
        let positive = lanes.widen(lanes.positive_part(x));
        lanes.narrow(lanes.wide_add(positive, log))
    }
}

#[derive(Clone, Copy)]
struct Erf;

impl Function for Erf {
    #[inline(always)]
    fn value<L: Lanes>(self, lanes: L, x: L::Vector) -> L::Vector {
        let a = lanes.widen(lanes.clamp(lanes.abs(x), 0.0, normal::ERF_END));
        lanes.copy_sign(lanes.narrow(normal::erf(lanes, a)), x)
    }
}
