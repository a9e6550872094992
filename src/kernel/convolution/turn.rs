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
        let (inputs, outputs) = (shape.group_inputs(), shape.group_outputs());
        let (size, side) = (inputs * outputs, shape.window.size.columns);
        let turned = |tap| rows.turned(tap / side) * side + columns.turned(tap % side);
        let places: Vec<usize> = (0..shape.window.size.area()).map(turned).collect();
        let groups = self.w.chunks(shape.group_weights());
        for (w, out) in groups.zip(self.out.chunks_mut(shape.group_weights())) {
            for (w, turned) in w.chunks(size).zip(&places) {
                let out = &mut out[turned * size..][..size];
                transpose(lanes, (w, outputs), (out, inputs));
            }
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
