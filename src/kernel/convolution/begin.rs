//! The initial values of the sums in a result.

/// The initial values of the chains in a result.
#[derive(Clone, Copy, Debug)]
pub enum Begin<'a> {
    /// Zero: the old contents of the result are overwritten.
    Zero,
    /// One number per channel (the bias), the same at every pixel.
    Row(&'a [f32]),
    /// The old contents of the result.
    Accumulate,
}
