//! Blocks of the two factors, as the tiles read them.

use std::ops::Range;

use super::UNIT;
use super::block::ROWS;
use super::factors::Rows;
use super::pack::{copy_columns, copy_panels, pack};
use super::tile::Panel;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// Up to this many rows the rows of B are read where they stand. More rows pay for copying them side
/// by side: no processor foresees reads that jump from row to row, and every block of A repeats them.
const DIRECT_ROWS: usize = 64;
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

/// A block of A. Where a row has its numbers side by side it is read where it stands, but for the last
/// few, where they are fewer than their tile has. Of a transpose all panels are copied, column after
/// column: each column stands on a page of its own, nearly, and every panel of B needs them all again.
pub(super) struct Left<'a> {
    a: MatrixRef<'a>,
    /// Rows from here on are copied.
    first_copied: usize,
    /// Panel after panel as high as its tile, with zeros below the last row.
    copies: &'a [f32],
}

impl<'a> Left<'a> {
    #[inline(always)]
    pub(super) fn new<L: Lanes>(lanes: L, a: MatrixRef<'a>, buffer: &'a mut Buffer) -> Self {
        let (rows, depth) = a.shape();
        let height = |row| panel_height(rows - row);
        let last = panels(0..rows, panel_height).last().unwrap_or(0..0);
        let first_copied = match a.has_adjacent_columns() {
            true if last.len() == height(last.start) => rows,
            true => last.start,
            false => 0,
        };
        let end = last.start + height(last.start);
        let copies = buffer.numbers(end.saturating_sub(first_copied) * depth);
        let mut copied = first_copied;
        if first_copied == 0 && rows >= UNIT.0 && a.transposed().has_adjacent_columns() {
            copied = rows / UNIT.0 * UNIT.0;
            copy_panels(lanes, a.row_block(0..copied), copies);
        }
        for panel in panels(copied..rows, panel_height) {
            let height = height(panel.start);
            let copy = &mut copies[(panel.start - first_copied) * depth..][..height * depth];
            copy_columns(a.row_block(panel), height, copy);
        }
        Left {
            a,
            first_copied,
            copies,
        }
    }

    /// The rows of the tile that begins with this one.
    #[inline(always)]
    pub(super) fn rows(&self, first: usize) -> Rows<'a> {
        if let Some(row) = first.checked_sub(self.first_copied) {
            return Rows {
                numbers: &self.copies[row * self.a.columns()..],
                down: 1,
                along: panel_height(self.a.rows() - first),
            };
        }
        let (down, along) = self.a.strides();
        Rows {
            numbers: &self.a.numbers()[first * down..],
            down,
            along,
        }
    }
}

/// A block of B, cut into panels of four vectors, the last of which may have fewer.
pub(super) struct Right<'a> {
    b: MatrixRef<'a>,
    /// Panels before this column are read where they stand.
    direct: usize,
    /// Room for the other panels; each is packed, the last one padded with zeros, just before the
    /// first block of rows needs it.
    room: &'a mut [f32],
    /// Are they kept for further blocks of rows, one behind the other? Otherwise each takes the
    /// place of the one before, which is still in the first cache.
    kept: bool,
}

impl<'a> Right<'a> {
    #[inline(always)]
    pub(super) fn new(b: MatrixRef<'a>, rows: usize, buffer: &'a mut Buffer) -> Self {
        let (depth, columns) = b.shape();
        let readable = b.strides().1 == 1 && (b.strides().0 >= UNIT.1 || depth == 1);
        let direct = match readable && rows <= DIRECT_ROWS {
            true => columns / UNIT.1 * UNIT.1,
            false => 0,
        };
        let kept = rows > ROWS;
        let room = match kept {
            true => (columns - direct).next_multiple_of(LANES),
            false => UNIT.1,
        };
        let room = buffer.numbers(depth * room);
        Right {
            b,
            direct,
            room,
            kept,
        }
    }

    /// The panel of these columns, at most those of a unit; `first`: for the first block of rows.
    #[inline(always)]
    pub(super) fn panel<L: Lanes>(
        &mut self,
        lanes: L,
        columns: Range<usize>,
        first: bool,
    ) -> Panel<'_> {
        let depth = self.b.rows();
        let width = columns.len().next_multiple_of(LANES);
        let at = match self.kept {
            true => depth * columns.start.saturating_sub(self.direct),
            false => 0,
        };
        let direct = columns.start < self.direct;
        let panel = self.b.block(0..depth, columns);
        let shape = panel.shape();
        if direct {
            return Panel {
                numbers: panel.numbers(),
                stride: self.b.strides().0.max(width),
                shape,
            };
        }
        let room = &mut self.room[at..][..depth * width];
        if first {
            pack(lanes, panel, width, room);
        }
        Panel {
            numbers: room,
            stride: width,
            shape,
        }
    }
}
