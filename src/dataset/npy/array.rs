//! The result of reading an npy file.

/// An array.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The dimensions, slowest first.
    pub shape: Vec<usize>,
    /// The elements in C order; their number is the product of the dimensions.
    pub elements: Elements,
}

/// The elements of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// Unsigned bytes.
    Bytes(Vec<u8>),
    /// All other integers; booleans are 0 and 1.
    Whole(Vec<i64>),
    /// Finite floating-point numbers that f32 represents exactly.
    Real(Vec<f32>),
    /// Finite floating-point numbers, not all of which f32 represents exactly.
    Double(Vec<f64>),
}
