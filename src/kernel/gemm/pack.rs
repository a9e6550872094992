//! Copying a part of a matrix so that a tile can read it straight on.

use std::array::from_fn;

use super::UNIT;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// How many vectors ahead of what is turned the next ones are asked for.
const AHEAD: usize = 4;

/// How many rows ahead of what is copied the next ones are asked for.
const AHEAD_ROWS: usize = 12;

/// Writes a panel of A column after column, each with zeros below.
#[inline(always)]
pub(super) fn copy_columns(panel: MatrixRef, height: usize, to: &mut [f32]) {
    for (k, to) in to.chunks_exact_mut(height).enumerate() {
        for (i, to) in to.iter_mut().enumerate() {
            *to = match i < panel.rows() {
                true => panel.get(i, k),
                false => 0.0,
            };
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
            turn(lanes, across, first, out, |row| row * width);
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
            ahead
                .chunks(LANES)
                .for_each(|line| lanes.prefetch(line.as_ptr()));
        }
        let row = panel.row(k);
        let (out, _) = out.as_chunks_mut();
        if let (Some(row), Some(out)) = (row.first_chunk(), out.first_chunk_mut()) {
            copy_unit(lanes, row, out);
            continue;
        }
        for (v, to) in out.iter_mut().enumerate() {
            let from = (v * LANES).min(row.len());
            lanes.store(lanes.load_padded(&row[from..]), to);
        }
    }
}

/// A row of a whole unit.
#[inline(always)]
fn copy_unit<L: Lanes>(lanes: L, row: &[f32; UNIT.1], out: &mut [[f32; LANES]; UNIT.1 / LANES]) {
    for (from, to) in row.as_chunks().0.iter().zip(out) {
        lanes.store(lanes.load(from), to);
    }
}

/// Rows `first`, `first + 1`, … of `across`, 16 of them, as columns of `out`, 16 numbers at a time: its
/// row `j` begins at `start(j)`.
#[inline(always)]
fn turn<L: Lanes>(
    lanes: L,
    across: MatrixRef,
    first: usize,
    out: &mut [f32],
    start: impl Fn(usize) -> usize,
) {
    let rows: [&[f32]; LANES] = from_fn(|j| match first + j < across.rows() {
        true => across.row(first + j),
        false => &[],
    });
    let whole = rows.map(|row| row.as_chunks::<LANES>().0);
    for block in 0..across.columns().div_ceil(LANES) {
        let mut square = [lanes.splat(0.0); LANES];
        for (j, vector) in square.iter_mut().enumerate() {
            *vector = match whole[j].get(block) {
                Some(numbers) => {
                    if let Some(ahead) = whole[j].get(block + AHEAD) {
                        lanes.prefetch(ahead.as_ptr());
                    }
                    lanes.load(numbers)
                }
                None => lanes.load_padded(&rows[j][(block * LANES).min(rows[j].len())..]),
            };
        }
        let square = lanes.transpose(square);
        let rows = block * LANES..across.columns().min((block + 1) * LANES);
        for (row, vector) in rows.zip(square) {
            if let Some(to) = out[start(row) + first..].first_chunk_mut() {
                lanes.store(vector, to);
            }
        }
    }
}

/// Writes column `j` of `across` as row `places[j]` of `out`, whose rows lie `stride`, whole vectors,
/// apart.
#[inline(always)]
pub(super) fn turn_rows<L: Lanes>(
    lanes: L,
    across: MatrixRef,
    places: &[usize],
    stride: usize,
    out: &mut [f32],
) {
    for first in (0..across.rows()).step_by(LANES) {
        for row in first + LANES..across.rows().min(first + 2 * LANES) {
            let lines = across.row(row).chunks(LANES);
            lines.for_each(|line| lanes.prefetch(line.as_ptr()));
        }
        turn(lanes, across, first, out, |row| places[row] * stride);
    }
}
