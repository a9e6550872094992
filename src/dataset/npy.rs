//! The npy format of NumPy: one array.
//!
//! A header (see [`Header`]), then the elements in C order (the last dimension fastest) or in
//! Fortran order (the first dimension fastest), each little or big endian. Versions 1 to 3; whole
//! numbers of 8 to 64 bits, floating-point numbers of 16 to 64 bits, and truth values.
//! Source: "A simple file format for NumPy arrays", NEP 1.

mod array;
mod body;
mod dictionary;
mod element;
mod header;

use std::io::Read;

pub use array::{Array, Elements};
pub use element::Element;
pub use header::Header;

use crate::error::Result;

/// Reads an array from `source`; `place` names it in errors.
///
/// # Errors
/// When the source cannot be read, is cut short, or goes on after its last element; when it holds
/// Python objects, structures, text, complex numbers or dates; when it is empty or larger than 235
/// million elements; when an element is not a finite f32, or is a whole number beyond i64.
pub fn read(place: &str, mut source: impl Read) -> Result<Array> {
    let header = Header::read(place, &mut source)?;
    header.read_body(place, &mut source)
}

impl Header {
    /// Reads the elements that follow this header in `source`, up to its end. Memory grows with
    /// the bytes that come.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read_body(&self, place: &str, source: &mut impl Read) -> Result<Array> {
        Ok(Array {
            shape: self.shape.clone(),
            elements: body::read(place, self, source)?,
        })
    }
}

#[cfg(test)]
mod tests;
