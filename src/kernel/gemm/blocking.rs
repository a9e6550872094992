//! The sizes at which a product is cut. They never change its bits.

use std::ops::Range;

use crate::kernel::lanes::{LANES, Lanes};

/// Rows of a micro-panel of A, and of the micro-kernel's tile.
pub(super) const MR: usize = 6;

/// The rows of A in which [`gemm`](crate::kernel::gemm) looks for common zeros. Who gives it a matrix in parts
/// cuts at multiples, so that every cut skips the same terms.
pub const ROW_GROUP: usize = MR;

/// Rows of the tile for the last rows, where at most so many are left.
const SHORT: usize = 4;

/// Columns of a panel of B. A tile of an instruction set with few registers takes a part of them.
pub(super) const NR: usize = 64;

/// The most rows of a block of A, which stays in the second cache (340 KiB) beside a panel of B.
pub(super) const MC: usize = 108;

/// Rows of a block of an A that is a transpose: its rows are sorted within a block, so blocks are cut at
/// multiples of this number whatever thread has them.
pub(super) const MC_TRANSPOSE: usize = 252;

/// The most terms of a block. C passes through memory once more after each block, which costs more than
/// a panel of B (200 KiB) that does not fit the first cache.
pub(super) const KC: usize = 800;

/// The most columns of a block of B.
pub(super) const NC: usize = 1024;

/// Blocks of about equal length, at most `largest`, cut at multiples of `unit`.
pub(super) fn blocks(
    length: usize,
    largest: usize,
    unit: usize,
) -> impl Iterator<Item = Range<usize>> {
    let count = length.div_ceil(largest).max(1);
    let size = length.div_ceil(count).next_multiple_of(unit).max(1);
    pieces(length, move |_| size)
}

/// Micro-panels of so many rows of A.
pub(super) fn row_panels(rows: usize) -> impl Iterator<Item = Range<usize>> {
    pieces(rows, move |first| panel_height(rows - first))
}

/// The parts of so many columns of a panel of B that one tile takes.
pub(super) fn column_panels<L: Lanes>(columns: usize) -> impl Iterator<Item = Range<usize>> {
    pieces(columns, |_| L::TILE_VECTORS * LANES)
}

/// The height of the next tile, when so many rows are left.
pub(super) fn panel_height(left: usize) -> usize {
    if left <= SHORT { SHORT } else { MR }
}

/// Cuts `0..length`; `size(first)` is the size of the piece that begins at `first`.
fn pieces(length: usize, size: impl Fn(usize) -> usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let first = start;
        (first < length).then(|| {
            start = length.min(first + size(first));
            first..start
        })
    })
}
