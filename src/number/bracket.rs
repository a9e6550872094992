//! Enclosures of one real number by two neighbouring floating-point numbers of many bits.

use std::cmp::Ordering;

use rug::Float;
use rug::float::Round;
use rug::ops::{AddAssignRound, DivAssignRound, MulAssignRound, SubAssignRound};

/// What is known of a real number `v`: either its exact value (`lower = upper`), or `lower < v < upper`,
/// **strictly**.
///
/// Strictness is what correct rounding gives beyond an interval: a function rounds downwards to `lower`
/// and reports that it rounded, so `v` is neither of the two bounds. It decides on which side of 1 the
/// number tanh(50) lies, with any number of bits.
#[derive(Clone, Debug)]
pub struct Bracket {
    lower: Float,
    upper: Float,
}

impl Bracket {
    /// The bracket of an exact value.
    pub fn exact(value: f64, bits: u32) -> Self {
        let value = Float::with_val(bits.max(53), value);
        Bracket {
            lower: value.clone(),
            upper: value,
        }
    }

    /// The bracket between a value that was rounded down and its successor, or the value itself if it
    /// was not rounded.
    pub(super) fn rounded_down(lower: Float, rounded: Ordering) -> Self {
        let mut upper = lower.clone();
        if rounded != Ordering::Equal {
            upper.next_up();
        }
        Bracket { lower, upper }
    }

    /// The bracket of a number that lies strictly between two bounds.
    pub(super) fn open(lower: Float, upper: Float) -> Self {
        Bracket { lower, upper }
    }

    /// The bracket of an increasing function over this bracket. `function` rounds its argument's image
    /// in the given direction.
    pub(super) fn increasing(&self, function: impl Fn(&mut Float, Round) -> Ordering) -> Self {
        let (mut lower, mut upper) = (self.lower.clone(), self.upper.clone());
        function(&mut lower, Round::Down);
        function(&mut upper, Round::Up);
        Bracket { lower, upper }
    }

    /// The bracket of a decreasing function over this bracket.
    pub(super) fn decreasing(&self, function: impl Fn(&mut Float, Round) -> Ordering) -> Self {
        let (mut lower, mut upper) = (self.upper.clone(), self.lower.clone());
        function(&mut lower, Round::Down);
        function(&mut upper, Round::Up);
        Bracket { lower, upper }
    }

    /// `v + a`.
    pub(super) fn plus(&self, a: f64) -> Self {
        self.increasing(|v, round| v.add_assign_round(a, round))
    }

    /// `v·a`.
    pub(super) fn times(&self, a: f64) -> Self {
        let scale = |v: &mut Float, round| v.mul_assign_round(a, round);
        if a < 0.0 {
            self.decreasing(scale)
        } else {
            self.increasing(scale)
        }
    }

    /// `1/v` of a positive number.
    pub(super) fn reciprocal(&self) -> Self {
        self.decreasing(|v, round| {
            let mut one = Float::with_val(v.prec(), 1);
            let rounded = one.div_assign_round(&*v, round);
            *v = one;
            rounded
        })
    }

    /// Whether the value is known exactly.
    pub fn is_exact(&self) -> bool {
        self.lower == self.upper
    }

    /// The largest f64 that is not above the number.
    pub fn lower(&self) -> f64 {
        self.lower.to_f64_round(Round::Down)
    }

    /// The smallest f64 that is not below the number.
    pub fn upper(&self) -> f64 {
        self.upper.to_f64_round(Round::Up)
    }

    /// The number rounded to the nearest f32, ties to even; `None` if the bracket does not tell.
    pub fn to_f32(&self) -> Option<f32> {
        let (low, high) = (self.lower.to_f32(), self.upper.to_f32());
        if low == 0.0 && high == 0.0 {
            // The bounds may be zeros of both signs.
            let is_negative = self.compare(0.0) == Some(Ordering::Less);
            return Some(if is_negative { -0.0 } else { low.abs() });
        }
        (low == high).then_some(low)
    }

    /// An f64 next to the number.
    pub fn nearest(&self) -> f64 {
        self.lower.to_f64()
    }

    /// An f64 next to `v − other`.
    pub fn minus(&self, other: f64) -> f64 {
        Float::with_val(self.lower.prec(), &self.lower - other).to_f64()
    }

    /// How the number compares with another one; `None` if the bracket does not tell.
    pub fn compare(&self, other: f64) -> Option<Ordering> {
        if self.is_exact() {
            self.lower.partial_cmp(&other)
        } else if self.lower >= other {
            Some(Ordering::Greater)
        } else if self.upper <= other {
            Some(Ordering::Less)
        } else {
            None
        }
    }

    /// How the absolute value of the number compares with a positive one.
    pub fn compare_magnitude(&self, other: f64) -> Option<Ordering> {
        match (self.compare(other), self.compare(-other)) {
            (Some(Ordering::Less), Some(Ordering::Greater)) => Some(Ordering::Less),
            (Some(Ordering::Equal), _) | (_, Some(Ordering::Equal)) => Some(Ordering::Equal),
            (Some(Ordering::Greater), _) | (_, Some(Ordering::Less)) => Some(Ordering::Greater),
            _ => None,
        }
    }

    /// `max(⌊log₂|v|⌋, least)`, the exponent of the binade of the number; `None` if the bracket does not
    /// tell. Zero has the exponent `least`.
    pub fn exponent(&self, least: i32) -> Option<i32> {
        let (near, far) = if self.lower.is_sign_negative() && !self.lower.is_zero() {
            (&self.upper, &self.lower)
        } else {
            (&self.lower, &self.upper)
        };
        if !near.is_zero() && near.is_sign_negative() != far.is_sign_negative() {
            return None;
        }
        // |v| is in [near, far), or equals near.
        let low = near.get_exp().map_or(least, |exp| (exp - 1).max(least));
        let high = match far.get_exp() {
            None if far.is_zero() => least,
            None => return None,
            Some(exp) => {
                // A power of two is the open end of the binade below.
                let is_power = is_power_of_two(far);
                let exp = if is_power && !self.is_exact() {
                    exp - 2
                } else {
                    exp - 1
                };
                exp.max(least)
            }
        };
        (low == high).then_some(low)
    }

    /// An enclosure of `|y − v|·2^scale`, rounded outwards, with the sign of `y − v` if it is known. The
    /// number lies strictly inside unless both bounds agree.
    pub fn distance(&self, y: f64, scale: i32) -> Distance {
        let difference = |bound: &Float, round| {
            let mut difference = Float::with_val(bound.prec() + 64, y);
            difference.sub_assign_round(bound, round);
            difference <<= scale;
            difference
        };
        let least = difference(&self.upper, Round::Down).to_f64_round(Round::Down);
        let most = difference(&self.lower, Round::Up).to_f64_round(Round::Up);
        let side = self.compare(y).map(Ordering::reverse);
        match side {
            Some(Ordering::Less) => Distance {
                least: -most,
                most: -least,
                side,
            },
            Some(_) => Distance { least, most, side },
            None => Distance {
                least: 0.0,
                most: most.max(-least),
                side,
            },
        }
    }
}

/// The bounds of a distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// The lower bound.
    pub least: f64,
    /// The upper bound.
    pub most: f64,
    /// How `y` compares with `v`; `None` if the bracket does not tell.
    pub side: Option<Ordering>,
}

/// Whether a number is a power of two, up to its sign.
fn is_power_of_two(number: &Float) -> bool {
    let significand = number.get_significand();
    significand.is_some_and(|s| s.find_one(0) == s.significant_bits().checked_sub(1))
}
