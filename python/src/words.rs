//! The words of the arguments, which are those of the program's flags.

use std::fmt::Display;
use std::str::FromStr;

use sgd_stability::error::{Error, Result};

/// Reads a word; errors name the flag.
pub fn word<T: FromStr<Err: Display>>(flag: &str, text: &str) -> Result<T> {
    text.parse()
        .map_err(|fault: T::Err| Error::input(flag, text, fault))
}

/// Reads a word that may be left out.
pub fn optional<T: FromStr<Err: Display>>(flag: &str, text: Option<&str>) -> Result<Option<T>> {
    text.map(|text| word(flag, text)).transpose()
}
