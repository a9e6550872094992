//! The weights as the tiles read them.

use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::LANES;

/// A row of numbers per (k_y, k_x, channel of the source), `stride` apart: whole vectors of channels
/// of the target.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) stride: usize,
}

impl<'a> Rows<'a> {
    /// Rows of `channels` numbers where they stand, or copied and padded with zeros where they are
    /// no whole vectors.
    pub(super) fn new(numbers: &'a [f32], channels: usize, buffer: &'a mut Buffer) -> Self {
        let stride = channels.next_multiple_of(LANES);
        if stride == channels {
            return Rows { numbers, stride };
        }
        let padded = buffer.numbers(numbers.len() / channels * stride);
        for (row, padded) in numbers.chunks(channels).zip(padded.chunks_mut(stride)) {
            padded[..channels].copy_from_slice(row);
            padded[channels..].fill(0.0);
        }
        Rows {
            numbers: padded,
            stride,
        }
    }
}
