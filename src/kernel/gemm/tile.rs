//! The innermost loop: a tile of the output in registers.

use std::array::from_fn;

use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::start::Start;
use crate::kernel::view::{MatrixMut, MatrixRef};

/// A panel of B: row `k` begins at `k·stride` and has as many vectors as the tile.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) stride: usize,
}

/// `c ← start + a·b` for a tile of `ROWS` rows of `VECTORS` vectors, of which `c` takes what it has
/// room for: rows of `a` that are not there are read as its last one, and what comes of them is lost.
#[inline(always)]
pub(super) fn tile<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    lanes: L,
    a: MatrixRef,
    b: Panel,
    start: Start,
    mut c: MatrixMut,
) {
    let mut sums = [[lanes.splat(0.0); VECTORS]; ROWS];
    if start == Start::Accumulate {
        for (i, sums) in sums.iter_mut().enumerate() {
            if i < c.rows() {
                load_row(lanes, sums, c.row(i));
            }
        }
    }
    let (down, along) = a.strides();
    let rows: [&[f32]; ROWS] = from_fn(
        #[inline(always)]
        |i| &a.numbers()[i.min(a.rows() - 1) * down..],
    );
    let mut at = 0;
    for b in b.numbers.chunks(b.stride).take(a.columns()) {
        let (b, _) = b.as_chunks::<LANES>();
        let b: [L::Vector; VECTORS] = from_fn(
            #[inline(always)]
            |v| lanes.load(&b[v]),
        );
        for i in 0..ROWS {
            let a = lanes.splat(rows[i][at]);
            for v in 0..VECTORS {
                sums[i][v] = lanes.fma(a, b[v], sums[i][v]);
            }
        }
        at += along;
    }
    for (i, sums) in sums.iter().enumerate() {
        if i < c.rows() {
            store_row(lanes, sums, c.row_mut(i));
        }
    }
}

/// Reads the vectors of a row, with zeros where the row has ended.
#[inline(always)]
fn load_row<L: Lanes, const VECTORS: usize>(
    lanes: L,
    vectors: &mut [L::Vector; VECTORS],
    row: &[f32],
) {
    for (v, vector) in vectors.iter_mut().enumerate() {
        let from = (v * LANES).min(row.len());
        *vector = lanes.load_padded(&row[from..]);
    }
}

/// Writes the vectors of a row, as far as the row goes.
#[inline(always)]
fn store_row<L: Lanes, const VECTORS: usize>(
    lanes: L,
    vectors: &[L::Vector; VECTORS],
    row: &mut [f32],
) {
    for (v, &vector) in vectors.iter().enumerate() {
        let from = (v * LANES).min(row.len());
        lanes.store_cut(vector, &mut row[from..]);
    }
}
