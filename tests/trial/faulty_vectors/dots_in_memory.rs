//! Faulty dot products that depend on memory or leave the processor's state changed.

use sgd_stability::trial::{FaultKind, Vector};

#[cfg(target_arch = "x86_64")]
use super::stray::set_control;
use super::stray::{stray, stray_write};
use super::{Faulty, dot, plain, strictly};
use crate::honest_vectors::SUMS;
use crate::support::{elements, products};

/// Dot products that do not keep to their operands, or change the state of the processor.
pub fn dots() -> Vec<Faulty> {
    use FaultKind::{Differs, InputWritten, ReadOutside, TooLarge};
    let mut list = vec![
        dot("strides are ignored", ReadOutside, |x, y| {
            let adjacent = |x: Vector| x.memory.iter().take(x.count).copied().collect::<Vec<f32>>();
            let terms = adjacent(x).into_iter().zip(adjacent(y)).map(|(x, y)| x * y);
            terms.fold(0.0, |sum, z| sum + z)
        }),
        dot(
            "the number after x is read and multiplied by 0",
            ReadOutside,
            |x, y| {
                let after = stray(x.memory, x.memory.len() as isize).unwrap_or(0.0);
                plain(&products(x, y)) + 0.0 * after
            },
        ),
        dot(
            "the number before y is read and multiplied by 0",
            ReadOutside,
            |x, y| {
                let before = stray(y.memory, -1).unwrap_or(0.0);
                plain(&products(x, y)) + 0.0 * before
            },
        ),
        dot(
            "the number after y is added unless it is NaN",
            ReadOutside,
            |x, y| {
                let after = stray(y.memory, y.memory.len() as isize).unwrap_or(0.0);
                plain(&products(x, y)) + if after.is_nan() { 0.0 } else { after }
            },
        ),
        dot(
            "wrong only where x is not aligned to 16 bytes",
            TooLarge,
            |x, y| {
                let terms = products(x, y);
                match x.memory.as_ptr().addr() % 16 {
                    0 => plain(&terms),
                    _ => plain(terms.get(1..).unwrap_or(&[])),
                }
            },
        ),
        strictly(dot(
            "the order depends on the place in memory",
            Differs,
            |x, y| {
                let way = if x.memory.as_ptr().addr() % 64 == 0 {
                    SUMS[0].1
                } else {
                    SUMS[3].1
                };
                way(&elements(x), &elements(y))
            },
        )),
        dot(
            "the first element of x is overwritten",
            InputWritten,
            |x, y| {
                let sum = plain(&products(x, y));
                if !x.memory.is_empty() {
                    stray_write(x.memory, 0, sum);
                }
                sum
            },
        ),
    ];
    #[cfg(target_arch = "x86_64")]
    list.extend([
        dot(
            "rounds upwards ever after",
            FaultKind::RoundingMode,
            |x, y| {
                let sum = plain(&products(x, y));
                set_control(0b10 << 13);
                sum
            },
        ),
        dot(
            "flushes to zero ever after",
            FaultKind::FlushToZero,
            |x, y| {
                let sum = plain(&products(x, y));
                set_control(1 << 15);
                sum
            },
        ),
        dot(
            "takes subnormal operands as zeros ever after",
            FaultKind::FlushToZero,
            |x, y| {
                let sum = plain(&products(x, y));
                set_control(1 << 6);
                sum
            },
        ),
    ]);
    list
}
