//! The block sizes of the matrix product. They never change its bits.

use std::ops::Range;

use crate::kernel::lanes::{LANES, Lanes};

/// The number of rows in a micro-panel of A and in the micro-kernel's tile.
pub(super) const MR: usize = 6;

/// The size of the row groups of A in which [`gemm`](crate::kernel::gemm) looks for common zeros.
/// Callers that pass a matrix in parts cut it at multiples of this number, so that the skipped terms do
/// not depend on the cuts.
pub const ROW_GROUP: usize = MR;

/// The number of rows in the tile for the last rows, used when at most this many are left.
const SHORT: usize = 4;

/// The number of columns in a panel of B. Instruction sets with few registers use tiles with some of
/// them.
pub(super) const NR: usize = 64;

/// The largest number of rows in a block of A, which stays in the L2 cache (340 KiB) next to a panel of
/// B.
pub(super) const MC: usize = 108;

/// The number of rows in a block of a transposed A. Rows are sorted within a block, so blocks are cut at
/// multiples of this number, whichever thread processes them.
pub(super) const MC_TRANSPOSE: usize = 252;

/// The largest number of terms in a block. C passes through memory once more after each block, which
/// costs more than a panel of B (200 KiB) that does not fit in the L1 cache.
pub(super) const KC: usize = 800;

/// The largest number of columns in a block of B.
pub(super) const NC: usize = 1024;

/// Cuts `0..length` into blocks of about equal length, at most `largest`, at multiples of `unit`.
pub(super) fn blocks(
    length: usize,
    largest: usize,
    unit: usize,
) -> impl Iterator<Item = Range<usize>> {
    let count = length.div_ceil(largest).max(1);
    let size = length.div_ceil(count).next_multiple_of(unit).max(1);
    pieces(length, move |_| size)
}

/// The micro-panels of `rows` rows of A.
pub(super) fn row_panels(rows: usize) -> impl Iterator<Item = Range<usize>> {
    pieces(rows, move |first| panel_height(rows - first))
}

/// The parts of a panel of B with `columns` columns that one tile each processes.
pub(super) fn column_panels<L: Lanes>(columns: usize) -> impl Iterator<Item = Range<usize>> {
    pieces(columns, |_| L::TILE_VECTORS * LANES)
}

/// The height of the next tile when `left` rows remain.
pub(super) fn panel_height(left: usize) -> usize {
    if left <= SHORT { SHORT } else { MR }
}

/// Cuts `0..length` into pieces, where `size(first)` is the size of the piece that begins at `first`.
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
