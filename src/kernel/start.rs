//! The initial value of an accumulating kernel.

/// The initial value of an accumulating kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Zero: the old contents of the output are overwritten, even a NaN.
    Zero,
    /// The old contents of the output.
    Accumulate,
}
