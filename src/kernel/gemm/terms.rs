//! The terms of a sum that are worth adding.
//!
//! What a rectifier has passed and what a dark image holds is zero in half of all places, and the
//! same places in a few rows that follow each other are all zero often enough to look for them: a
//! term that is zero in twelve rows at once is left out for all of them. To look costs one read of
//! the factor, some hundredths of the product.

use std::ops::Range;

use super::UNIT;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// So many rows or columns must share what is found, or it is not looked for.
const SHARING: usize = 64;

/// Where the first so many places of a group all count, the others are taken to count too: a full
/// factor is not worth a whole look.
const SAMPLE: usize = 64;

/// Where to look for terms that are zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sparse {
    /// In groups of rows of A.
    Rows,
    /// In groups of columns of B.
    Columns,
    /// Nowhere.
    Neither,
}

impl Sparse {
    /// For the product `a·b`: in the factor whose numbers are adjacent.
    pub(super) fn of(a: MatrixRef, b: MatrixRef) -> Self {
        if a.has_adjacent_columns() && b.columns() >= SHARING {
            Sparse::Rows
        } else if b.has_adjacent_columns() && a.rows() >= SHARING {
            Sparse::Columns
        } else {
            Sparse::Neither
        }
    }
}

/// For groups of rows or columns, one after the other: the places `k` that count.
#[derive(Default)]
pub(super) struct Terms {
    places: Vec<u16>,
    /// Where the places of each group end.
    ends: Vec<usize>,
    /// The rows and columns of a group.
    unit: (usize, usize),
}

impl Terms {
    /// The places of the group with this row and this column.
    #[inline(always)]
    pub(super) fn of(&self, row: usize, column: usize) -> &[u16] {
        let group = row / self.unit.0 + column / self.unit.1;
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.places[start..self.ends[group]]
    }

    /// For a block of B.
    #[inline(always)]
    pub(super) fn begin<L: Lanes>(&mut self, lanes: L, sparse: Sparse, b: MatrixRef) {
        match sparse {
            Sparse::Rows => self.unit = (UNIT.0, usize::MAX),
            Sparse::Columns => {
                self.unit = (usize::MAX, UNIT.1);
                self.find(lanes, b, UNIT.1);
            }
            Sparse::Neither => {
                self.unit = (usize::MAX, usize::MAX);
                self.places.clear();
                self.places.extend(0..b.rows() as u16);
                self.ends.clear();
                self.ends.push(b.rows());
            }
        }
    }

    /// For a block of A.
    #[inline(always)]
    pub(super) fn go_on<L: Lanes>(&mut self, lanes: L, sparse: Sparse, a: MatrixRef) {
        if sparse == Sparse::Rows {
            self.find(lanes, a.transposed(), UNIT.0);
        }
    }

    /// A group for each block of so many columns of `across`, the rows of which are the places.
    #[inline(always)]
    fn find<L: Lanes>(&mut self, lanes: L, across: MatrixRef, group: usize) {
        self.places.clear();
        self.ends.clear();
        let (depth, columns) = across.shape();
        for first in (0..columns).step_by(group) {
            let group = across.block(0..depth, first..columns.min(first + group));
            let start = self.places.len();
            self.places.resize(start + depth, 0);
            let count = list(lanes, group, &mut self.places[start..]);
            self.places.truncate(start + count);
            self.ends.push(start + count);
        }
    }
}

/// Writes down the rows that are not all zero, and counts them.
#[inline(always)]
fn list<L: Lanes>(lanes: L, group: MatrixRef, places: &mut [u16]) -> usize {
    let depth = group.rows();
    let sample = SAMPLE.min(depth);
    let count = look(lanes, group, 0..sample, places, 0);
    if count == SAMPLE {
        (SAMPLE..depth).for_each(|k| places[k] = k as u16);
        return depth;
    }
    look(lanes, group, sample..depth, places, count)
}

/// Appends those of these rows that are not all zero to the first `count` places.
#[inline(always)]
fn look<L: Lanes>(
    lanes: L,
    group: MatrixRef,
    rows: Range<usize>,
    places: &mut [u16],
    mut count: usize,
) -> usize {
    /// Rows that are looked at together; one bit each.
    const TOGETHER: usize = 64 * LANES;
    let along = group.transposed();
    for first in rows.clone().step_by(TOGETHER) {
        let last = rows.end.min(first + TOGETHER);
        let mut bits = [0_u16; TOGETHER / LANES];
        if along.has_adjacent_columns() {
            for column in 0..along.rows() {
                let parts = along.row(column)[first..last].chunks(LANES);
                for (bits, part) in bits.iter_mut().zip(parts) {
                    *bits |= lanes.nonzero(lanes.load_padded(part));
                }
            }
        } else {
            for k in first..last {
                let mut any = 0;
                for part in group.row(k).chunks(LANES) {
                    any |= lanes.nonzero(lanes.load_padded(part));
                }
                bits[(k - first) / LANES] |= u16::from(any != 0) << ((k - first) % LANES);
            }
        }
        for (bits, first) in bits.iter().zip((first..last).step_by(LANES)) {
            for k in first..last.min(first + LANES) {
                places[count] = k as u16;
                count += usize::from(bits >> (k - first) & 1);
            }
        }
    }
    count
}
