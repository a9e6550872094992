//! Copying a part of a matrix so that a tile can read it straight on.

use std::array::from_fn;

use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// Writes `panel` (depth × at most `width`) row after row into `out`, each row padded with zeros to
/// `width`.
#[inline(always)]
pub(super) fn pack<L: Lanes>(lanes: L, panel: MatrixRef, width: usize, out: &mut [f32]) {
    match width {
        4 => pack_width::<L, 4>(lanes, panel, out),
        6 => pack_width::<L, 6>(lanes, panel, out),
        12 => pack_width::<L, 12>(lanes, panel, out),
        16 => pack_width::<L, 16>(lanes, panel, out),
        32 => pack_width::<L, 32>(lanes, panel, out),
        _ => unreachable!("no tile is {width} wide"),
    }
}

#[inline(always)]
fn pack_width<L: Lanes, const WIDTH: usize>(lanes: L, panel: MatrixRef, out: &mut [f32]) {
    let (out, _) = out.as_chunks_mut::<WIDTH>();
    let across = panel.transposed();
    if panel.has_adjacent_columns() {
        copy_rows(panel, out);
    } else if across.has_adjacent_columns() {
        transpose(lanes, across, out);
    } else {
        for (k, out) in out.iter_mut().enumerate() {
            out.fill(0.0);
            (0..panel.columns()).for_each(|j| out[j] = panel.get(k, j));
        }
    }
}

/// Rows as they stand.
#[inline(always)]
fn copy_rows<const WIDTH: usize>(panel: MatrixRef, out: &mut [[f32; WIDTH]]) {
    for (k, out) in out.iter_mut().enumerate() {
        let row = panel.row(k);
        match row.first_chunk::<WIDTH>() {
            Some(whole) => *out = *whole,
            None => {
                out.fill(0.0);
                out[..row.len()].copy_from_slice(row);
            }
        }
    }
}

/// Columns (the rows of `across`) turned into rows, 16 × 16 numbers at a time.
#[inline(always)]
fn transpose<L: Lanes, const WIDTH: usize>(lanes: L, across: MatrixRef, out: &mut [[f32; WIDTH]]) {
    let columns: [&[f32]; WIDTH] = from_fn(|j| match j < across.rows() {
        true => across.row(j),
        false => &[],
    });
    for (block, out) in out.chunks_mut(LANES).enumerate() {
        for first in (0..WIDTH).step_by(LANES) {
            let mut square = [lanes.splat(0.0); LANES];
            for (column, vector) in columns[first..].iter().zip(&mut square) {
                let from = (block * LANES).min(column.len());
                *vector = lanes.load_padded(&column[from..]);
            }
            let square = lanes.transpose(square);
            for (out, vector) in out.iter_mut().zip(square) {
                lanes.store_cut(vector, &mut out[first..WIDTH.min(first + LANES)]);
            }
        }
    }
}
