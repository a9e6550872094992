//! The npy format of NumPy: a file with one array.
//!
//! A header (see [`Header`]) is followed by the elements in C order (last dimension fastest) or Fortran
//! order (first dimension fastest), little or big endian. Versions 1 to 3 are supported, with integers
//! of 8 to 64 bits, floating-point numbers of 16 to 64 bits, and booleans.
//! Source: "A simple file format for NumPy arrays", NEP 1.

mod array;
mod body;
mod dictionary;
mod element;
mod header;

use std::io::Read;

pub use array::{Array, Elements};
pub use element::{Element, Reach};
pub use header::Header;

use crate::error::Result;

/// Reads an array from `source`; `place` names it in errors.
///
/// # Errors
/// Returns an error when the source cannot be read, is truncated, or continues after its last element;
/// when it holds Python objects, structures, text, complex numbers or dates; when it is empty or has
/// more than 235 million elements; when an element is not finite in f32, or is an integer outside the
/// range of i64.
pub fn read(place: &str, mut source: impl Read) -> Result<Array> {
    let header = Header::read(place, &mut source)?;
    header.read_body(place, &mut source, Reach::Single)
}

impl Header {
    /// Reads the elements that follow this header in `source`, up to its end. Memory is allocated only
    /// for bytes that actually arrive.
    ///
    /// # Errors
    /// Returns an error under the conditions of [`read`], with the limit on elements that `reach` sets.
    pub fn read_body(&self, place: &str, source: &mut impl Read, reach: Reach) -> Result<Array> {
        Ok(Array {
            shape: self.shape.clone(),
            elements: body::read(place, self, source, reach)?,
        })
    }
}

#[cfg(test)]
mod tests;
