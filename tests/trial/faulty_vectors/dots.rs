//! Faulty dot products of elements.

use std::sync::atomic::{AtomicU64, Ordering};

use sgd_stability::trial::{FaultKind, Vector};

use super::{Faulty, bfloat, dot, flushed, of_products, plain, short};
use crate::support::{elements, products};

/// Dot products that add wrongly.
pub fn dots() -> Vec<Faulty> {
    use FaultKind::{Crash, Differs, Infinity, LostNan, MadeNan, SignOfZero, TooLarge};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    vec![
        of_products("the tail after blocks of 8 is lost", TooLarge, |z| {
            plain(&z[..z.len() / 8 * 8])
        }),
        of_products("the last term counts twice", TooLarge, |z| {
            plain(&z) + z.last().unwrap_or(&0.0)
        }),
        of_products("lane 7 of 16 is lost", TooLarge, |mut z| {
            z.iter_mut().skip(7).step_by(16).for_each(|z| *z = 0.0);
            plain(&z)
        }),
        of_products("the third block of 64 is skipped", TooLarge, |mut z| {
            z.iter_mut().skip(128).take(64).for_each(|z| *z = 0.0);
            plain(&z)
        }),
        of_products("the length is cut to 8 bits", TooLarge, |z| {
            plain(&z[..z.len() & 0xff])
        }),
        of_products("wrong only where n > 4096", TooLarge, |z| match z.len() {
            4097.. => plain(&z[1..]),
            _ => plain(&z),
        }),
        of_products(
            "the part after the piece of 2¹⁴ is lost",
            TooLarge,
            |z| plain(&z[..z.len().min(16_384)]),
        ),
        of_products("sums in bfloat16", TooLarge, |z| {
            z.iter().fold(0.0, |sum, z| bfloat(sum + z))
        }),
        of_products(
            "sums in bfloat16 where n > 256 only",
            TooLarge,
            |z| match z.len() {
                257.. => z.iter().fold(0.0, |sum, z| bfloat(sum + z)),
                _ => plain(&z),
            },
        ),
        of_products("products with 11 bits, as in f16", TooLarge, |z| {
            z.iter().fold(0.0, |sum, z| sum + short(*z, 13))
        }),
        of_products("one bit less in every sum", TooLarge, |z| {
            z.iter().fold(0.0, |sum, z| short(sum + z, 2))
        }),
        of_products("too large by 8 units in the last place", TooLarge, |z| {
            plain(&z) * 1.000_001
        }),
        of_products("subnormal products are lost", TooLarge, |z| {
            z.iter().fold(0.0, |s, z| s + flushed(*z))
        }),
        dot("subnormal operands are lost", TooLarge, |x, y| {
            let pairs = elements(x).into_iter().zip(elements(y));
            pairs.fold(0.0, |sum, (x, y)| sum + flushed(x) * flushed(y))
        }),
        of_products("NaN is left out", LostNan, |z| {
            z.iter().filter(|z| !z.is_nan()).fold(0.0, |sum, z| sum + z)
        }),
        dot("zeros are skipped, 0·∞ with them", LostNan, |x, y| {
            let pairs = elements(x).into_iter().zip(elements(y));
            pairs
                .filter(|(x, y)| *x != 0.0 && *y != 0.0)
                .fold(0.0, |sum, (x, y)| sum + x * y)
        }),
        of_products("infinity is clamped", Infinity, |z| {
            plain(&z).clamp(-f32::MAX, f32::MAX)
        }),
        of_products("infinity becomes NaN", MadeNan, |z| {
            let sum = plain(&z);
            sum + 0.0 * sum
        }),
        of_products("an empty sum is 0/0", MadeNan, |z| {
            plain(&z) / z.len() as f32 * z.len() as f32
        }),
        of_products("zero has the sign −", SignOfZero, |z| match plain(&z) {
            0.0 => -0.0,
            sum => sum,
        }),
        of_products(
            "the sum of an iterator, which is −0 if empty",
            SignOfZero,
            |z| z.iter().sum(),
        ),
        of_products("panics where n = 33", Crash, |z| {
            if z.len() == 33 {
                // As a panic, but without a message.
                std::panic::resume_unwind(Box::new(()));
            }
            plain(&z)
        }),
        Faulty {
            is_steady: false,
            ..of_products(
                "a race: every third call loses a term",
                Differs,
                |z| match CALLS.fetch_add(1, Ordering::Relaxed) % 3 {
                    0 => plain(z.get(1..).unwrap_or(&[])),
                    _ => plain(&z),
                },
            )
        },
        dot(
            "y is read forwards if its stride is negative",
            TooLarge,
            |x, y| {
                let y = Vector {
                    stride: y.stride.abs(),
                    ..y
                };
                plain(&products(x, y))
            },
        ),
    ]
}
