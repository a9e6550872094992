//! The verdict on one result, by MPFR with as many bits as the question needs.

use std::cmp::Ordering;

use super::Function;
use super::limits::{Expected, expected};
use crate::number::Bracket;

/// From here on rounding to nearest gives an infinity: `2¹²⁸(1 − 2⁻²⁵)`.
pub const OVERFLOW: f64 = 340_282_356_779_733_661_637_539_395_458_142_568_448.0;
/// The numbers of bits that are tried one after the other (Ziv's loop).
const BITS: [u32; 6] = [96, 192, 384, 768, 1536, 3072];
/// The exponent of the least normal number.
pub(super) const LEAST_EXPONENT: i32 = -126;

/// The ends of the classes of errors, in rising order. Class `i` contains the errors above end `i − 1`
/// and not above end `i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    ends: Vec<f64>,
    allowed: f64,
}

impl Edges {
    /// These ends, and the largest permitted error as one more.
    pub fn new(ends: &[f64], allowed: f64) -> Self {
        let mut ends = ends.to_vec();
        if !ends.contains(&allowed) {
            ends.push(allowed);
        }
        ends.sort_by(f64::total_cmp);
        Edges { ends, allowed }
    }

    /// The ends in rising order.
    pub fn ends(&self) -> &[f64] {
        &self.ends
    }

    /// The class of an error in `[least, most]`, or strictly inside if the two differ; `None` if it may be
    /// in several.
    fn class(&self, least: f64, most: f64) -> Option<usize> {
        let above = |end: f64| least > end || (least == end && least < most);
        let class = self.ends.iter().filter(|end| above(**end)).count();
        let is_decided = self.ends.get(class).is_none_or(|end| most <= *end);
        is_decided.then_some(class)
    }

    /// Whether the errors of a class are permitted.
    pub fn permits(&self, class: usize) -> bool {
        self.ends.get(class).is_some_and(|end| *end <= self.allowed)
    }
}

/// The verdict on one result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// A number with its error.
    Error {
        /// The class of the error among the [`Edges`].
        class: usize,
        /// The error in ulps, rounded to an f64.
        ulps: f64,
        /// How the result compares with the unrounded value.
        side: Ordering,
        /// The exponent of the unit: `ulp = 2^unit`.
        unit: i32,
        /// Whether the result is a zero with the wrong sign.
        wrong_zero: bool,
    },
    /// An infinity or NaN as it should be, which proves little.
    Saturated,
    /// An infinity where a number is right, the wrong infinity, or none where one is right.
    Infinity,
    /// A number or an infinity where NaN is right.
    LostNan,
    /// NaN where a number or an infinity is right.
    MadeNan,
    /// Even the largest number of bits does not decide the class of the error. No input is known where
    /// this happens.
    Undecided,
}

/// Judges the result `y` of a function at `x`.
pub fn judge(function: Function, x: f32, y: f32, edges: &Edges) -> Finding {
    match expected(function, x) {
        Expected::Nan if y.is_nan() => Finding::Saturated,
        Expected::Nan => Finding::LostNan,
        Expected::ZeroOrNan if y.is_nan() || y == 0.0 => Finding::Saturated,
        _ if y.is_nan() => Finding::MadeNan,
        Expected::Infinite { negative } => {
            let right = if negative {
                f32::NEG_INFINITY
            } else {
                f32::INFINITY
            };
            if y == right {
                Finding::Saturated
            } else {
                Finding::Infinity
            }
        }
        Expected::Exactly(value) => {
            let bracket = Bracket::exact(value.into(), 53);
            compare(&bracket, value.is_sign_negative(), y, edges).unwrap_or(Finding::Undecided)
        }
        Expected::ZeroOrNan => {
            compare(&Bracket::exact(0.0, 53), false, y, edges).unwrap_or(Finding::Undecided)
        }
        Expected::Number => decide(y, edges, |bits| function.enclose(x.into(), bits)),
    }
}

/// Judges a result against a value that can be enclosed with any number of bits (Ziv's loop).
pub fn decide(y: f32, edges: &Edges, enclose: impl Fn(u32) -> Bracket) -> Finding {
    let decided = BITS.into_iter().find_map(|bits| {
        let bracket = enclose(bits);
        // A zero that is the exact value is positive here; all others are in the table of limits.
        let negative = bracket.compare(0.0) == Some(Ordering::Less);
        compare(&bracket, negative, y, edges)
    });
    decided.unwrap_or(Finding::Undecided)
}

/// Compares a result that is no NaN with an enclosed value; `None` if the enclosure is too wide.
pub(in crate::oracle) fn compare(
    bracket: &Bracket,
    negative: bool,
    y: f32,
    edges: &Edges,
) -> Option<Finding> {
    let overflows = bracket.compare_magnitude(OVERFLOW)? != Ordering::Less;
    if y.is_infinite() {
        let right = overflows && negative == y.is_sign_negative();
        return Some(if right {
            Finding::Saturated
        } else {
            Finding::Infinity
        });
    }
    let unit = bracket.exponent(LEAST_EXPONENT)? - 23;
    let distance = bracket.distance(y.into(), -unit);
    let class = edges.class(distance.least, distance.most)?;
    if overflows && !edges.permits(class) {
        return Some(Finding::Infinity);
    }
    Some(Finding::Error {
        class,
        ulps: f64::midpoint(distance.least, distance.most),
        side: distance.side?,
        unit,
        wrong_zero: y == 0.0 && y.is_sign_negative() != negative,
    })
}

/// What is right at `x`, rounded to the nearest f32 (ties to even).
pub fn nearest(function: Function, x: f32) -> f32 {
    match expected(function, x) {
        Expected::Nan => f32::NAN,
        Expected::ZeroOrNan => 0.0,
        Expected::Exactly(value) => value,
        Expected::Infinite { negative: false } => f32::INFINITY,
        Expected::Infinite { negative: true } => f32::NEG_INFINITY,
        Expected::Number => round(|bits| function.enclose(x.into(), bits)),
    }
}

/// The enclosed value rounded to the nearest f32, ties to even.
pub fn round(enclose: impl Fn(u32) -> Bracket) -> f32 {
    let rounded = BITS.into_iter().find_map(|bits| enclose(bits).to_f32());
    rounded.unwrap_or(f32::NAN)
}
