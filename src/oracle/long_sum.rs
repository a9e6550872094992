//! Exact sums of products of f32 numbers in one long fixed-point number (Kulisch's accumulator).

use num_traits::Zero;

use crate::number::{Exact, Whole};

/// The weight of the last binary digit is 2^LOWEST: the least product of two f32 numbers is 2⁻²⁹⁸.
const LOWEST: i32 = -298;

/// The number of digits to the base 2³². The largest product is below 2²⁵⁶ = 2^(554 + LOWEST), and up to
/// 2³¹ terms need 585 binary digits of the 640.
const DIGITS: usize = 20;

/// The exact sum of up to 2³¹ products of finite f32 numbers.
///
/// The sum is `Σ_i d_i 2^(32i − 298)`. A term changes three of the d_i by less than 2³² each, and carries
/// wait until the end, so adding costs a few instructions and never loses a digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongSum {
    digits: [i64; DIGITS],
    /// The place of the last binary digit that is not 0 in every term so far.
    last: Option<u32>,
}

/// A finite float as `(−1)^negative · mantissa · 2^exponent`.
struct Parts {
    negative: bool,
    mantissa: u64,
    exponent: i32,
}

impl Parts {
    fn of(x: f32) -> Parts {
        let bits = x.to_bits();
        let (biased, fraction) = (bits >> 23 & 0xff, u64::from(bits & 0x7f_ffff));
        Parts {
            negative: x.is_sign_negative(),
            mantissa: if biased == 0 {
                fraction
            } else {
                fraction | 1 << 23
            },
            exponent: biased.max(1) as i32 - 150,
        }
    }
}

impl LongSum {
    /// An empty sum.
    pub fn new() -> Self {
        LongSum {
            digits: [0; DIGITS],
            last: None,
        }
    }

    /// Adds `x·y`, or `|x·y|` if `absolute`. Both must be finite.
    pub fn add(&mut self, x: f32, y: f32, absolute: bool) {
        let (x, y) = (Parts::of(x), Parts::of(y));
        let product = x.mantissa * y.mantissa;
        if product == 0 {
            return;
        }
        let shift = (x.exponent + y.exponent - LOWEST) as u32;
        let place = shift + product.trailing_zeros();
        self.last = Some(self.last.map_or(place, |last| last.min(place)));
        let shifted = u128::from(product) << (shift % 32);
        let sign = match x.negative != y.negative && !absolute {
            true => -1,
            false => 1,
        };
        let first = (shift / 32) as usize;
        for (i, digit) in self.digits[first..first + 3].iter_mut().enumerate() {
            *digit += sign * (shifted >> (32 * i) & 0xffff_ffff) as i64;
        }
    }

    /// The sum.
    pub fn value(&self) -> Exact {
        let (negative, digits) = self.carried();
        let Some(last) = digits.iter().position(|&digit| digit != 0) else {
            return Exact::zero();
        };
        let base = Whole::power_of_two(32);
        let mut whole = Whole::zero();
        let above = digits[last..].iter().rev();
        for &digit in above.skip_while(|digit| **digit == 0) {
            whole.multiply(&base);
            whole.add(&Whole::from(digit));
        }
        let weight = Exact::power_of_two(32 * last as i32 + LOWEST);
        let value = Exact::quotient(&whole, &Whole::one()) * weight;
        if negative { -value } else { value }
    }

    /// The sum to within some roundings of f64; it becomes ±∞ or 0 where f64 ends.
    pub fn approximate(&self) -> f64 {
        let (negative, digits) = self.carried();
        let weight = |i: usize| f64::powi(2.0, 32 * i as i32 + LOWEST);
        let from_above = digits.iter().enumerate().rev();
        let value: f64 = from_above.map(|(i, digit)| *digit as f64 * weight(i)).sum();
        if negative { -value } else { value }
    }

    /// The largest power of two, as its exponent, of which every term so far is a multiple; `None` if
    /// there is no term other than 0.
    pub fn quantum(&self) -> Option<i32> {
        self.last.map(|last| last as i32 + LOWEST)
    }

    /// The sign and the digits of the absolute value, each in `0..2³²`.
    fn carried(&self) -> (bool, [i64; DIGITS]) {
        let carry = |mut digits: [i64; DIGITS]| {
            let mut above = 0;
            for digit in &mut digits {
                let sum = *digit + above;
                *digit = sum & 0xffff_ffff;
                above = sum >> 32;
            }
            (above < 0, digits)
        };
        match carry(self.digits) {
            (false, digits) => (false, digits),
            (true, _) => (true, carry(self.digits.map(|digit| -digit)).1),
        }
    }
}

impl Default for LongSum {
    fn default() -> Self {
        LongSum::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_sum_is_the_rational_one() {
        let mut bits = 0x1234_5678_u32;
        let mut next = || {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let x = f32::from_bits(bits);
            if x.is_finite() { x } else { 1.0 }
        };
        let corners = [
            f32::MAX,
            f32::from_bits(1),
            -f32::MAX,
            -f32::from_bits(1),
            0.0,
            -1.5,
        ];
        let mut pairs: Vec<(f32, f32)> = (0..500).map(|_| (next(), next())).collect();
        pairs.extend(corners.iter().flat_map(|&x| corners.map(|y| (x, y))));
        for absolute in [false, true] {
            let (mut long, mut rational) = (LongSum::new(), Exact::zero());
            for &(x, y) in &pairs {
                long.add(x, y, absolute);
                let term = Exact::from_f32(x).unwrap() * Exact::from_f32(y).unwrap();
                rational += if absolute { term.abs() } else { term };
                assert_eq!(long.value(), rational);
            }
            let relative = long.approximate() / rational.to_f64();
            assert!((relative - 1.0).abs() < 1e-14, "{relative}");
        }
    }

    #[test]
    fn the_quantum_divides_every_term() {
        let mut sum = LongSum::new();
        assert_eq!(sum.quantum(), None);
        sum.add(6.0, 4.0, false);
        assert_eq!(sum.quantum(), Some(3));
        sum.add(0.75, 1.0, false);
        assert_eq!(sum.quantum(), Some(-2));
        sum.add(f32::from_bits(1), f32::from_bits(1), false);
        assert_eq!(sum.quantum(), Some(-298));
    }
}
