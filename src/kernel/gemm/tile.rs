//! The innermost loop: a tile of the output in registers.

use super::factors::Factors;
use super::left::Left;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef};

/// A panel of B: row `k` begins at `k·stride` and has at least as many vectors as the tile.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) stride: usize,
    /// Its rows and columns.
    pub(super) shape: (usize, usize),
}

impl<'a> Panel<'a> {
    /// As a matrix.
    #[inline(always)]
    pub(super) fn matrix(self) -> MatrixRef<'a> {
        MatrixRef::strided(self.numbers, self.shape, (self.stride, 1))
    }

    /// From this column on.
    #[inline(always)]
    pub(super) fn beginning_at(self, column: usize) -> Self {
        Panel {
            numbers: &self.numbers[column..],
            shape: (self.shape.0, self.shape.1 - column),
            ..self
        }
    }
}

/// `c ← start + a·b` for a tile of `ROWS` rows of `VECTORS` vectors, of which `c` takes what it has
/// room for, in its rows `rows`: A from its row `first` on, the sum over `terms`.
#[inline(always)]
pub(super) fn tile<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    ((a, first), b): ((&Left, usize), Panel),
    terms: &[u16],
    start: Start,
    (mut c, rows): (MatrixMut, &[usize]),
) {
    let mut sums = [[lanes.splat(0.0); VECTORS]; ROWS];
    if start == Start::Accumulate {
        sums = load(lanes, (c.reborrow(), rows));
    }
    let depth = b.shape.0;
    let factors = Factors::<ROWS, VECTORS>::new(a.rows(first), b, depth);
    if terms.len() == depth {
        for k in 0..depth {
            // SAFETY: `k < depth`.
            unsafe { factors.add(lanes, k, &mut sums) };
        }
    } else {
        let last = terms.iter().fold(0, |last, &k| k.max(last));
        assert!(usize::from(last) < depth, "a term of a tile");
        for &k in terms {
            // SAFETY: it is at most the last one.
            unsafe { factors.add(lanes, usize::from(k), &mut sums) };
        }
    }
    store(lanes, sums, (c, rows));
}

/// A tile on its way between memory and registers. Here it may be cut short, row by row; sums that a
/// loop of unknown length touches would be kept in memory all the while.
type Copied<const ROWS: usize, const VECTORS: usize> = [[[f32; LANES]; VECTORS]; ROWS];

/// Reads a tile, with zeros where `c` has ended.
#[inline(always)]
fn load<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    (c, rows): (MatrixMut, &[usize]),
) -> [[L::Vector; VECTORS]; ROWS] {
    let mut sums = [[lanes.splat(0.0); VECTORS]; ROWS];
    if (rows.len(), c.columns()) == (ROWS, VECTORS * LANES) {
        for (sums, &row) in sums.iter_mut().zip(rows) {
            for (sum, vector) in sums.iter_mut().zip(c.row(row).as_chunks().0) {
                *sum = lanes.load(vector);
            }
        }
        return sums;
    }
    let mut copied: Copied<ROWS, VECTORS> = [[[0.0; LANES]; VECTORS]; ROWS];
    for (copied, &row) in copied.iter_mut().zip(rows) {
        let row = c.row(row);
        for (v, vector) in copied.iter_mut().enumerate() {
            let from = (v * LANES).min(row.len());
            lanes.store(lanes.load_padded(&row[from..]), vector);
        }
    }
    for i in 0..ROWS {
        for v in 0..VECTORS {
            sums[i][v] = lanes.load(&copied[i][v]);
        }
    }
    sums
}

/// Writes a tile, as far as `c` goes.
#[inline(always)]
fn store<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    sums: [[L::Vector; VECTORS]; ROWS],
    (mut c, rows): (MatrixMut, &[usize]),
) {
    if (rows.len(), c.columns()) == (ROWS, VECTORS * LANES) {
        for (sums, &row) in sums.iter().zip(rows) {
            for (&sum, vector) in sums.iter().zip(c.row_mut(row).as_chunks_mut().0) {
                lanes.store(sum, vector);
            }
        }
        return;
    }
    let mut copied: Copied<ROWS, VECTORS> = [[[0.0; LANES]; VECTORS]; ROWS];
    for i in 0..ROWS {
        for v in 0..VECTORS {
            lanes.store(sums[i][v], &mut copied[i][v]);
        }
    }
    for (copied, &row) in copied.iter().zip(rows) {
        let row = c.row_mut(row);
        for (v, vector) in copied.iter().enumerate() {
            let from = (v * LANES).min(row.len());
            lanes.store_cut(lanes.load(vector), &mut row[from..]);
        }
    }
}
