//! How many numbers are read of an array.

use crate::error::{Error, Result};

/// The most numbers: no exact work on more would end.
const MOST: u64 = 1 << 24;

/// Checks the number of numbers in the array `place`.
pub fn check_count(place: &str, count: u64) -> Result<()> {
    if count <= MOST {
        return Ok(());
    }
    let fault =
        format!("has {count} numbers; up to {MOST} are decided exactly, so give fewer samples");
    Err(Error::input(place, "array", fault))
}
