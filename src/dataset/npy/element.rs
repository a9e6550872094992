//! The element type of an array, and a helper for errors.

use crate::error::{Error, Result};

/// The element type of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A byte that is 0 or 1.
    Bool,
    /// A signed integer of this many bytes.
    Int(usize),
    /// An unsigned integer of this many bytes.
    Uint(usize),
    /// A floating-point number of this many bytes.
    Float(usize),
}

impl Element {
    /// The size of one element in bytes.
    pub fn width(self) -> usize {
        match self {
            Element::Bool => 1,
            Element::Int(width) | Element::Uint(width) | Element::Float(width) => width,
        }
    }
}

/// How large floating-point elements may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Finite in f32, as the engine computes.
    Single,
    /// Finite in f64.
    Double,
}

impl Reach {
    /// Whether a number is finite within this reach.
    pub(super) fn has(self, number: f64) -> bool {
        match self {
            Reach::Single => (number as f32).is_finite(),
            Reach::Double => number.is_finite(),
        }
    }

    /// What is wrong with a number that is not.
    pub(super) fn fault(self) -> &'static str {
        match self {
            Reach::Single => {
                "is NaN, infinite or beyond the range of f32; give finite numbers only"
            }
            Reach::Double => "is NaN or infinite; give finite numbers only",
        }
    }
}

/// The error for the part `field` of the array `place`.
pub(super) fn refuse<T>(place: &str, field: &str, fault: impl std::fmt::Display) -> Result<T> {
    Err(Error::input(place, field, fault))
}
