//! Copies the weights into the order that the backward product reads.

use super::shape::Shape;
use crate::kernel::lanes::{Kernel, LANES, Lanes};

/// Transposes the weights on one thread.
pub(super) struct Transpose<'a> {
    pub(super) shape: &'a Shape,
    pub(super) w: &'a [f32],
    pub(super) out: &'a mut [f32],
}

impl Kernel for Transpose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let shape = self.shape;
        let (rows, columns) = (shape.rows(), shape.columns());
        let (inputs, outputs) = (shape.group_inputs(), shape.group_outputs());
        let (size, side) = (inputs * outputs, shape.window.size.columns);
        let transposed = |tap| rows.transposed(tap / side) * side + columns.transposed(tap % side);
        let places: Vec<usize> = (0..shape.window.size.area()).map(transposed).collect();
        let groups = self.w.chunks(shape.group_weights());
        for (w, out) in groups.zip(self.out.chunks_mut(shape.group_weights())) {
            for (w, transposed) in w.chunks(size).zip(&places) {
                let out = &mut out[transposed * size..][..size];
                transpose(lanes, w, outputs, out, inputs);
            }
        }
    }
}

/// Writes the transpose of `from`, with rows of `width` numbers, to `to`, with rows of `height` numbers,
/// in blocks of 16 × 16 numbers.
#[inline(always)]
fn transpose<L: Lanes>(lanes: L, from: &[f32], width: usize, to: &mut [f32], height: usize) {
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
