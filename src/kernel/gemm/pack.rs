//! Copying a part of a matrix so that a tile can read it straight on.

use std::array::from_fn;

use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// How many vectors ahead of what is turned the next ones are asked for.
const AHEAD: usize = 4;

/// How many rows ahead of what is copied the next ones are asked for.
const AHEAD_ROWS: usize = 12;

/// Writes a panel of A column after column, each with zeros below.
#[inline(always)]
pub(super) fn copy_columns<const HEIGHT: usize>(panel: MatrixRef, to: &mut [f32]) {
    let across = panel.transposed();
    let is_adjacent = across.has_adjacent_columns();
    let get = |i, k| match i < panel.rows() {
        true => panel.get(i, k),
        false => 0.0,
    };
    for (k, to) in to.as_chunks_mut::<HEIGHT>().0.iter_mut().enumerate() {
        let whole = is_adjacent.then(|| across.row(k).first_chunk());
        match whole.flatten() {
            Some(whole) => *to = *whole,
            None => *to = from_fn(|i| get(i, k)),
        }
    }
}

/// Writes `panel` (depth × at most `width`) row after row into `out`, each row padded with zeros to
/// `width`, whole vectors.
#[inline(always)]
pub(super) fn pack<L: Lanes>(lanes: L, panel: MatrixRef, width: usize, out: &mut [f32]) {
    let across = panel.transposed();
    if panel.has_adjacent_columns() {
        copy(lanes, panel, width, out);
    } else if across.has_adjacent_columns() {
        for first in (0..width).step_by(LANES) {
            turn(lanes, across, first, width, out);
        }
    } else {
        for (k, out) in out.chunks_exact_mut(width).enumerate() {
            out.fill(0.0);
            (0..panel.columns()).for_each(|j| out[j] = panel.get(k, j));
        }
    }
}

/// Rows as they stand.
#[inline(always)]
fn copy<L: Lanes>(lanes: L, panel: MatrixRef, width: usize, out: &mut [f32]) {
    for (k, out) in out.chunks_exact_mut(width).enumerate() {
        if k + AHEAD_ROWS < panel.rows() {
            let ahead = panel.row(k + AHEAD_ROWS);
            ahead.chunks(LANES).for_each(|line| lanes.prefetch(line));
        }
        let row = panel.row(k);
        for (v, to) in out.as_chunks_mut().0.iter_mut().enumerate() {
            let from = (v * LANES).min(row.len());
            lanes.store(lanes.load_padded(&row[from..]), to);
        }
    }
}

/// Rows `first`, `first + 1`, … of `across`, 16 of them, as columns of `out`, 16 numbers at a time.
#[inline(always)]
fn turn<L: Lanes>(lanes: L, across: MatrixRef, first: usize, width: usize, out: &mut [f32]) {
    let rows: [&[f32]; LANES] = from_fn(|j| match first + j < across.rows() {
        true => across.row(first + j),
        false => &[],
    });
    let whole = rows.map(|row| row.as_chunks::<LANES>().0);
    for (block, out) in out.chunks_mut(LANES * width).enumerate() {
        let square = from_fn(
            #[inline(always)]
            |j| match whole[j].get(block) {
                Some(vector) => {
                    if let Some(ahead) = whole[j].get(block + AHEAD) {
                        lanes.prefetch(ahead);
                    }
                    lanes.load(vector)
                }
                None => lanes.load_padded(&rows[j][(block * LANES).min(rows[j].len())..]),
            },
        );
        let square = lanes.transpose(square);
        for (row, vector) in out.chunks_exact_mut(width).zip(square) {
            if let Some(to) = row[first..].first_chunk_mut() {
                lanes.store(vector, to);
            }
        }
    }
}
