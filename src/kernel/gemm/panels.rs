//! How blocks are cut into panels, each as high or as wide as a tile.

use std::ops::Range;

use super::UNIT;
use crate::kernel::lanes::{LANES, Lanes};

/// Rows of the tile for the last few rows.
const SHORT: usize = 4;

/// The width of the next panel of B, when so many columns are left.
pub(super) fn panel_width<L: Lanes>(left: usize) -> usize {
    L::TILE_VECTORS.min(left.div_ceil(LANES)) * LANES
}

/// The height of the next panel of A, when so many rows are left.
pub(super) fn panel_height(left: usize) -> usize {
    match left {
        ..=SHORT => SHORT,
        _ => UNIT.0,
    }
}

/// Cuts a range into panels; `size(left)` is the size of the next one, the last may be cut short.
pub(super) fn panels(
    range: Range<usize>,
    size: fn(usize) -> usize,
) -> impl Iterator<Item = Range<usize>> {
    let mut start = range.start;
    std::iter::from_fn(move || {
        let first = start;
        start = range.end.min(first + size(range.end - first));
        (first < range.end).then_some(first..start)
    })
}
