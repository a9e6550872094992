//! The filter: cuts the floats into blocks, and gives each an estimate with a proved error.

use std::cmp::Ordering;

use super::finding::{LEAST_EXPONENT, OVERFLOW};
use super::limits::{Expected, expected};
use super::polynomial::{Polynomial, truncation};
use super::shape::{direction, may_be_exact};
use super::{Direction, Function, circle, disc, reflection};

/// Consecutive floats of one sign and one exponent, with an estimate of the function there.
#[derive(Clone, Debug)]
pub struct Block {
    /// The bits of the float of least magnitude.
    pub first: u32,
    /// The number of floats.
    pub count: u32,
    /// The exponent k of ulp = 2^(k − 23), if it is proved to be the same for all values.
    pub exponent: Option<i32>,
    /// Whether the function rises or falls on the block, if known.
    pub direction: Option<Direction>,
    /// Whether the sign of every estimate is proved to be that of the value.
    pub is_signed: bool,
    /// Whether some value may be a number of 24 bits ([`may_be_exact`]).
    pub may_be_exact: bool,
    function: Function,
    road: Road,
}

/// How the values of a block are estimated.
#[derive(Clone, Debug)]
enum Road {
    Polynomial(Polynomial),
    /// log|Γ| by the polynomial of log Γ(1 − x).
    Reflected(Polynomial),
    /// Γ below −64, which is nearer to 0 than 2⁻²⁰⁰ and alternates its sign.
    TinyGamma,
    Circle,
    /// The value is the argument.
    Identity,
    /// No number is right anywhere.
    Undefined,
    /// The same infinity is right everywhere.
    Infinite(bool),
    /// Every input is judged by itself.
    Single,
}

/// The bound of the error of the estimates of a block: `|v̂ − v| ≤ absolute + relative·|v̂|`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// The absolute part.
    pub absolute: f64,
    /// The relative part.
    pub relative: f64,
}

/// The largest block for a polynomial; its proof relies on that.
pub const LARGEST: u32 = 1 << 17;
/// Blocks of fewer floats than this are not worth a polynomial.
const SMALLEST: u32 = 16;
/// The permitted bound of the error of a polynomial, in ulps of the smallest value that was seen.
const WANTED: f64 = 1.0 / (1u64 << 20) as f64;
/// The estimate of values that are nearer to 0 than [`TINY_ERROR`] and not 0.
const TINY: f64 = 1.0 / (1u128 << 100) as f64 / (1u128 << 100) as f64;
const TINY_ERROR: f64 = TINY * (1u64 << 30) as f64;

/// Cuts `count` floats from the one with the bits `first` on, away from zero, into blocks.
///
/// # Panics
/// If the floats have different exponents, or `count` is above `LARGEST` or no power of two.
pub fn blocks(function: Function, first: u32, count: u32) -> Vec<Block> {
    let is_fit = count.is_power_of_two() && count <= LARGEST;
    assert!(is_fit, "{count} floats are no block");
    assert_eq!(
        first >> 23,
        (first + (count - 1)) >> 23,
        "the floats have one sign and one exponent"
    );
    let mut found = Vec::new();
    cut(function, first, count, &mut found);
    found
}

fn cut(function: Function, first: u32, count: u32, found: &mut Vec<Block>) {
    if let Some(block) = Block::whole(function, first, count) {
        found.push(block);
    } else if count < SMALLEST {
        found.push(Block::new(function, first, count, Road::Single));
    } else {
        cut(function, first, count / 2, found);
        cut(function, first + count / 2, count / 2, found);
    }
}

impl Block {
    fn new(function: Function, first: u32, count: u32, road: Road) -> Self {
        let (low, high) = ends(first, count);
        let is_inside = matches!(road, Road::Polynomial(_));
        Block {
            first,
            count,
            exponent: None,
            is_signed: false,
            direction: if is_inside {
                direction(function, low, high)
            } else {
                None
            },
            may_be_exact: may_be_exact(function, low, high),
            function,
            road,
        }
    }

    /// One block for all of these floats, if a good estimate can be proved.
    fn whole(function: Function, first: u32, count: u32) -> Option<Self> {
        let near = f32::from_bits(first);
        let far = f32::from_bits(first + (count - 1));
        let (low, high) = ends(first, count);
        let block = |road| Some(Block::new(function, first, count, road));
        if first << 1 >= 0xff00_0000 {
            // Infinities and NaN.
            let is_nan = first << 1 > 0xff00_0000;
            return block(if is_nan {
                Road::Undefined
            } else {
                Road::Single
            });
        }
        if [near, far].map(|x| expected(function, x)) == [Expected::Nan; 2]
            && !matches!(function, Function::Tgamma if low > -8_388_608.0)
        {
            return block(Road::Undefined);
        }
        let is_circular = matches!(function, Function::Sin | Function::Cos | Function::Tan);
        if is_circular && near.abs() >= 1.0 {
            return block(Road::Circle);
        }
        match function {
            Function::Elu if low > 0.0 => return block(Road::Identity),
            Function::Lgamma if high <= -8_388_608.0 => return block(Road::Infinite(false)),
            Function::Lgamma if high <= -128.0 => return Self::reflected(first, count),
            Function::Tgamma if high < -64.0 => return block(Road::TinyGamma).map(tiny_values),
            _ => {}
        }
        if [near, far].map(|x| expected(function, x)) != [Expected::Number; 2] {
            return None;
        }
        Self::smooth(function, first, count)
    }

    /// A polynomial, or a constant, where the function is analytic.
    fn smooth(function: Function, first: u32, count: u32) -> Option<Self> {
        let (low, high) = ends(first, count);
        let values = [low, high].map(|x| function.enclose(x, 80));
        let is_monotone = direction(function, low, high).is_some();
        let all = |test: &dyn Fn(&crate::number::Bracket) -> bool| values.iter().all(test);
        let negative = values[0].compare(0.0) == Some(Ordering::Less);
        let same_sign = values[0].compare(0.0) == values[1].compare(0.0);
        let new = |road| Block::new(function, first, count, road);
        if is_monotone && same_sign {
            let above = |v: &crate::number::Bracket| {
                v.compare_magnitude(OVERFLOW) == Some(Ordering::Greater)
            };
            if all(&above) {
                return Some(new(Road::Infinite(negative)));
            }
            let below = |v: &crate::number::Bracket| {
                v.compare_magnitude(TINY_ERROR / 2.0) == Some(Ordering::Less)
            };
            if all(&below) {
                let tiny = if negative { -TINY } else { TINY };
                let constant = Polynomial::constant(tiny, TINY_ERROR);
                return Some(tiny_values(new(Road::Polynomial(constant))));
            }
        }
        let exponents = values.each_ref().map(|v| v.exponent(LEAST_EXPONENT));
        let same_exponent = is_monotone && same_sign && exponents[0] == exponents[1];
        let size = |v: &crate::number::Bracket| v.nearest().abs();
        let least = size(&values[0]).min(size(&values[1]));
        let unit = 2f64.powi(least.log2().floor().max(-126.0) as i32 - 23);
        let (centre, radius) = disc_of(first, count);
        let cut_off = smallest_truncation(function, centre, radius);
        if cut_off > WANTED * unit {
            return None;
        }
        let polynomial =
            Polynomial::fit(centre, radius, cut_off, |x, bits| function.enclose(x, bits));
        let error = polynomial.error;
        (error <= WANTED * unit).then(|| Block {
            exponent: if same_exponent { exponents[0] } else { None },
            is_signed: is_monotone && same_sign && least > 2.0 * error,
            ..new(Road::Polynomial(polynomial))
        })
    }

    fn reflected(first: u32, count: u32) -> Option<Self> {
        let (centre, radius) = disc_of(first, count);
        let (centre, function) = (1.0 - centre, Function::Lgamma);
        let cut_off = smallest_truncation(function, centre, radius);
        let polynomial =
            Polynomial::fit(centre, radius, cut_off, |w, bits| function.enclose(w, bits));
        let unit = 2f64.powi(centre.log2().floor() as i32 - 23);
        let is_good = polynomial.error <= WANTED * unit;
        is_good.then(|| Block::new(function, first, count, Road::Reflected(polynomial)))
    }

    /// Writes estimates of the values at `x`, inputs of this block, to `v`: NaN where there is none. Returns
    /// the bound of their errors.
    pub fn estimate(&self, x: &[f32], v: &mut [f64]) -> Margin {
        let absolute = |absolute| Margin {
            absolute,
            relative: 0.0,
        };
        match &self.road {
            Road::Polynomial(polynomial) => {
                for (x, v) in x.iter().zip(v) {
                    *v = polynomial.value(f64::from(*x));
                }
                absolute(polynomial.error)
            }
            Road::Reflected(polynomial) => {
                for (x, v) in x.iter().zip(v) {
                    let x = f64::from(*x);
                    *v = reflection::sine_term(x) - polynomial.value(1.0 - x);
                }
                Margin {
                    absolute: polynomial.error + reflection::TABLE_ERROR,
                    relative: f64::EPSILON,
                }
            }
            Road::TinyGamma => {
                for (x, v) in x.iter().zip(v) {
                    let is_negative = x.floor() % 2.0 != 0.0;
                    *v = match (x.fract() == 0.0, is_negative) {
                        (true, _) => f64::NAN,
                        (false, true) => -TINY,
                        (false, false) => TINY,
                    };
                }
                absolute(TINY)
            }
            Road::Circle => {
                circle::estimate(self.function, x, v);
                Margin {
                    absolute: 0.0,
                    relative: circle::relative_error(self.function),
                }
            }
            Road::Identity => {
                for (x, v) in x.iter().zip(v) {
                    *v = f64::from(*x);
                }
                absolute(0.0)
            }
            Road::Undefined | Road::Infinite(_) | Road::Single => {
                v.fill(f64::NAN);
                absolute(0.0)
            }
        }
    }

    /// The f32 that is right everywhere on the block: NaN or an infinity.
    pub fn saturated(&self) -> Option<f32> {
        match self.road {
            Road::Undefined => Some(f32::NAN),
            Road::Infinite(false) => Some(f32::INFINITY),
            Road::Infinite(true) => Some(f32::NEG_INFINITY),
            _ => None,
        }
    }

    /// Whether every value is its argument.
    pub fn is_identity(&self) -> bool {
        matches!(self.road, Road::Identity)
    }

    /// Whether there are estimates.
    pub fn has_estimates(&self) -> bool {
        !matches!(self.road, Road::Single)
    }
}

/// A block whose values are nearer to 0 than half the least subnormal, and not 0.
fn tiny_values(block: Block) -> Block {
    Block {
        exponent: Some(LEAST_EXPONENT),
        is_signed: true,
        may_be_exact: false,
        ..block
    }
}

/// The least and the greatest of the floats.
fn ends(first: u32, count: u32) -> (f64, f64) {
    let near = f64::from(f32::from_bits(first));
    let far = f64::from(f32::from_bits(first + (count - 1)));
    (near.min(far), near.max(far))
}

/// The centre and the radius of an interval around the floats; the radius is a power of two.
fn disc_of(first: u32, count: u32) -> (f64, f64) {
    let exponent = (first >> 23 & 0xff).max(1) as i32;
    let radius = f64::from(count) / 2.0 * 2f64.powi(exponent - 150);
    let near = f64::from(f32::from_bits(first));
    (near + radius.copysign(near), radius)
}

/// The smallest T over a few discs.
fn smallest_truncation(function: Function, centre: f64, radius: f64) -> f64 {
    let distance = centre.abs();
    let to_one = (distance - 1.0).abs();
    let to_minus_one = (centre + 1.0).abs();
    let to_integer = (centre - centre.round()).abs();
    let outer = [distance, to_one, to_minus_one, to_integer, 1.0, 8.0];
    let shares = [0.9, 0.6, 0.4, 0.25, 0.125];
    let discs = outer
        .iter()
        .flat_map(|outer| shares.map(|share| share * outer));
    let bounds = discs.filter(|outer| *outer > radius).filter_map(|outer| {
        let bound = disc::bound(function, centre, outer)?;
        Some(truncation(bound, outer, radius))
    });
    bounds.fold(f64::INFINITY, f64::min)
}
