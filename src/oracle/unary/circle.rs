//! sin, cos and tan for |x| ≥ 1, by an exact reduction of the argument.
//!
//! # The proof
//!
//! **Reduction** (after Payne and Hanek). Let |x| = m·2^q with an integer m < 2²⁴. With
//! W_q = ⌊2^q (2/π) 2¹²⁶⌋ mod 2¹²⁸, the product m·W_q mod 2¹²⁸, in units of 2⁻¹²⁶, is |x|·2/π modulo 4 with an error
//! below m·2⁻¹²⁶ < 2⁻¹⁰². Rounding it to an integer k leaves a fraction φ with |φ| ≤ ½. If |φ| < 2⁻⁴⁰, no estimate
//! is given. Otherwise the relative error of φ is below 2⁻⁶², and r̂ = fl(fl(φ)·fl(π/2)) has three more roundings, so
//! r̂ = r(1 + ε) with |ε| ≤ 3.01u, where u = 2⁻⁵³ and |r| ≤ π/4 < 0.7854.
//!
//! **Polynomials.** The Taylor sums of sin up to r¹⁹ and of cos up to r²⁰ leave alternating remainders: relative to
//! sin r at most (r²⁰/21!)(r/sin r) < 2⁻⁷¹, and relative to cos r ≥ 0.707 at most (r²²/22!)/0.707 < 2⁻⁷⁶.
//!
//! **Rounding.** z = fl(r̂²) has a relative error of u. In Horner's scheme for sin r̂ = r̂ + r̂z·S(z) the correction has
//! at most |zS| ≤ 0.103 of the size of r̂, and its terms fall by factors of z/20 ≤ 0.031 and faster, so its relative error is at
//! most 6u·1.04: two roundings at each step and the one of z, of which those of the inner steps hardly count. So the sum has the relative
//! error u + 0.103·7u·(1/0.9) < 1.9u. In cos r̂ = 1 + z·C(z) the correction is at most 0.309, with a relative error of 6u·1.06, and the
//! sum has the relative error u + 0.309·7u/0.707 < 4.1u. The error of r̂ changes sin by the relative amount
//! |r cot r|·3.01u ≤ 3.01u and cos by |r tan r|·3.01u ≤ 2.4u. Together sin has less than 5u and cos less than 6.6u: 8u = 2⁻⁵⁰ is
//! allowed here for both, and 8u + 8u + u + second-order terms < 2⁻⁴⁸ for tan = sin/cos.

use std::sync::LazyLock;

use super::Function;
use crate::number::quarter_turns;

/// The bounds of the relative errors.
pub(super) fn relative_error(function: Function) -> f64 {
    match function {
        Function::Tan => 2f64.powi(-48),
        _ => 2f64.powi(-50),
    }
}

/// The least q of 1 ≤ |x| = m·2^q.
const LEAST: i32 = -23;

static TURNS: LazyLock<[u128; 128]> =
    LazyLock::new(|| std::array::from_fn(|i| quarter_turns(LEAST + i as i32)));

/// Writes estimates of the function at `x`, with |x| ≥ 1 and all of the same exponent; NaN where none can be given.
pub(super) fn estimate(function: Function, x: &[f32], v: &mut [f64]) {
    let Some(first) = x.first() else { return };
    let turns = TURNS[(first.to_bits() >> 23 & 0xff) as usize - 127];
    for (x, v) in x.iter().zip(v) {
        let m = x.to_bits() & 0x007f_ffff | 0x0080_0000;
        let value = at(function, turns.wrapping_mul(m.into()));
        let is_odd = function != Function::Cos;
        *v = if is_odd && *x < 0.0 { -value } else { value };
    }
}

/// The function at this many quarter turns, in units of 2⁻¹²⁶.
#[inline]
fn at(function: Function, turns: u128) -> f64 {
    let quadrant = turns.wrapping_add(1 << 125) >> 126;
    let fraction = turns.wrapping_sub(quadrant << 126) as i128;
    if fraction.unsigned_abs() < 1 << 86 {
        return f64::NAN;
    }
    // 2⁻¹²⁶ is a power of two, so the product rounds as fl(φ)·fl(π/2) does.
    let r = fraction as f64 * (std::f64::consts::FRAC_PI_2 * UNIT_OF_TURNS);
    match (function, quadrant & 3) {
        (Function::Tan, 0 | 2) => sin(r) / cos(r),
        (Function::Tan, _) => -cos(r) / sin(r),
        (Function::Sin, 0) | (Function::Cos, 3) => sin(r),
        (Function::Sin, 1) | (Function::Cos, 0) => cos(r),
        (Function::Sin, 2) | (Function::Cos, 1) => -sin(r),
        _ => -cos(r),
    }
}

/// 2⁻¹²⁶.
const UNIT_OF_TURNS: f64 = 1.0 / (1u128 << 126) as f64;

#[inline]
fn sin(r: f64) -> f64 {
    let z = r * r;
    const S: [f64; 9] = reciprocals(3);
    r + r * (z * horner(&S, z))
}

#[inline]
fn cos(r: f64) -> f64 {
    let z = r * r;
    const C: [f64; 10] = reciprocals(2);
    1.0 + z * horner(&C, z)
}

#[inline]
fn horner(coefficients: &[f64], z: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, a| sum * z + a)
}

/// −1/first!, +1/(first + 2)!, and so on, each rounded once from the quotient of exact factorials up to 22!.
const fn reciprocals<const N: usize>(first: usize) -> [f64; N] {
    let mut found = [0.0; N];
    let (mut factorial, mut sign) = (1u128, -1.0);
    let (mut n, mut i) = (1, 0);
    while i < N {
        while n < first + 2 * i {
            n += 1;
            factorial *= n as u128;
        }
        // 22! < 2⁷⁰ has an odd part below 2⁵³, so it is an f64.
        found[i] = sign / factorial as f64;
        sign = -sign;
        i += 1;
    }
    found
}
