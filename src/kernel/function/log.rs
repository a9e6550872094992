//! Logarithms on lanes of f64.
//!
//! With `x = 2^k·(1 + f)`, `√½ ≤ 1 + f < √2` and `s = f/(2 + f)`, `ln x = k·ln 2 + 2 artanh s`, and
//! `2 artanh s = 2s + s³·P(s²)`, where `P` is a polynomial fitted on `|s| ≤ 0.1716` by Remez' exchange so that
//! the largest relative error of the sum is least. `f` is exact, so the result is right to a small relative
//! error near `x = 1` too.

use std::f64::consts::LN_2;

use super::polynomial::polynomial;
use crate::kernel::lanes::Lanes;

/// A polynomial with a relative error of at most `2^−37.6`: enough for a result that is rounded to f32.
pub(super) const SHORT: [f64; 4] = [
    0.666_666_656_493_355_9,
    0.400_003_344_501_291_16,
    0.285_373_491_279_281_47,
    0.235_814_709_719_759_93,
];

/// A polynomial with a relative error of at most `2^−52.2`: for sums in which terms cancel.
pub(super) const LONG: [f64; 6] = [
    0.666_666_666_665_876_4,
    0.400_000_000_520_747_63,
    0.285_714_171_595_009_45,
    0.222_233_697_583_670_8,
    0.181_236_992_012_450_5,
    0.168_192_002_452_872_58,
];

/// `k·ln 2 + 2 artanh(numerator/denominator)` for a quotient of at most 0.1716.
#[inline(always)]
pub(super) fn with_quotient<L: Lanes, const TERMS: usize>(
    lanes: L,
    k: L::Wide,
    [numerator, denominator]: [L::Wide; 2],
    terms: &[f64; TERMS],
) -> L::Wide {
    let s = lanes.wide_div(numerator, denominator);
    let square = lanes.wide_mul(s, s);
    let sum = lanes.wide_fma(
        lanes.wide_mul(s, square),
        polynomial(lanes, square, terms),
        lanes.wide_add(s, s),
    );
    lanes.wide_fma(k, lanes.wide_splat(LN_2), sum)
}

/// `ln x` for positive normal `x`.
#[inline(always)]
pub(super) fn log<L: Lanes, const TERMS: usize>(
    lanes: L,
    x: L::Wide,
    terms: &[f64; TERMS],
) -> L::Wide {
    let (k, one_over) = lanes.wide_exponent(x);
    let f = lanes.wide_fma(x, one_over, lanes.wide_splat(-1.0));
    let denominator = lanes.wide_add(f, lanes.wide_splat(2.0));
    with_quotient(lanes, k, [f, denominator], terms)
}

/// `ln(1 + x)` for `x > −1`, with a small relative error. Zero is +0 whatever the sign of `x`.
#[inline(always)]
pub(super) fn log_of_one_and<L: Lanes, const TERMS: usize>(
    lanes: L,
    x: L::Wide,
    terms: &[f64; TERMS],
) -> L::Wide {
    let one = lanes.wide_splat(1.0);
    let (k, one_over) = lanes.wide_exponent(lanes.wide_add(x, one));
    // 1 + f = (1 + x)·2^−k; if k = 0, then f = x without a rounding.
    let less = lanes.wide_add(one_over, lanes.wide_splat(-1.0));
    let f = lanes.wide_fma(x, one_over, less);
    let denominator = lanes.wide_add(f, lanes.wide_splat(2.0));
    with_quotient(lanes, k, [f, denominator], terms)
}
