//! A block of A in the layout that the micro-kernel reads: row by row, with the numbers of each row
//! adjacent.

use std::ops::Range;

use super::blocking::{MR, panel_height};
use super::row_order::RowOrder;
use super::transpose::transpose;
use crate::kernel::buffer::Buffer;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// The memory layout of a matrix.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// The numbers of a row are adjacent.
    Rows,
    /// Only the numbers of a column are adjacent.
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

/// A block of A. A row with adjacent numbers is read in place: each number is broadcast to a whole
/// vector, so nothing would be gained by placing it next to those of the next row. Only the last rows
/// are copied, if they do not fill their tile. In a transpose, nearly every column lies on a separate
/// page, and every panel of B needs all of them, so it is copied row by row, in an order that increases
/// the number of skipped terms.
pub(super) struct PackedA<'a> {
    rows: MatrixRef<'a>,
    /// The rows from `first_copied` on, followed by rows of zeros.
    copied: &'a [f32],
    first_copied: usize,
    /// The row of C to which each row belongs.
    order: &'a [usize],
}

/// Working memory for a block.
#[derive(Default)]
pub(super) struct Workspace {
    numbers: Buffer,
    order: RowOrder,
}

impl<'a> PackedA<'a> {
    /// Prepares a block of a matrix with the given layout. The rows of a transpose are sorted if `sorts` is set.
    #[inline(always)]
    pub(super) fn new<L: Lanes>(
        lanes: L,
        a: MatrixRef<'a>,
        layout: Layout,
        sorts: bool,
        workspace: &'a mut Workspace,
    ) -> Self {
        let (rows, depth) = a.shape();
        let Workspace { numbers, order } = workspace;
        if sorts && layout == Layout::Transpose {
            order.sort(a.transposed());
        } else {
            order.keep(rows);
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

    /// The block as a matrix with adjacent columns.
    pub(super) fn rows(&self) -> MatrixRef<'a> {
        self.rows
    }

    /// The rows of C to which these rows belong.
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

/// Writes the rows of a matrix with any strides to `to`, `stride` numbers apart.
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

/// The number of rows, including the rows of zeros that fill the last tile.
fn padded(rows: usize) -> usize {
    let whole = rows / MR * MR;
    if whole == rows {
        rows
    } else {
        whole + panel_height(rows - whole)
    }
}
