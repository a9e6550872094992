//! What the sums of a result begin with.

/// What the chains of a result begin with.
#[derive(Clone, Copy, Debug)]
pub enum Begin<'a> {
    /// Zero: what stood in the result is forgotten.
    Zero,
    /// For each channel this number (the bias), at every pixel.
    Row(&'a [f32]),
    /// What stands in the result.
    Accumulate,
}
