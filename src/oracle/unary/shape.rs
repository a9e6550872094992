//! What is known of the shape of a function: its symmetry, where it rises or falls, and where its values
//! may be numbers of 24 bits.

use super::Function;

/// The symmetry of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// f(−x) = −f(x).
    Odd,
    /// f(−x) = f(x).
    Even,
    /// None.
    Neither,
}

/// Whether a function rises or falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// f(a) < f(b) for a < b.
    Rising,
    /// f(a) > f(b) for a < b.
    Falling,
}

/// The symmetry of a function.
pub fn parity(function: Function) -> Parity {
    use Function::*;
    match function {
        Sin | Tan | Asin | Atan | Sinh | Tanh | Asinh | Atanh | Erf | Cbrt => Parity::Odd,
        Cos | Cosh => Parity::Even,
        _ => Parity::Neither,
    }
}

/// Whether the function strictly rises or falls on the whole interval `[low, high]`, which lies inside of
/// its domain; `None` where it does neither or where this table does not say.
pub fn direction(function: Function, low: f64, high: f64) -> Option<Direction> {
    use Function::*;
    let rises_from = |place: f64| (low >= place).then_some(Direction::Rising);
    let falls_until = |place: f64| (high <= place).then_some(Direction::Falling);
    match function {
        Exp | Exp2 | Exp10 | Expm1 | Log | Log2 | Log10 | Log1p | Asin | Atan | Sinh | Tanh
        | Asinh | Acosh | Atanh | Erf | Cbrt | Sqrt | Sigmoid | Softplus | Elu | Selu => {
            Some(Direction::Rising)
        }
        Acos | Erfc => Some(Direction::Falling),
        Sin | Tan => (low >= -1.5 && high <= 1.5).then_some(Direction::Rising),
        Cos if high <= 3.0 && low >= 0.0 => Some(Direction::Falling),
        Cos if low >= -3.0 && high <= 0.0 => Some(Direction::Rising),
        Cos => None,
        Cosh => rises_from(0.0).or(falls_until(0.0)),
        // The minima are at −0.7517915…, −0.7524…, −1.2784645….
        Gelu | GeluTanh => rises_from(-0.75).or(falls_until(-0.755)),
        Silu => rises_from(-1.278).or(falls_until(-1.279)),
        // The minimum on x > 0 is at 1.4616321…; the first on x < 0 at −0.5040830….
        Tgamma | Lgamma if low > 0.0 => rises_from(1.4617).or(falls_until(1.4616)),
        Tgamma if low >= -0.5 && high < 0.0 => Some(Direction::Falling),
        Lgamma if low >= -0.5 && high < 0.0 => Some(Direction::Rising),
        Tgamma | Lgamma => None,
    }
}

/// Whether the value at some f32 `x ≠ 0` with `low ≤ x ≤ high` may be a number of 24 bits. `false` is
/// proved, `true` is not.
///
/// * By Lindemann and Weierstrass, eˣ is transcendental for algebraic x ≠ 0. Hence exp, expm1, the
///   circular and hyperbolic functions, sigmoid, silu and, below zero, elu and selu are transcendental at rational x ≠ 0, and so are
///   softplus and the inverse functions, except at the zeros log 1, acos 1 and acosh 1, which are in the
///   table of limits.
/// * 2ˣ, 10ˣ of a rational x are rational only if x is an integer: the prime 2 would have a broken exponent.
///   log₂x and log₁₀x of a rational x are rational only if x is an integer power of the base, by the same
///   argument.
/// * erf and erfc, and so gelu, are values of E-functions, transcendental at algebraic x ≠ 0 (Shidlovskii,
///   *Transcendental Numbers*, 1989).
/// * Of Γ only the values at the integers are known to be rational, and nothing is claimed of the others.
/// * Above zero elu is its argument. selu is λ times it, and λ = N·2⁻⁵¹ with an odd N above 2⁵¹, so no product with
///   an integer has 24 bits.
/// * gelu-tanh has √(2/π) in its exponent, and nothing is claimed where 2⁻²⁴ ≤ |x| and x < 6. For smaller
///   |x|, 0 < |f(x) − x/2| < 2⁻²⁴·|x/2|, so no number of 24 bits is hit in the normal range; below the normal
///   range x/2 is a multiple of 2⁻¹⁵⁰, f(x) is nearer to it than 2⁻¹⁷⁰ and different from it. For x ≥ 6,
///   0 < x − f(x) < x·e⁻²⁴ < 2⁻³⁴·x, and the next number of 24 bits below x is at least 2⁻²⁴·x away.
pub fn may_be_exact(function: Function, low: f64, high: f64) -> bool {
    use Function::*;
    match function {
        Exp2 | Exp10 => low.ceil() <= high && low.abs().min(high.abs()) <= 256.0,
        Log2 | Log10 | Cbrt | Sqrt | Tgamma | Lgamma => true,
        Elu => high > 0.0,
        GeluTanh => low.abs().max(high.abs()) >= 2f64.powi(-24) && low < 6.0,
        _ => false,
    }
}
