//! Elementary functions, activation functions and functions of rows.

mod activations;
mod bits;
mod elementary;
mod formulas;
mod pinned;
mod rows;

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The largest error in units in the last place that the kernels promise.
pub const PROMISED: f64 = 0.501;

/// A unit in the last place of an f32 at a number.
fn ulp(y: f64) -> f64 {
    let exponent = (y.abs().to_bits() >> 52) as i32 - 1023;
    2_f64.powi(exponent.clamp(-126, 127) - 23)
}

/// The distance of `computed` from the right result in units in the last place, where ∞ counts as `2^128`.
pub fn error(computed: f32, right: f64) -> f64 {
    let computed = if computed.is_infinite() {
        2_f64.powi(128).copysign(f64::from(computed))
    } else {
        f64::from(computed)
    };
    let beyond = 2_f64.powi(128);
    (computed - right.clamp(-beyond, beyond)).abs() / ulp(right)
}

/// Asserts that a result is right to within the promise, and `besides` absolutely.
pub fn assert_right(place: &str, computed: f32, right: f64, besides: f64) {
    let error = error(computed, right) - besides / ulp(right);
    assert!(
        error <= PROMISED,
        "{place}: {computed:e} instead of {right:e}, {error} units"
    );
}

/// Numbers of every sign and exponent in a range of exponent fields: the first, the last and some random
/// ones, subnormal numbers with field 0.
pub fn of_every_exponent(fields: Range<u32>, each: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(fields.end));
    let mut numbers = Vec::new();
    for field in fields {
        for sign in [0, 1 << 31] {
            let first = sign | field << 23;
            let inside = (0..each).map(|_| random.random_range(0..1_u32 << 23));
            let all = [0, 1, (1 << 23) - 1].into_iter().chain(inside);
            numbers.extend(all.map(|digits| f32::from_bits(first | digits)));
        }
    }
    numbers
}

/// Numbers of every exponent, infinities and NaN among them, and as many again of ordinary size.
pub fn everything() -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut numbers = of_every_exponent(0..256, 13);
    let ordinary = (0..numbers.len()).map(|_| random.random_range(-24.0..24.0));
    numbers.extend(ordinary.collect::<Vec<f32>>());
    numbers
}
