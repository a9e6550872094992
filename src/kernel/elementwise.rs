//! Applies functions of single lanes to slices and to the rows of a matrix.
//!
//! Elements are independent, so the bits do not depend on how the work is cut into pieces.

use super::lanes::{LANES, Lanes};
use super::team::threads;
use super::view::{Cut, Cuts, Grid, MatrixMut, share_out};

/// The length of a piece of work for one thread: 64 KiB, which takes some microseconds and so much
/// longer than handing the piece over (less than one microsecond).
pub(super) const PIECE: usize = 1 << 14;

/// `x_i ← f(x_i)`.
#[inline(always)]
pub(super) fn update<L: Lanes>(lanes: L, x: &mut [f32], f: impl Fn(L::Vector) -> L::Vector) {
    let (whole, rest) = x.as_chunks_mut::<LANES>();
    for x in whole {
        lanes.store(f(lanes.load(x)), x);
    }
    if !rest.is_empty() {
        lanes.store_cut(f(lanes.load_padded(rest)), rest);
    }
}

/// `y_i ← f(x_i, y_i)`; the slices have the same length.
#[inline(always)]
pub(super) fn combine<L: Lanes>(
    lanes: L,
    x: &[f32],
    y: &mut [f32],
    f: impl Fn(L::Vector, L::Vector) -> L::Vector,
) {
    let (whole_x, rest_x) = x.as_chunks::<LANES>();
    let (whole_y, rest_y) = y.as_chunks_mut::<LANES>();
    for (x, y) in whole_x.iter().zip(whole_y) {
        lanes.store(f(lanes.load(x), lanes.load(y)), y);
    }
    if !rest_y.is_empty() {
        lanes.store_cut(
            f(lanes.load_padded(rest_x), lanes.load_padded(rest_y)),
            rest_y,
        );
    }
}

/// The number of parts for `numbers` numbers.
fn parts(numbers: usize) -> usize {
    threads().min(numbers / PIECE).max(1)
}

/// Distributes `x` among the threads in pieces.
pub(super) fn in_pieces(x: &mut [f32], run: impl Fn(&mut [f32]) + Sync) {
    share_out(parts(x.len()), [Cut::slice(x, LANES)], |_, [(_, mut x)]| {
        run(x.row_mut(0));
    });
}

/// Distributes `x` and `y`, which have the same length, among the threads in pieces.
pub(super) fn in_piece_pairs(x: &[f32], y: &mut [f32], run: impl Fn(&[f32], &mut [f32]) + Sync) {
    share_out(
        parts(y.len()),
        [Cut::slice(y, LANES)],
        |_, [(place, mut y)]| {
            run(&x[place], y.row_mut(0));
        },
    );
}

/// `z_i ← f(x_i, y_i, z_i)`; the slices have the same length.
#[inline(always)]
pub(super) fn combine_two<L: Lanes>(
    lanes: L,
    x: &[f32],
    y: &[f32],
    z: &mut [f32],
    f: impl Fn(L::Vector, L::Vector, L::Vector) -> L::Vector,
) {
    let (whole_x, rest_x) = x.as_chunks::<LANES>();
    let (whole_y, rest_y) = y.as_chunks::<LANES>();
    let (whole_z, rest_z) = z.as_chunks_mut::<LANES>();
    for ((x, y), z) in whole_x.iter().zip(whole_y).zip(whole_z) {
        lanes.store(f(lanes.load(x), lanes.load(y), lanes.load(z)), z);
    }
    if !rest_z.is_empty() {
        let (x, y) = (lanes.load_padded(rest_x), lanes.load_padded(rest_y));
        lanes.store_cut(f(x, y, lanes.load_padded(rest_z)), rest_z);
    }
}

/// Distributes `x`, `y` and `z`, which have the same length, among the threads in pieces.
pub(super) fn in_piece_triples(
    x: &[f32],
    y: &[f32],
    z: &mut [f32],
    run: impl Fn(&[f32], &[f32], &mut [f32]) + Sync,
) {
    share_out(
        parts(z.len()),
        [Cut::slice(z, LANES)],
        |_, [(place, mut z)]| {
            run(&x[place.clone()], &y[place], z.row_mut(0));
        },
    );
}

/// Distributes the rows of `m` among the threads in blocks, each with the index of its first row.
pub(super) fn in_row_blocks(m: MatrixMut, run: &(impl Fn(usize, MatrixMut) + Sync)) {
    let (rows, columns) = m.shape();
    let grid = Grid {
        output: m,
        rows: Cuts {
            parts: parts(rows * columns).min(rows).max(1),
            unit: 1,
        },
        columns: Cuts { parts: 1, unit: 1 },
    };
    grid.run(|rows, _, m| run(rows.start, m));
}
