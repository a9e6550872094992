//! Sums of products of f32 numbers without any rounding.

use num_traits::Zero;

use crate::number::{Exact, Whole};

/// The number of digits of 32 bits: from the lowest bit of the least product, 2⁻²⁹⁸, beyond the highest
/// of 2³⁰ of the largest, 2²⁸⁶.
const DIGITS: usize = 20;

/// The exponent of the lowest bit.
const LOWEST: i32 = -298;

/// A sum of up to 2³⁰ products of finite f32 numbers, in fixed point. A digit collects parts of 32 bits
/// in 64, so that nothing is carried while terms are added.
#[derive(Clone, Debug, Default)]
pub(super) struct Long([i64; DIGITS]);

impl Long {
    /// Adds `x·y`, and its absolute value to `magnitude`.
    pub(super) fn add(&mut self, x: f32, y: f32, magnitude: &mut Long) {
        let ((x, x_exponent), (y, y_exponent)) = (parts(x), parts(y));
        let product = x * y;
        if product == 0 {
            return;
        }
        let place = (x_exponent + y_exponent - LOWEST) as usize;
        let mut bits = u128::from(product.unsigned_abs()) << (place % 32);
        for digit in place / 32.. {
            let part = (bits & 0xffff_ffff) as i64;
            self.0[digit] += part * product.signum();
            magnitude.0[digit] += part;
            bits >>= 32;
            if bits == 0 {
                return;
            }
        }
    }

    /// Adds `|x|`.
    pub(super) fn add_absolute(&mut self, x: f32) {
        self.add(x.abs(), 1.0, &mut Long::default());
    }

    /// The sum as a rational number.
    pub(super) fn exact(&self) -> Exact {
        let Some(lowest) = self.0.iter().position(|&digit| digit != 0) else {
            return Exact::zero();
        };
        let base = Whole::power_of_two(32);
        let mut whole = Whole::zero();
        for &digit in self.0[lowest..].iter().rev() {
            if !whole.is_zero() {
                whole.multiply(&base);
            }
            if digit != 0 {
                whole.add(&Whole::from(digit));
            }
        }
        let exponent = LOWEST + 32 * lowest as i32;
        Exact::quotient(&whole, &Whole::one()) * Exact::power_of_two(exponent)
    }
}

/// The integer and the exponent of a finite number, `integer·2^exponent`.
fn parts(x: f32) -> (i64, i32) {
    let bits = x.to_bits();
    let (exponent, fraction) = (bits >> 23 & 0xff, i64::from(bits & 0x7f_ffff));
    let (integer, exponent) = match exponent {
        0 => (fraction, -149),
        _ => (fraction | 1 << 23, exponent as i32 - 150),
    };
    let integer = if x.is_sign_negative() {
        -integer
    } else {
        integer
    };
    (integer, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{Family, Terms};

    #[test]
    fn sums_are_those_of_rational_numbers() {
        let extreme = [f32::MAX, f32::MIN, f32::from_bits(1), -f32::from_bits(1)];
        let extremes: Vec<_> = extreme
            .iter()
            .flat_map(|x| extreme.map(|y| (*x, y)))
            .collect();
        let families = [Family::WideRange, Family::Overflowing, Family::Subnormal];
        let of_families = families.map(|family| {
            let (x, y) = family.vectors(300, 5);
            x.into_iter().zip(y).collect()
        });
        for pairs in of_families.into_iter().chain([extremes]) {
            let (mut sum, mut magnitude) = (Long::default(), Long::default());
            pairs
                .iter()
                .for_each(|(x, y)| sum.add(*x, *y, &mut magnitude));
            let (x, y): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let terms = Terms::dot(&x, &y);
            assert_eq!(sum.exact(), terms.sum);
            assert_eq!(magnitude.exact(), terms.magnitude);
        }
    }
}
