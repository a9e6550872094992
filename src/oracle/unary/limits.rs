//! What is right where a function has no finite value, a limit, or a zero.

use super::Function;

/// What is right at one input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// The value is a real number, which [`Function::enclose`] encloses.
    Number,
    /// Exactly this number; a zero has its sign.
    Exactly(f32),
    /// An infinity, negative or not.
    Infinite {
        /// Whether it is −∞.
        negative: bool,
    },
    /// NaN: the input is NaN or outside of the domain.
    Nan,
    /// The limit is 0, but the formula in floating point is ∞·0: a zero of either sign and NaN are both
    /// accepted.
    ZeroOrNan,
}

const PLUS: Expected = Expected::Infinite { negative: false };
const MINUS: Expected = Expected::Infinite { negative: true };

/// What is right at `x`: limits at ±∞ and poles as C has them (ISO/IEC 9899, Annex F).
pub fn expected(function: Function, x: f32) -> Expected {
    if x.is_nan() {
        Expected::Nan
    } else if x == f32::INFINITY {
        at_infinity(function)
    } else if x == f32::NEG_INFINITY {
        at_minus_infinity(function)
    } else if x == 0.0 {
        at_zero(function, x)
    } else {
        inside(function, x)
    }
}

fn at_infinity(function: Function) -> Expected {
    use Function::*;
    match function {
        Sin | Cos | Tan | Asin | Acos | Atanh => Expected::Nan,
        Tanh | Erf | Sigmoid => Expected::Exactly(1.0),
        Erfc => Expected::Exactly(0.0),
        Atan => Expected::Number,
        _ => PLUS,
    }
}

fn at_minus_infinity(function: Function) -> Expected {
    use Function::*;
    match function {
        Exp | Exp2 | Exp10 | Sigmoid | Softplus => Expected::Exactly(0.0),
        Expm1 | Tanh | Erf | Elu => Expected::Exactly(-1.0),
        Erfc => Expected::Exactly(2.0),
        Atan | Selu => Expected::Number,
        Sinh | Asinh | Cbrt => MINUS,
        Cosh | Lgamma => PLUS,
        Gelu | GeluTanh | Silu => Expected::ZeroOrNan,
        _ => Expected::Nan,
    }
}

fn at_zero(function: Function, zero: f32) -> Expected {
    use Function::*;
    match function {
        Exp | Exp2 | Exp10 | Cos | Cosh | Erfc => Expected::Exactly(1.0),
        Sigmoid => Expected::Exactly(0.5),
        Log | Log2 | Log10 => MINUS,
        Acosh => Expected::Nan,
        Tgamma => Expected::Infinite {
            negative: zero.is_sign_negative(),
        },
        Lgamma => PLUS,
        Acos | Softplus => Expected::Number,
        _ => Expected::Exactly(zero),
    }
}

fn inside(function: Function, x: f32) -> Expected {
    use Function::*;
    match function {
        Log | Log2 | Log10 | Sqrt if x < 0.0 => Expected::Nan,
        Log | Log2 | Log10 | Acos | Acosh if x == 1.0 => Expected::Exactly(0.0),
        Lgamma if x == 1.0 || x == 2.0 => Expected::Exactly(0.0),
        Log1p if x < -1.0 => Expected::Nan,
        Log1p if x == -1.0 => MINUS,
        Asin | Acos | Atanh if x.abs() > 1.0 => Expected::Nan,
        Acosh if x < 1.0 => Expected::Nan,
        Atanh if x.abs() == 1.0 => Expected::Infinite { negative: x < 0.0 },
        Tgamma if x < 0.0 && x.fract() == 0.0 => Expected::Nan,
        Lgamma if x < 0.0 && x.fract() == 0.0 => PLUS,
        _ => Expected::Number,
    }
}
