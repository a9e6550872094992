//! Rational numbers as text and as JSON.

use std::fmt;
use std::str::FromStr;

use rug::ops::Pow;
use rug::{Integer, Rational};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Exact;

/// The largest decimal exponent that is accepted: "1e999999999" would need a gigabyte of digits.
const LARGEST_EXPONENT: u32 = 4096;

/// The longest text of a number that is accepted, in bytes. One operation on numbers of this length
/// takes up to a second.
pub const LONGEST_NUMBER: usize = 1_000_000;

/// JSON's white space, which may surround a number; other Unicode white space may not.
pub const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

impl FromStr for Exact {
    type Err = String;

    /// Reads `p/q`, an integer, or a decimal with an optional exponent, each exactly; the grammar
    /// is in `docs/formats.md`.
    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim_matches(BLANKS);
        let fault = |why: &str| {
            let mut shown: String = trimmed.chars().take(40).collect();
            if shown.len() < trimmed.len() {
                shown.push('…');
            }
            format!("\"{shown}\" {why}")
        };
        if trimmed.len() > LONGEST_NUMBER {
            let why = format!("is longer than {LONGEST_NUMBER} characters");
            return Err(fault(&why));
        }
        if let Some((numerator, denominator)) = trimmed.split_once('/') {
            let numerator = integer(numerator, true);
            let denominator = integer(denominator, false);
            let (Some(p), Some(q)) = (numerator, denominator) else {
                return Err(fault("is not a fraction; write p/q with whole p and q"));
            };
            if q == 0 {
                return Err(fault("divides by zero; write p/q with q above 0"));
            }
            return Ok(Exact(Rational::from((p, q))));
        }
        if exponent_beyond_reach(trimmed) {
            return Err(fault("has an exponent beyond ±4096"));
        }
        decimal(trimmed)
            .ok_or_else(|| fault("is not a number; write \"7/10\", \"-3\" or \"0.125\""))
    }
}

/// Is this a decimal whose exponent is a valid number but too large to be accepted?
fn exponent_beyond_reach(text: &str) -> bool {
    let exponent = text.split_once(['e', 'E']);
    let exponent = exponent.and_then(|(_, exponent)| integer(exponent, true));
    exponent.is_some_and(|exponent| exponent.abs() > LARGEST_EXPONENT)
}

/// A run of ASCII digits, with an optional sign if `signed`.
fn integer(text: &str, signed: bool) -> Option<Integer> {
    let digits = match text.strip_prefix(['-', '+']) {
        Some(rest) if signed => rest,
        Some(_) => return None,
        None => text,
    };
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| text.trim_start_matches('+').parse().ok())?
}

/// `[sign] digits [. digits] [e [sign] digits]`, with at least one digit before the exponent.
fn decimal(text: &str) -> Option<Exact> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, integer(exponent, true)?.to_i32()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if fraction.starts_with(['-', '+']) || exponent.unsigned_abs() > LARGEST_EXPONENT {
        return None;
    }
    let digits = integer(&format!("{whole}{fraction}"), true)?;
    let places = exponent - i32::try_from(fraction.len()).ok()?;
    let power = Rational::from(Integer::from(10).pow(places.unsigned_abs()));
    Some(Exact(if places < 0 {
        Rational::from(digits) / power
    } else {
        Rational::from(digits) * power
    }))
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExactVisitor)
    }
}

struct ExactVisitor;

impl Visitor<'_> for ExactVisitor {
    type Value = Exact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rational number as a string, such as \"7/10\", \"-3\" or \"0.125\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Exact, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Exact, E> {
        Ok(Exact::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Exact, E> {
        Ok(Exact(Rational::from(value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Exact, E> {
        Err(E::custom(format!(
            "{value} is a binary float; put it in quotes so that it means exactly that decimal"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        text.parse::<Exact>().ok().map(|x| x.to_string())
    }

    #[test]
    fn fractions_integers_and_decimals_are_read_exactly() {
        for (text, value) in [
            ("7/10", "7/10"),
            ("-3", "-3"),
            ("+3", "3"),
            ("0.125", "1/8"),
            (".5", "1/2"),
            ("5.", "5"),
            ("-0.50", "-1/2"),
            ("1e-3", "1/1000"),
            ("2.5E2", "250"),
            ("14/20", "7/10"),
            (" 1 ", "1"),
            ("\t1\r\n", "1"),
            ("-0", "0"),
            ("+.5e1", "5"),
            ("007/010", "7/10"),
            ("1e+0000000000000000000002", "100"),
        ] {
            assert_eq!(read(text).as_deref(), Some(value), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "/",
            "1/0",
            "1/-2",
            "a",
            "1/2/3",
            "0x10",
            "1e",
            "e5",
            ".",
            "-",
            "1.-5",
            "--1",
            "NaN",
            "inf",
            "1e99999999",
            "1_000",
            "1_0/8",
            "٣",
            "１",
            "1 / 2",
            "1/+2",
            "1.5/2",
            "0.1.2",
            "1e1.5",
            "\u{a0}1",
            "1\u{b}",
            "\u{1c}1",
            "∞",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_has_a_longest_text() {
        let long = "1".repeat(LONGEST_NUMBER);
        assert!(format!(" {long} ").parse::<Exact>().is_ok());
        let fault = format!("1{long}").parse::<Exact>().unwrap_err();
        assert!(
            fault.ends_with("is longer than 1000000 characters"),
            "{fault}"
        );
    }

    #[test]
    fn json_takes_strings_and_whole_numbers_but_no_floats() {
        let read = |json: &str| serde_json::from_str::<Exact>(json).map(|x| x.to_string());
        assert_eq!(read("\"0.1\"").unwrap(), "1/10");
        assert_eq!(read("3").unwrap(), "3");
        assert!(read("0.1").unwrap_err().to_string().contains("in quotes"));
    }
}
