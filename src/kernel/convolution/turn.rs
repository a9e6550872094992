//! The weights as the backward product reads them.

use super::shape::Shape;
use crate::kernel::lanes::{Kernel, LANES, Lanes};

/// Turns the weights on one thread.
pub(super) struct Turn<'a> {
    pub(super) shape: &'a Shape,
    pub(super) w: &'a [f32],
    pub(super) out: &'a mut [f32],
}

impl Kernel for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let shape = self.shape;
        let (rows, columns) = (shape.rows(), shape.columns());
        let size = shape.inputs * shape.outputs;
        for (tap, w) in self.w.chunks(size).enumerate() {
            let (row, column) = (tap / shape.kernel, tap % shape.kernel);
            let turned = rows.turned(row) * shape.kernel + columns.turned(column);
            let out = &mut self.out[turned * size..][..size];
            transpose(lanes, (w, shape.outputs), (out, shape.inputs));
        }
    }
}

/// Rows to columns, 16 × 16 numbers at a time. Beside each matrix the length of its rows.
#[inline(always)]
fn transpose<L: Lanes>(
    lanes: L,
    (from, width): (&[f32], usize),
    (to, height): (&mut [f32], usize),
) {
    for row in (0..height).step_by(LANES) {
        for column in (0..width).step_by(LANES) {
            let end = width.min(column + LANES);
            let mut square = [lanes.splat(0.0); LANES];
            for (i, vector) in (row..height).zip(&mut square) {
                *vector = lanes.load_padded(&from[i * width..][column..end]);
            }
            let end = height.min(row + LANES);
            for (j, vector) in (column..width).zip(lanes.transpose(square)) {
                lanes.store_cut(vector, &mut to[j * height..][row..end]);
            }
        }
    }
}
