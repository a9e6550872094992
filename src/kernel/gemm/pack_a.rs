//! A block of A as the micro-kernel reads it: row by row, each row's numbers adjacent.

use std::ops::Range;

use super::blocking::{MR, panel_height};
use super::row_order::RowOrder;
use super::transpose::transpose;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// How a matrix lies in memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// The numbers of a row are adjacent.
    Rows,
    /// Only those of a column are.
    Transpose,
    /// Neither.
    Strided,
}

impl Layout {
    pub(super) fn of(a: MatrixRef) -> Self {
        if a.has_adjacent_columns() {
            Layout::Rows
        } else if a.transposed().has_adjacent_columns() {
            Layout::Transpose
        } else {
            Layout::Strided
        }
    }
}

/// A micro-panel of A: row `i` begins at `i·stride`.
#[derive(Clone, Copy)]
pub(super) struct PanelA<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) stride: usize,
}

/// A block of A. A row whose numbers are adjacent is read where it stands: each is broadcast to a whole
/// vector, so that nothing is gained by having it beside those of the next row. The last rows are
/// copied where they are fewer than their tile has. Of a transpose each column stands on a page of its
/// own, nearly, and every panel of B needs them all: it is copied row by row, in an order in which
/// more terms are zero.
pub(super) struct PackedA<'a> {
    rows: MatrixRef<'a>,
    /// The rows from `first_copied` on, with zeros below.
    copied: &'a [f32],
    first_copied: usize,
    /// Which row of C each row belongs to.
    order: &'a [usize],
}

/// Memory for a block.
#[derive(Default)]
pub(super) struct Workspace {
    numbers: Buffer,
    order: RowOrder,
}

impl<'a> PackedA<'a> {
    /// A block of a matrix that lies as `layout` says.
    #[inline(always)]
    pub(super) fn new<L: Lanes>(
        lanes: L,
        a: MatrixRef<'a>,
        layout: Layout,
        workspace: &'a mut Workspace,
    ) -> Self {
        let (rows, depth) = a.shape();
        let Workspace { numbers, order } = workspace;
        match layout {
            Layout::Transpose => order.sort(a.transposed()),
            Layout::Rows | Layout::Strided => order.keep(rows),
        }
        let first_copied = match layout {
            Layout::Rows if rows.is_multiple_of(MR) => rows,
            Layout::Rows => rows / MR * MR,
            Layout::Transpose | Layout::Strided => 0,
        };
        let stride = depth.next_multiple_of(LANES);
        let copied = numbers.numbers((padded(rows) - first_copied) * stride);
        copied[(rows - first_copied) * stride..].fill(0.0);
        if layout == Layout::Transpose {
            let start = |row: usize| order.places[row] * stride;
            transpose(lanes, a.transposed(), start, copied);
        } else {
            copy(a.row_block(first_copied..rows), stride, copied);
        }
        let copied = &*copied;
        let rows = match layout {
            Layout::Rows => a,
            Layout::Transpose | Layout::Strided => {
                MatrixRef::strided(copied, (rows, depth), (stride, 1))
            }
        };
        PackedA {
            rows,
            copied,
            first_copied,
            order: &order.rows,
        }
    }

    /// As a matrix with adjacent columns.
    pub(super) fn rows(&self) -> MatrixRef<'a> {
        self.rows
    }

    /// The rows of C that these rows belong to.
    #[inline(always)]
    pub(super) fn rows_of_c(&self, rows: Range<usize>) -> &'a [usize] {
        &self.order[rows]
    }

    /// The micro-panel that begins with this row.
    #[inline(always)]
    pub(super) fn panel(&self, first: usize) -> PanelA<'a> {
        if let Some(row) = first.checked_sub(self.first_copied) {
            let stride = self.rows.columns().next_multiple_of(LANES);
            return PanelA {
                numbers: &self.copied[row * stride..],
                stride,
            };
        }
        let stride = self.rows.strides().0;
        PanelA {
            numbers: &self.rows.numbers()[first * stride..],
            stride,
        }
    }
}

/// Writes the rows of any matrix, `stride` numbers apart.
fn copy(rows: MatrixRef, stride: usize, to: &mut [f32]) {
    for (i, to) in (0..rows.rows()).zip(to.chunks_exact_mut(stride)) {
        let to = &mut to[..rows.columns()];
        if rows.has_adjacent_columns() {
            to.copy_from_slice(rows.row(i));
        } else {
            (0..rows.columns()).for_each(|k| to[k] = rows.get(i, k));
        }
    }
}

/// So many rows, and those of zeros that fill the last tile.
fn padded(rows: usize) -> usize {
    let whole = rows / MR * MR;
    if whole == rows {
        rows
    } else {
        whole + panel_height(rows - whole)
    }
}
