//! Copying a part of a matrix so that a tile can read it straight on.

use std::array::from_fn;

use super::UNIT;
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// How many vectors ahead of what is turned the next ones are asked for.
const AHEAD: usize = 4;

/// How many rows ahead of what is copied the next ones are asked for.
const AHEAD_ROWS: usize = 12;

/// So many numbers of a panel are moved at once: more than its height, but one instruction.
const MOVED: usize = UNIT.0.next_power_of_two();

/// Writes whole panels of A, as high as the tile, one behind the other, each column after column. What
/// a column holds of all of them is read at once, and what is moved beside it is written over by the
/// next one.
#[inline(always)]
pub(super) fn copy_panels<L: Lanes>(lanes: L, rows: MatrixRef, to: &mut [f32]) {
    let (height, depth) = rows.shape();
    let (numbers, along) = (rows.numbers(), rows.strides().1);
    for k in 0..depth {
        let column = &numbers[k * along..];
        let ahead = column.as_ptr().wrapping_add(along.wrapping_mul(AHEAD_ROWS));
        let lines = (0..height).step_by(LANES);
        lines.for_each(|line| lanes.prefetch(ahead.wrapping_add(line)));
        for (panel, first) in (0..height).step_by(UNIT.0).enumerate() {
            let (from, to) = (&column[first..], &mut to[(panel * depth + k) * UNIT.0..]);
            match (from.first_chunk::<MOVED>(), to.first_chunk_mut::<MOVED>()) {
                (Some(from), Some(to)) if k + 1 < depth => *to = *from,
                _ => to[..UNIT.0].copy_from_slice(&from[..UNIT.0]),
            }
        }
    }
}

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
                        lanes.prefetch(ahead.as_ptr());
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
