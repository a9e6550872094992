//! A block of B, as the tiles read it.

use std::ops::Range;

use super::UNIT;
use super::operands::RightFactor;
use super::pack::pack;
use super::packed::PanelsBlock;
use super::tile::Panel;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// Up to this many rows the rows of B are read where they stand. More rows pay for copying them side
/// by side: no processor foresees reads that jump from row to row, and every block of A repeats them.
const DIRECT_ROWS: usize = 64;

/// A block of B, cut into panels of four vectors, the last of which may have fewer.
pub(super) enum Right<'a> {
    /// Copied before.
    Panels(PanelsBlock<'a>),
    /// Copied where it pays.
    Here(Here<'a>),
}

pub(super) struct Here<'a> {
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
    /// For these blocks of rows.
    #[inline(always)]
    pub(super) fn new(b: RightFactor<'a>, blocks: &[Range<usize>], buffer: &'a mut Buffer) -> Self {
        match b {
            RightFactor::Panels(panels) => Right::Panels(panels),
            RightFactor::Matrix(b) => Right::Here(Here::new(b, blocks, buffer)),
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
        match self {
            Right::Panels(panels) => panels.panel(columns),
            Right::Here(here) => here.panel(lanes, columns, first),
        }
    }
}

impl<'a> Here<'a> {
    #[inline(always)]
    fn new(b: MatrixRef<'a>, blocks: &[Range<usize>], buffer: &'a mut Buffer) -> Self {
        let (depth, columns) = b.shape();
        let rows = blocks.last().map_or(0, |last| last.end);
        let readable = b.strides().1 == 1 && (b.strides().0 >= UNIT.1 || depth == 1);
        let direct = match readable && rows <= DIRECT_ROWS {
            true => columns / UNIT.1 * UNIT.1,
            false => 0,
        };
        let kept = blocks.len() > 1;
        let room = match kept {
            true => (columns - direct).next_multiple_of(LANES),
            false => UNIT.1,
        };
        let room = buffer.numbers(depth * room);
        Here {
            b,
            direct,
            room,
            kept,
        }
    }

    #[inline(always)]
    fn panel<L: Lanes>(&mut self, lanes: L, columns: Range<usize>, first: bool) -> Panel<'_> {
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
