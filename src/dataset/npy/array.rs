//! What is read.

/// An array.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The dimensions, the slowest first.
    pub shape: Vec<usize>,
    /// The elements in C order; as many as the product of the dimensions.
    pub elements: Elements,
}

/// The elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// Unsigned bytes.
    Bytes(Vec<u8>),
    /// Other whole numbers; truth values are 0 and 1.
    Whole(Vec<i64>),
    /// Finite floating-point numbers, all of which f32 holds.
    Real(Vec<f32>),
    /// Finite floating-point numbers within the range of f32, not all of which it holds.
    Double(Vec<f64>),
}
