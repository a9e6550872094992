//! The weights in the layout that the tiles read.

use std::ops::Range;
use std::slice::ChunksExact;

use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::LANES;

/// Rows of whole vectors: in the weights, one row for each (k_y, k_x, channel of the source).
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    vectors: &'a [[f32; LANES]],
    /// The number of vectors in a row.
    length: usize,
}

impl<'a> Rows<'a> {
    /// Rows of `channels` numbers. They are read in place or, if they are not whole vectors, copied and
    /// padded with zeros.
    pub(super) fn new(numbers: &'a [f32], channels: usize, buffer: &'a mut Buffer) -> Self {
        let length = channels.div_ceil(LANES);
        if channels != length * LANES {
            return Rows::part(numbers, channels, 0..channels, buffer);
        }
        let (vectors, _) = numbers.as_chunks();
        Rows { vectors, length }
    }

    /// The channels `part` of rows of `width` numbers, copied and padded with zeros to whole vectors.
    pub(super) fn part(
        numbers: &[f32],
        width: usize,
        part: Range<usize>,
        buffer: &'a mut Buffer,
    ) -> Self {
        let length = part.len().div_ceil(LANES);
        let padded = buffer.numbers(numbers.len() / width * length * LANES);
        for (row, padded) in numbers.chunks(width).zip(padded.chunks_mut(length * LANES)) {
            padded[..part.len()].copy_from_slice(&row[part.clone()]);
            padded[part.len()..].fill(0.0);
        }
        let (vectors, _) = padded.as_chunks();
        Rows { vectors, length }
    }

    /// All rows as vectors.
    pub(super) fn vectors(self) -> &'a [[f32; LANES]] {
        self.vectors
    }

    /// The rows starting at row `first`.
    #[inline(always)]
    pub(super) fn from(self, first: usize) -> ChunksExact<'a, [f32; LANES]> {
        self.vectors[first * self.length..].chunks_exact(self.length)
    }
}
