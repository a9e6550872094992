//! The two parts of a data set.

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// The samples to train on.
    Train,
    /// The samples to test on.
    Test,
}
