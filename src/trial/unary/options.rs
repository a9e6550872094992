//! What the caller of a trial of a function of one number chooses.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::shard::Shard;

/// The options of a trial.
#[derive(Clone, Debug)]
pub struct Options {
    /// The permitted error in ulps of the unrounded value.
    pub allowed_ulp: f64,
    /// Which of the pieces of the trial, or of the stretches of a sample, are tried.
    pub shard: Shard,
    /// The folder that keeps finished pieces, so that an interrupted trial is continued.
    pub resume: Option<PathBuf>,
    /// Only the input with these bits.
    pub only: Option<u32>,
    /// Only this many inputs, one at random from each of as many equal stretches of all floats.
    pub sample: Option<u64>,
    /// Which inputs are tried: the range of the bits of |x|. NaN has the greatest.
    pub magnitudes: RangeInclusive<u32>,
    /// Whether a break of the order or of the symmetry makes the kernel fail. Such breaks are always
    /// counted, but a kernel may have them and still keep its bound.
    pub strict: bool,
}

/// The bits of the greatest |x|, which is a NaN.
pub const GREATEST: u32 = 0x7fff_ffff;

impl Default for Options {
    fn default() -> Self {
        Options {
            allowed_ulp: 1.0,
            shard: Shard::ALL,
            resume: None,
            only: None,
            sample: None,
            magnitudes: 0..=GREATEST,
            strict: false,
        }
    }
}
