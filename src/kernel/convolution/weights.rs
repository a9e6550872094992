//! The weights as the tiles read them.

use std::slice::ChunksExact;

use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::LANES;

/// Rows of whole vectors: of the weights, one for each (k_y, k_x, channel of the source).
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    vectors: &'a [[f32; LANES]],
    /// Vectors of a row.
    length: usize,
}

impl<'a> Rows<'a> {
    /// Rows of `channels` numbers where they stand, or copied and padded with zeros where they are
    /// no whole vectors.
    pub(super) fn new(numbers: &'a [f32], channels: usize, buffer: &'a mut Buffer) -> Self {
        let length = channels.div_ceil(LANES);
        let numbers = match channels == length * LANES {
            true => numbers,
            false => pad(numbers, channels, buffer),
        };
        let (vectors, _) = numbers.as_chunks();
        Rows { vectors, length }
    }

    /// All rows as vectors.
    pub(super) fn vectors(self) -> &'a [[f32; LANES]] {
        self.vectors
    }

    /// The rows from row `first` on.
    #[inline(always)]
    pub(super) fn from(self, first: usize) -> ChunksExact<'a, [f32; LANES]> {
        self.vectors[first * self.length..].chunks_exact(self.length)
    }
}

/// Copies rows of `channels` numbers and pads each with zeros to whole vectors.
fn pad<'a>(numbers: &[f32], channels: usize, buffer: &'a mut Buffer) -> &'a [f32] {
    let width = channels.next_multiple_of(LANES);
    let padded = buffer.numbers(numbers.len() / channels * width);
    for (row, padded) in numbers.chunks(channels).zip(padded.chunks_mut(width)) {
        padded[..channels].copy_from_slice(row);
        padded[channels..].fill(0.0);
    }
    padded
}
