//! Copies rows to columns, 16 × 16 numbers at a time, in registers.

use std::array::from_fn;

use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::view::MatrixRef;

/// How many vectors ahead of the current ones the same rows are prefetched.
const AHEAD: usize = 4;

/// Writes column `j` of `from`, which has adjacent columns, to `to[start(j)..]`, with zeros up to a
/// multiple of 16 numbers.
#[inline(always)]
pub(super) fn transpose<L: Lanes>(
    lanes: L,
    from: MatrixRef,
    start: impl Fn(usize) -> usize,
    to: &mut [f32],
) {
    for first in (0..from.rows()).step_by(LANES) {
        for row in first + LANES..from.rows().min(first + 2 * LANES) {
            let lines = from.row(row).chunks(LANES);
            lines.for_each(|line| lanes.prefetch(line.as_ptr()));
        }
        transpose_rows(lanes, from, first, &start, to);
    }
}

/// [`transpose`] for the 16 rows starting at `first`.
#[inline(always)]
fn transpose_rows<L: Lanes>(
    lanes: L,
    from: MatrixRef,
    first: usize,
    start: &impl Fn(usize) -> usize,
    to: &mut [f32],
) {
    let rows: [&[f32]; LANES] = from_fn(|i| {
        if first + i < from.rows() {
            from.row(first + i)
        } else {
            &[]
        }
    });
    let whole = rows.map(|row| row.as_chunks::<LANES>().0);
    for block in 0..from.columns().div_ceil(LANES) {
        let mut square = [lanes.splat(0.0); LANES];
        for (i, vector) in square.iter_mut().enumerate() {
            *vector = match whole[i].get(block) {
                Some(numbers) => {
                    if let Some(ahead) = whole[i].get(block + AHEAD) {
                        lanes.prefetch(ahead.as_ptr());
                    }
                    lanes.load(numbers)
                }
                None => lanes.load_padded(&rows[i][(block * LANES).min(rows[i].len())..]),
            };
        }
        let square = lanes.transpose(square);
        let mut write = |j: usize| {
            let to = &mut to[start(block * LANES + j) + first..];
            if let Some(to) = to.first_chunk_mut() {
                lanes.store(square[j], to);
            }
        };
        // A loop of known length keeps the square in registers.
        let columns = from.columns() - block * LANES;
        if columns >= LANES {
            (0..LANES).for_each(&mut write);
        } else {
            (0..columns).for_each(&mut write);
        }
    }
}
