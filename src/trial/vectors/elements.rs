//! The elements of the vectors of a case: families of values that are known to break kernels.

use crate::oracle::LongSum;
use crate::trial::dice::Dice;

/// What kind of values the vectors have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Whole numbers from −8 to 8: every order is exact.
    Whole,
    /// Whole numbers other than 0, so that one lost or doubled term shows.
    NonzeroWhole,
    /// In (−1, 1).
    Uniform,
    /// In (0, 1): no cancellation.
    Positive,
    /// Falling or rising through a hundred binary orders of magnitude.
    Graded,
    /// Exponents from −60 to 60 in any order.
    HugeRange,
    /// Subnormal numbers with factors near 1.
    Subnormal,
    /// Products around the least subnormal number.
    Underflow,
    /// Dot products of prescribed condition, 10² to 10³⁰ (Ogita, Rump and Oishi, 2005, *Accurate sum and
    /// dot product*, Algorithm 6.1).
    IllConditioned,
    /// Zeros of both signs among numbers.
    Zeros,
    /// One NaN, sometimes beside a zero.
    NotNumber,
    /// One infinity, or two.
    Infinity,
    /// An infinity times zero.
    InfinityTimesZero,
    /// Numbers whose sum, or the squares of which, may overflow.
    Huge,
    /// Pairs that cancel, in any order, with a small rest.
    Cancelling,
    /// Zeros of one sign only: proves little.
    AllZeros,
}

impl Family {
    /// All families.
    pub const ALL: [Family; 16] = [
        Family::Whole,
        Family::NonzeroWhole,
        Family::Uniform,
        Family::Positive,
        Family::Graded,
        Family::HugeRange,
        Family::Subnormal,
        Family::Underflow,
        Family::IllConditioned,
        Family::Zeros,
        Family::NotNumber,
        Family::Infinity,
        Family::InfinityTimesZero,
        Family::Huge,
        Family::Cancelling,
        Family::AllZeros,
    ];

    /// The elements of x and y.
    pub fn elements(self, count: usize, dice: &mut Dice) -> [Vec<f32>; 2] {
        if self == Family::IllConditioned {
            // The binary logarithm of the condition, 10² to 10³⁰.
            let bits = dice.between(7, 100);
            return ill_conditioned(count, bits, dice);
        }
        let falls = dice.below(2) == 0;
        let zero = dice.choose(&[0.0_f32, -0.0]);
        let mut vectors = [0, 1].map(|vector| -> Vec<f32> {
            let one = |i| self.element(i, count, vector, falls, zero, dice);
            (0..count).map(one).collect()
        });
        self.plant(&mut vectors, dice);
        vectors
    }

    /// One element; x is vector 0 and y is vector 1.
    fn element(
        self,
        i: usize,
        count: usize,
        vector: usize,
        falls: bool,
        zero: f32,
        dice: &mut Dice,
    ) -> f32 {
        let scaled = |exponent: i32, dice: &mut Dice| (dice.signed() * 0.5 + 1.0) * power(exponent);
        let sign = dice.choose(&[1.0, -1.0]);
        match self {
            Family::Whole => dice.between(-8, 8) as f32,
            Family::NonzeroWhole => sign * dice.between(1, 8) as f32,
            Family::Positive => dice.unit() + power(-24),
            Family::Graded => {
                let step = (100 * i / count) as i32;
                sign * scaled(if falls { 50 - step } else { step - 50 }, dice)
            }
            Family::HugeRange => sign * scaled(dice.between(-60, 60), dice),
            Family::Subnormal if vector == 0 => {
                sign * f32::from_bits(1 + dice.below(0x7f_ffff) as u32)
            }
            Family::Underflow => sign * scaled(dice.between(-78, -70), dice),
            Family::Zeros if dice.below(3) > 0 => sign * 0.0,
            Family::Huge => {
                sign * scaled(dice.between(58, if vector == 0 { 126 } else { 63 }), dice)
            }
            Family::AllZeros => match vector {
                0 => zero,
                _ => 1.0,
            },
            _ => dice.signed(),
        }
    }

    /// Puts single special values among the elements.
    fn plant(self, [x, y]: &mut [Vec<f32>; 2], dice: &mut Dice) {
        let count = x.len();
        if count == 0 {
            return;
        }
        let place = dice.below(count as u64) as usize;
        let infinity = dice.choose(&[f32::INFINITY, f32::NEG_INFINITY]);
        let in_x = dice.below(4) > 0;
        match self {
            Family::NotNumber => {
                if dice.below(3) == 0 {
                    (x[place], y[place]) = (0.0, 0.0);
                }
                let vector = if in_x { x } else { y };
                vector[place] = f32::NAN;
            }
            Family::Infinity => {
                let vector = if in_x { x } else { y };
                vector[place] = infinity;
                if dice.below(4) == 0 {
                    let other = dice.below(count as u64) as usize;
                    vector[other] = dice.choose(&[f32::INFINITY, f32::NEG_INFINITY]);
                }
            }
            Family::InfinityTimesZero => {
                x[place] = infinity;
                y[place] = dice.choose(&[0.0, -0.0]);
            }
            Family::Cancelling => {
                for i in 0..count / 2 {
                    (x[count / 2 + i], y[count / 2 + i]) = (-x[i], y[i]);
                }
                x[place] += power(-20);
                dice.shuffle(
                    |i, j| {
                        x.swap(i, j);
                        y.swap(i, j);
                    },
                    count,
                );
            }
            _ => {}
        }
    }
}

fn power(exponent: i32) -> f32 {
    f64::powi(2.0, exponent) as f32
}

/// Algorithm 6.1 (GenDot) of Ogita, Rump and Oishi with the exact sum so far: the first half has random
/// exponents up to half of the condition's, and each later y_i takes away what the sum is then, down to
/// numbers near 1. The order is random.
///
/// `bits` is the binary logarithm of the condition.
pub(super) fn ill_conditioned(count: usize, bits: i32, dice: &mut Dice) -> [Vec<f32>; 2] {
    let (mut x, mut y) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut sum = LongSum::new();
    let half = count / 2;
    for i in 0..count {
        let exponent = match i {
            0 => bits / 2,
            _ if i < half => dice.between(0, bits / 2),
            _ => bits / 2 * (count - 1 - i) as i32 / (count - half) as i32,
        };
        let factor = dice.signed() + power(-24);
        let x_i = factor * power(exponent);
        let wanted = dice.signed() * power(exponent);
        let y_i = if i < half {
            wanted
        } else {
            ((f64::from(wanted) - sum.approximate()) / f64::from(x_i)) as f32
        };
        let y_i = if y_i.is_finite() { y_i } else { 1.0 };
        sum.add(x_i, y_i, false);
        x.push(x_i);
        y.push(y_i);
    }
    dice.shuffle(
        |i, j| {
            x.swap(i, j);
            y.swap(i, j);
        },
        count,
    );
    [x, y]
}
