//! How a number is changed.
//!
//! A float becomes larger by 2⁻²⁰ of itself, or 1 where it is 0. That is eight to sixteen units in the last
//! place of an f32: more than rounding hides where the number matters in full, and little enough that only a
//! test of the last bits sees it. The other sign is a change of its own. An integer becomes larger or smaller
//! by 1, except where it is the bit pattern of a float: there, 8 is added, which is 2⁻²⁰ again.

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
    let near = value * (1.0 + f64::from(2.0_f32.powi(-20)));
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
