//! The functions of two numbers that a mathematical library has, enclosed with any number of bits.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rug::Float;
use rug::float::Round;
use rug::ops::PowAssignRound;

use super::Bracket;

/// A function of two real numbers.
///
/// | name | formula |
/// |---|---|
/// | `hypot` | √(x² + y²) |
/// | `pow` | x^y |
/// | `atan2` | the angle of the point (y, x), as C orders the arguments: x first here is C's y |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table above describes them")]
pub enum Bivariate {
    Hypot,
    Pow,
    Atan2,
}

/// The value of a function of two numbers.
#[derive(Clone, Debug)]
pub enum BivariateValue {
    /// It is not defined.
    Nan,
    /// An infinity.
    Infinite {
        /// Whether it is −∞.
        negative: bool,
    },
    /// Zero, with a sign.
    Zero {
        /// Whether it is −0.
        negative: bool,
    },
    /// Another number.
    Number(Bracket),
}

const NAMES: [(Bivariate, &str); 3] = [
    (Bivariate::Hypot, "hypot"),
    (Bivariate::Pow, "pow"),
    (Bivariate::Atan2, "atan2"),
];

impl Bivariate {
    /// The value at (x, y), between two neighbours of at least `bits` bits. Infinities, zeros and NaN among
    /// the operands are as C has them (ISO/IEC 9899, Annex F), which MPFR follows.
    pub fn enclose(self, x: f32, y: f32, bits: u32) -> BivariateValue {
        let bits = bits.max(53);
        let mut value = Float::with_val(bits, x);
        let other = Float::with_val(bits, y);
        let rounded = match self {
            Bivariate::Hypot => value.hypot_round(&other, Round::Down),
            Bivariate::Pow => value.pow_assign_round(&other, Round::Down),
            Bivariate::Atan2 => value.atan2_round(&other, Round::Down),
        };
        let is_exact = rounded == Ordering::Equal;
        let negative = value.is_sign_negative();
        if value.is_nan() {
            BivariateValue::Nan
        } else if is_exact && value.is_infinite() {
            BivariateValue::Infinite { negative }
        } else if is_exact && value.is_zero() {
            BivariateValue::Zero { negative }
        } else {
            BivariateValue::Number(Bracket::rounded_down(value, rounded))
        }
    }

    /// Every function.
    pub fn all() -> impl Iterator<Item = Bivariate> {
        NAMES.into_iter().map(|(function, _)| function)
    }

    /// The name, as `--function` takes it.
    pub fn name(self) -> &'static str {
        let named = NAMES.iter().find(|(function, _)| *function == self);
        named.map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Bivariate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Bivariate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = NAMES.iter().find(|(_, name)| *name == text);
        named.map(|(function, _)| *function).ok_or_else(|| {
            format!("\"{text}\" is no function of two numbers; give one of hypot, pow, atan2")
        })
    }
}
