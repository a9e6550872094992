//! Decimal strings rounded down or up, never to nearest, so that a printed number is a bound of the
//! exact one.

use std::cmp::Ordering;

use num_traits::Zero;
use rug::ops::Pow;
use rug::{Integer, Rational};

use super::Exact;

/// A number with more than `MOST_PLACES` digits before the point, or with `MOST_ZEROS` zeros or more
/// right after it, is written with an exponent.
const MOST_PLACES: i64 = 15;
const MOST_ZEROS: i64 = 4;

impl Exact {
    /// The largest decimal of `digits` significant digits that is not above this number, which must be
    /// `≥ 0`: its leading digits. Trailing zeros of a fraction are left out.
    ///
    /// # Panics
    /// When the number is negative or `digits` is 0.
    pub fn decimal_below(&self, digits: usize) -> String {
        self.decimal(digits, |scaled| Rational::from(scaled.floor_ref()))
    }

    /// The smallest decimal of `digits` significant digits that is not below this number, which must be
    /// `≥ 0`. Trailing zeros of a fraction are left out.
    ///
    /// # Panics
    /// When the number is negative or `digits` is 0.
    pub fn decimal_above(&self, digits: usize) -> String {
        self.decimal(digits, |scaled| Rational::from(scaled.ceil_ref()))
    }

    fn decimal(&self, digits: usize, round: fn(&Rational) -> Rational) -> String {
        assert!(digits > 0, "a decimal without a digit");
        assert!(self.0.cmp0().is_ge(), "a decimal of the negative {self}");
        if self.is_zero() {
            return "0".to_owned();
        }
        let mut power = self.decimal_power();
        let shift = digits as i64 - 1 - power;
        let mut whole = round(&Rational::from(&self.0 * &power_of_ten(shift)))
            .numer()
            .to_string();
        // 9.99 rounded up gains a digit; the last digit is then 0.
        if whole.len() > digits {
            whole.pop();
            power += 1;
        }
        written(&whole, power)
    }

    /// `⌊log₁₀ x⌋` of a positive number.
    fn decimal_power(&self) -> i64 {
        let bits = i64::from(self.exponent());
        // log₁₀ 2 lies between 0.30102 and 0.30103, and the binary exponent is off by at most one.
        let mut power = (bits * 30_103).div_euclid(100_000) - 1;
        while power_of_ten(power + 1) <= self.0 {
            power += 1;
        }
        while power_of_ten(power).cmp(&self.0) == Ordering::Greater {
            power -= 1;
        }
        power
    }
}

fn power_of_ten(exponent: i64) -> Rational {
    let power = Integer::from(10).pow(exponent.unsigned_abs() as u32);
    if exponent < 0 {
        Rational::from((1, power))
    } else {
        Rational::from(power)
    }
}

/// The digits with the decimal point after the first, times `10^power`.
fn written(digits: &str, power: i64) -> String {
    let (mantissa, power) = if (-MOST_ZEROS..MOST_PLACES).contains(&power) {
        (digits, power)
    } else {
        return format!("{}e{power}", written(digits, 0));
    };
    let before = (power + 1).max(0) as usize;
    let zeros = "0".repeat((-power - 1).max(0) as usize);
    let (whole, rest) = match before {
        0 => ("0".to_owned(), format!("{zeros}{mantissa}")),
        _ if before >= mantissa.len() => {
            let filled = "0".repeat(before - mantissa.len());
            return format!("{mantissa}{filled}");
        }
        _ => (mantissa[..before].to_owned(), mantissa[before..].to_owned()),
    };
    match rest.trim_end_matches('0') {
        "" => whole,
        rest => format!("{whole}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both(text: &str, digits: usize) -> [String; 2] {
        let x: Exact = text.parse().unwrap();
        [x.decimal_below(digits), x.decimal_above(digits)]
    }

    #[test]
    fn digits_are_true_and_rounded_to_their_side() {
        assert_eq!(both("1.268", 1), ["1", "2"]);
        assert_eq!(both("1.268", 3), ["1.26", "1.27"]);
        assert_eq!(both("6/5", 12), ["1.2", "1.2"]);
        assert_eq!(both("2/3", 4), ["0.6666", "0.6667"]);
        assert_eq!(both("9.996", 3), ["9.99", "10"]);
        assert_eq!(both("999.6", 3), ["999", "1000"]);
        assert_eq!(both("1234567", 2), ["1200000", "1300000"]);
        assert_eq!(both("0.000123", 2), ["0.00012", "0.00013"]);
        assert_eq!(both("1.5e-20", 1), ["1e-20", "2e-20"]);
        assert_eq!(both("1e400", 3), ["1e400", "1e400"]);
        assert_eq!(both("0", 3), ["0", "0"]);
    }

    /// 1/7 = 0.142857 142857 …
    #[test]
    fn decimals_have_all_the_digits_that_are_asked_for() {
        let seventh = Exact::fraction(1, 7);
        for periods in [1, 10, 40] {
            let digits = "142857".repeat(periods);
            assert_eq!(seventh.decimal_below(6 * periods), format!("0.{digits}"));
        }
    }

    proptest! {
        /// A printed bound, read back, is on its side of the number and within one unit of the last
        /// digit.
        #[test]
        fn what_is_printed_is_read_back_on_its_side(
            (p, q) in (1i64..1_000_000_000, 1u64..1_000_000_000),
            power in -30i32..30,
            digits in 1usize..15,
        ) {
            let x = Exact::fraction(p, q) * Exact::power_of_two(power);
            let [below, above] = [x.decimal_below(digits), x.decimal_above(digits)];
            let [low, high] = [&below, &above].map(|text| text.parse::<Exact>().unwrap());
            prop_assert!(low <= x && x <= high);
            let unit = &x * Exact::from(10).pow(digits as u32 - 1).reciprocal();
            prop_assert!(high - low <= unit);
        }
    }
}
