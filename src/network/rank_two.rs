//! Directions that differ from sample to sample, in a chain of dense layers.
//!
//! `H_i v` of one sample has rank two in each layer, `R∂z_i·x_iᵀ + ∂z_i·Rx_iᵀ`, so it is never
//! formed: its products with `x` and `∂z` need only the row dots `x·x`, `Rx·x`, `R∂z·∂z` and `∂z·∂z`.

use crate::kernel::{self, MatrixMut, MatrixRef};

use super::tangent::{Base, Tangent, moved};

/// Of each sample its own `H_i v`, as the tangent along `v` that it is made of.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    pub tangent: &'a Tangent,
}

impl Own<'_> {
    /// `z_i ← z_i + U_i x_i + u_{b,i} = z_i + R∂z·(x·x + 1) + ∂z·(Rx·x)`: a bias reads a 1.
    pub fn forward(&self, base: &Base<'_>, index: usize, dots: &mut Vec<f32>, z: &mut [f32]) {
        let (isa, network) = (base.site.isa, base.site.network());
        let layer = &network.layers[index];
        let (samples, inputs) = (base.trace.samples, layer.input.numbers());
        let outputs = layer.output.numbers();
        let mut z = MatrixMut::new(z, samples, outputs);
        let read = MatrixRef::new(base.read(layer), samples, inputs);
        let back = MatrixRef::new(&self.tangent.deltas[index], samples, outputs);
        dots.resize(samples, 0.0);
        kernel::row_dots(isa, read, read, dots);
        if !layer.bias.is_empty() {
            dots.iter_mut().for_each(|dot| *dot += 1.0);
        }
        kernel::row_axpy(isa, dots, back, z.reborrow());
        let rx = moved(&self.tangent.values, network, layer.reads);
        if base.is_second_order() && !rx.is_empty() {
            kernel::row_dots(isa, read, MatrixRef::new(rx, samples, inputs), dots);
            let delta = MatrixRef::new(&base.trace.deltas[index], samples, outputs);
            kernel::row_axpy(isa, dots, delta, z);
        }
    }

    /// `y_i ← y_i + U_iᵀ ∂z_i = y_i + x·(R∂z·∂z) + Rx·(∂z·∂z)`.
    pub fn backward(&self, base: &Base<'_>, index: usize, dots: &mut Vec<f32>, y: &mut [f32]) {
        let (isa, network) = (base.site.isa, base.site.network());
        let layer = &network.layers[index];
        let (samples, inputs) = (base.trace.samples, layer.input.numbers());
        let outputs = layer.output.numbers();
        let mut y = MatrixMut::new(y, samples, inputs);
        let delta = MatrixRef::new(&base.trace.deltas[index], samples, outputs);
        let back = MatrixRef::new(&self.tangent.deltas[index], samples, outputs);
        dots.resize(samples, 0.0);
        kernel::row_dots(isa, back, delta, dots);
        let read = MatrixRef::new(base.read(layer), samples, inputs);
        kernel::row_axpy(isa, dots, read, y.reborrow());
        let rx = moved(&self.tangent.values, network, layer.reads);
        if !rx.is_empty() {
            kernel::row_dots(isa, delta, delta, dots);
            kernel::row_axpy(isa, dots, MatrixRef::new(rx, samples, inputs), y);
        }
    }
}
