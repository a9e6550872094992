//! Outputs cut into shares, one for each part of the work.

use std::array::from_fn;
use std::ops::Range;

use super::write::MatrixMut;
use crate::kernel::team::share;

/// Matrices to which the parts of shared work write, each to its own blocks.
struct Shared<'s, 'a>(&'s mut [MatrixMut<'a>]);

// SAFETY: only `block` reaches the elements, and its callers ask for disjoint blocks; those may be
// sent to other threads.
unsafe impl Sync for Shared<'_, '_> {}

impl Shared<'_, '_> {
    /// A block of output `i`.
    ///
    /// # Safety
    /// The blocks of an output that are in use at the same time must not overlap.
    unsafe fn block(&self, i: usize, rows: Range<usize>, columns: Range<usize>) -> MatrixMut<'_> {
        let whole = self.0[i].all();
        let (above, _) = whole.split_at_row(rows.end);
        let (_, rows) = above.split_at_row(rows.start);
        let (left, _) = rows.split_at_column(columns.end);
        left.split_at_column(columns.start).1
    }
}

/// The range of share `part` of `length`, cut at multiples of `unit`. Shares do not overlap.
pub(in crate::kernel) fn share_of(
    length: usize,
    part: usize,
    parts: usize,
    unit: usize,
) -> Range<usize> {
    let units = length.div_ceil(unit);
    let edge = |part: usize| (units * part / parts * unit).min(length);
    edge(part)..edge(part + 1)
}

/// An output, to be cut along `axis` at multiples of `unit`.
pub(in crate::kernel) struct Cut<'a> {
    output: MatrixMut<'a>,
    axis: Axis,
    unit: usize,
}

#[derive(Clone, Copy)]
enum Axis {
    Rows,
    Columns,
}

impl<'a> Cut<'a> {
    /// An output whose rows are distributed to the parts.
    pub(in crate::kernel) fn rows(output: MatrixMut<'a>, unit: usize) -> Self {
        let axis = Axis::Rows;
        Cut { output, axis, unit }
    }

    /// An output whose columns are distributed to the parts.
    pub(in crate::kernel) fn columns(output: MatrixMut<'a>, unit: usize) -> Self {
        let axis = Axis::Columns;
        Cut { output, axis, unit }
    }

    /// A slice to be distributed to the parts.
    pub(in crate::kernel) fn slice(output: &'a mut [f32], unit: usize) -> Self {
        let length = output.len();
        Self::columns(MatrixMut::new(output, 1, length), unit)
    }
}

/// Runs every part once, with its number, its share of every output, and the rows or columns of that
/// share.
pub(in crate::kernel) fn share_out<const OUTPUTS: usize>(
    parts: usize,
    outputs: [Cut<'_>; OUTPUTS],
    run: impl Fn(usize, [(Range<usize>, MatrixMut<'_>); OUTPUTS]) + Sync,
) {
    let cuts = outputs.each_ref().map(|cut| (cut.axis, cut.unit));
    let mut outputs = outputs.map(|cut| cut.output);
    let shared = Shared(&mut outputs);
    share(parts, |part| {
        let shares = from_fn(|i| {
            let ((rows, columns), (axis, unit)) = (shared.0[i].shape(), cuts[i]);
            let (length, rest) = match axis {
                Axis::Rows => (rows, columns),
                Axis::Columns => (columns, rows),
            };
            let range = share_of(length, part, parts, unit);
            let (rows, columns) = match axis {
                Axis::Rows => (range.clone(), 0..rest),
                Axis::Columns => (0..rest, range.clone()),
            };
            // SAFETY: each part runs once, and the shares of different parts do not overlap.
            (range, unsafe { shared.block(i, rows, columns) })
        });
        run(part, shares);
    });
}

/// A length cut into parts at multiples of `unit`.
#[derive(Clone, Copy)]
pub(in crate::kernel) struct Cuts {
    pub(in crate::kernel) parts: usize,
    pub(in crate::kernel) unit: usize,
}

impl Cuts {
    /// The largest length that a part of `length` can have.
    pub(in crate::kernel) fn largest(self, length: usize) -> usize {
        length.div_ceil(self.unit).div_ceil(self.parts) * self.unit
    }

    fn share(self, length: usize, part: usize) -> Range<usize> {
        share_of(length, part, self.parts, self.unit)
    }
}

/// An output to be cut into a grid of blocks.
pub(in crate::kernel) struct Grid<'a> {
    pub(in crate::kernel) output: MatrixMut<'a>,
    pub(in crate::kernel) rows: Cuts,
    pub(in crate::kernel) columns: Cuts,
}

impl Grid<'_> {
    /// Runs every part once, with its rows, its columns, and the block that they cover.
    pub(in crate::kernel) fn run(
        self,
        run: impl Fn(Range<usize>, Range<usize>, MatrixMut<'_>) + Sync,
    ) {
        let (height, width) = self.output.shape();
        let (down, across) = (self.rows, self.columns);
        let mut output = [self.output];
        let shared = Shared(&mut output);
        share(down.parts * across.parts, |part| {
            let rows = down.share(height, part / across.parts);
            let columns = across.share(width, part % across.parts);
            // SAFETY: each part runs once, and the blocks of different parts do not overlap.
            let block = unsafe { shared.block(0, rows.clone(), columns.clone()) };
            run(rows, columns, block);
        });
    }
}
