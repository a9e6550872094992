//! A factor B that many products share, copied once.

use std::ops::Range;

use super::UNIT;
use super::pack::pack;
use super::tile::Panel;
use crate::kernel::buffer::Buffer;
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::team::share_out;
use crate::kernel::view::MatrixRef;

/// A matrix B as the tiles read it, for products that share it: panels of 64 columns, one behind the
/// other, the last one padded with zeros to whole vectors.
pub struct Panels {
    numbers: Buffer,
    shape: (usize, usize),
}

/// Some rows of some of its panels.
#[derive(Clone, Copy)]
pub struct PanelsBlock<'a> {
    numbers: &'a [f32],
    /// Rows of the whole.
    depth: usize,
    first: (usize, usize),
    shape: (usize, usize),
}

impl Panels {
    /// Copies `b`, k × n, any strides.
    pub fn of(isa: Isa, b: MatrixRef) -> Self {
        let shape = b.shape();
        let mut numbers = Buffer::default();
        let room = numbers.numbers(Self::numbers(shape));
        if !room.is_empty() {
            share_out(room, shape.0 * UNIT.1, |first, to| {
                let columns = first / shape.0..shape.1.min(first / shape.0 + UNIT.1);
                let panel = b.block(0..shape.0, columns);
                isa.run(Copy { panel, to });
            });
        }
        Panels { numbers, shape }
    }

    /// How many numbers are kept of a matrix of this shape.
    pub fn numbers((rows, columns): (usize, usize)) -> usize {
        rows * columns.next_multiple_of(LANES)
    }

    pub(super) fn whole(&self) -> PanelsBlock<'_> {
        PanelsBlock {
            numbers: self.numbers.read(Self::numbers(self.shape)),
            depth: self.shape.0,
            first: (0, 0),
            shape: self.shape,
        }
    }
}

struct Copy<'a> {
    panel: MatrixRef<'a>,
    to: &'a mut [f32],
}

impl Kernel for Copy<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let width = self.panel.columns().next_multiple_of(LANES);
        pack(lanes, self.panel, width, self.to);
    }
}

impl<'a> PanelsBlock<'a> {
    pub(super) fn shape(&self) -> (usize, usize) {
        self.shape
    }

    pub(super) fn block(&self, rows: Range<usize>, columns: Range<usize>) -> Self {
        let ends_a_panel = columns.end == self.shape.1 || columns.end.is_multiple_of(UNIT.1);
        assert!(
            rows.end <= self.shape.0
                && columns.end <= self.shape.1
                && columns.start.is_multiple_of(UNIT.1)
                && ends_a_panel,
            "block {rows:?} × {columns:?} of panels of shape {:?}",
            self.shape
        );
        PanelsBlock {
            first: (self.first.0 + rows.start, self.first.1 + columns.start),
            shape: (rows.len(), columns.len()),
            ..*self
        }
    }

    /// The panel of these columns of the block.
    #[inline(always)]
    pub(super) fn panel(&self, columns: Range<usize>) -> Panel<'a> {
        let width = columns.len().next_multiple_of(LANES);
        let at = self.depth * (self.first.1 + columns.start) + self.first.0 * width;
        let shape = (self.shape.0, columns.len());
        Panel {
            numbers: &self.numbers[at..][..shape.0 * width],
            stride: width,
            shape,
        }
    }
}
