//! What an accumulating kernel begins with.

/// What an accumulating kernel begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Zero: what stood in the output is forgotten, even a NaN.
    Zero,
    /// What stands in the output.
    Accumulate,
}
