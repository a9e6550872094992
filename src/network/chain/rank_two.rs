//! Directions that differ from sample to sample.
//!
//! For one sample, `H_i v` has rank two in each layer, `R∂z_i·x_iᵀ + ∂z_i·Rx_iᵀ`. It is never formed:
//! its products with `x` and `∂z` only need the row-wise dot products `x·x`, `Rx·x`, `R∂z·∂z` and
//! `∂z·∂z`.

use crate::kernel::{self, MatrixMut, MatrixRef};
use crate::network::tangent::Tangent;

use super::block::Block;

impl Block<'_> {
    /// `Rx` of layer `index`; `None` for the first layer, whose input does not move.
    fn x_tangent<'b>(&self, own: &'b Tangent, index: usize) -> Option<MatrixRef<'b>> {
        let below = index.checked_sub(1)?;
        let width = self.layers()[index].input.numbers();
        Some(self.rows(&own.values[below], width))
    }

    /// `R∂z` of layer `index`.
    fn delta_tangent<'b>(&self, own: &'b Tangent, index: usize) -> MatrixRef<'b> {
        let width = self.layers()[index].output.numbers();
        self.rows(&own.deltas[index], width)
    }

    fn row_dots(&self, a: MatrixRef, b: MatrixRef) -> Vec<f32> {
        let mut dots = vec![0.0; self.samples.len()];
        kernel::row_dots(self.isa(), a, b, &mut dots);
        dots
    }

    /// `z_i ← z_i + U_i x_i + u_{b,i} = z_i + R∂z·(x·x + 1) + ∂z·(Rx·x)`; the 1 is the input of the
    /// bias.
    pub(super) fn add_own_forward(&self, own: &Tangent, index: usize, mut z: MatrixMut) {
        let (isa, layer) = (self.isa(), &self.layers()[index]);
        let x = self.read(layer);
        let mut dots = self.row_dots(x, x);
        if !layer.bias.is_empty() {
            dots.iter_mut().for_each(|dot| *dot += 1.0);
        }
        kernel::row_axpy(isa, &dots, self.delta_tangent(own, index), z.reborrow());
        if let Some(rx) = self.x_tangent(own, index)
            && self.base.is_second_order()
        {
            kernel::row_axpy(isa, &self.row_dots(x, rx), self.delta(index), z);
        }
    }

    /// `y_i ← y_i + U_iᵀ ∂z_i = y_i + x·(R∂z·∂z) + Rx·(∂z·∂z)`.
    pub(super) fn add_own_backward(&self, own: &Tangent, index: usize, mut y: MatrixMut) {
        let (isa, layer) = (self.isa(), &self.layers()[index]);
        let delta = self.delta(index);
        let dots = self.row_dots(self.delta_tangent(own, index), delta);
        kernel::row_axpy(isa, &dots, self.read(layer), y.reborrow());
        if let Some(rx) = self.x_tangent(own, index) {
            kernel::row_axpy(isa, &self.row_dots(delta, delta), rx, y);
        }
    }
}
