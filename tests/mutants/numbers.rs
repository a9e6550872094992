//! How a number is changed.
//!
//! A float becomes larger by 2⁻²⁰ of itself: eight to sixteen units in the last place of an f32, more than
//! rounding hides where the number matters in full, and little enough that only a test of the last bits sees
//! it. A float below ¼ becomes larger by 2⁻¹⁰ of itself, because it is often one of the last coefficients of a
//! polynomial, which add so little to the result that a smaller change would be less than the error of the
//! polynomial, and no fault. A zero becomes 1. The other sign is a change of its own. An integer becomes larger
//! or smaller by 1, except where it is the bit pattern of a float: there, 8 is added, which is about 2⁻²⁰ again.

use syn::{LitFloat, LitInt};

/// What an integer is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It counts.
    Count,
    /// It is the bits of a float.
    Bits,
}

/// The changes of a float.
pub fn float(number: &LitFloat) -> Vec<String> {
    let Ok(value) = number.base10_parse::<f64>() else {
        return Vec::new();
    };
    let suffix = number.suffix();
    if value == 0.0 {
        return vec![format!("1.0{suffix}")];
    }
    let change = if value < 0.25 { -10 } else { -20 };
    let near = value * (1.0 + 2.0_f64.powi(change));
    vec![format!("{near:?}{suffix}"), format!("(-{number})")]
}

/// The changes of an integer.
pub fn integer(number: &LitInt, used: Use) -> Vec<String> {
    let Ok(value) = number.base10_parse::<u128>() else {
        return Vec::new();
    };
    let suffix = number.suffix();
    if used == Use::Bits {
        return vec![format!("{:#x}{suffix}", value + 8)];
    }
    let mut changed = vec![format!("{}{suffix}", value + 1)];
    if value > 0 {
        changed.push(format!("{}{suffix}", value - 1));
    }
    changed
}
