//! The rows of a transpose in an order in which many terms are zero for all rows of a group.
//!
//! Behind a rectifier a row of δᵀ holds what reaches one unit: half of it is zero, and hardly a sample
//! (1 to 2 of a hundred) leaves six neighbouring units untouched at once. Sorted by how many samples
//! reach them, those that few reach stand together: in a 784-500-500-500-10 after 200 steps of descent
//! 19, 24 and 28 of a hundred terms are then zero in whole groups.

use std::iter::zip;
use std::ops::Range;

use super::UNIT;
use crate::kernel::view::{MatrixRef, share_of};

/// At so many terms, evenly spaced, it is looked how often a row counts.
const LOOKS: usize = 64;

/// Rows are sorted within bands of so many or more.
const BAND: usize = 48;

/// Is it to be turned?
pub(super) fn is_transpose(a: MatrixRef) -> bool {
    !a.has_adjacent_columns() && a.transposed().has_adjacent_columns()
}

/// Into how many bands so many rows are cut: a power of two, so that the threads can share them and
/// the bands are the same for any number of threads.
fn count(rows: usize) -> usize {
    1 << (rows / BAND).max(1).ilog2()
}

/// Into how many parts of whole bands so many threads may cut the rows.
pub(super) fn parts(threads: usize, rows: usize) -> usize {
    1 << threads.min(count(rows)).ilog2()
}

/// The bands of so many rows, each a block.
pub(super) fn bands(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count(rows)).map(move |band| share_of(rows, band, count(rows), UNIT.0))
}

/// An order of rows.
#[derive(Default)]
pub(super) struct Order {
    /// Where each row goes.
    pub(super) places: Vec<usize>,
    /// Which row goes there.
    pub(super) rows: Vec<usize>,
    counts: Vec<u8>,
}

impl Order {
    /// Every row stays in its place.
    pub(super) fn stay(&mut self, rows: usize) {
        self.rows.clear();
        self.rows.extend(0..rows);
    }

    /// Sorts the columns of a matrix by how often they are not zero.
    #[inline(always)]
    pub(super) fn find(&mut self, across: MatrixRef) {
        let Order {
            places,
            rows,
            counts,
        } = self;
        counts.clear();
        counts.resize(across.columns(), 0);
        let step = across.rows().div_ceil(LOOKS);
        for row in (0..across.rows()).step_by(step) {
            for (count, x) in zip(&mut *counts, across.row(row)) {
                *count += u8::from(*x != 0.0);
            }
        }
        // Where the next row goes that counts so often.
        let mut next = [0; LOOKS + 2];
        for &count in &*counts {
            next[usize::from(count) + 1] += 1;
        }
        (0..LOOKS).for_each(|count| next[count + 1] += next[count]);
        rows.resize(counts.len(), 0);
        places.clear();
        for (row, &count) in counts.iter().enumerate() {
            let place = &mut next[usize::from(count)];
            rows[*place] = row;
            places.push(*place);
            *place += 1;
        }
    }
}
