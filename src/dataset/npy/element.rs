//! What an element is, and how a fault is told.

use crate::error::{Error, Result};

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A byte that is 0 or 1.
    Bool,
    /// A signed number of so many bytes.
    Int(usize),
    /// An unsigned number of so many bytes.
    Uint(usize),
    /// A floating-point number of so many bytes.
    Float(usize),
}

impl Element {
    /// The bytes of one element.
    pub fn width(self) -> usize {
        match self {
            Element::Bool => 1,
            Element::Int(width) | Element::Uint(width) | Element::Float(width) => width,
        }
    }
}

/// A fault of the part `field` of the array `place`.
pub(super) fn refuse<T>(place: &str, field: &str, fault: impl std::fmt::Display) -> Result<T> {
    Err(Error::input(place, field, fault))
}
