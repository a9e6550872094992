//! The directional derivative of a pass.
//!
//! Along parameters `w + t·u_i`, where the direction may differ from sample to sample:
//!
//! ```text
//! u_i = V + (Rδ_i·h_iᵀ + δ_i·Rh_iᵀ)          per layer; V shared, the rest of rank two
//! Rz_l     = Rh_{l−1}·W_lᵀ + U_{l,i} h_{l−1,i} + u_b,      Rh_l = relu'(h_l) ⊙ Rz_l
//! Rδ_{l−1} = relu'(h_{l−1}) ⊙ (Rδ_l·W_l + U_{l,i}ᵀ δ_{l,i})
//! ```
//!
//! The rank-two part is what `H_i v` is made of, layer by layer, so it is never formed: its
//! products need only the row dots `h·h`, `Rh·h`, `Rδ·δ` and `δ·δ`.

use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};

use super::fnn::Layer;
use super::{Batch, Fnn, Pass};

/// The derivatives `Rh_l` and `Rδ_l` of a pass along one direction, each samples × width.
#[derive(Clone, Debug)]
pub(super) struct Tangent {
    hidden: Vec<Vec<f32>>,
    deltas: Vec<Vec<f32>>,
    dots: Vec<f32>,
}

/// A point of the network's loss whose pass is known, with the second-order terms switched on
/// (Hessian) or off (Gauss–Newton).
pub(super) struct Point<'a> {
    pub isa: Isa,
    pub network: &'a Fnn,
    pub parameters: &'a [f32],
    pub batch: Batch<'a>,
    pub pass: Pass,
    pub second_order: bool,
}

/// The direction of a tangent: `shared` for every sample, plus the rank-two `H_i v` of `sample`.
pub(super) struct Direction<'a> {
    pub shared: &'a [f32],
    pub sample: Option<&'a Tangent>,
}

impl Tangent {
    /// Buffers for `samples` samples.
    pub fn new(network: &Fnn, samples: usize) -> Self {
        let buffers = || {
            let widths = network.layers().iter().map(|layer| layer.outputs);
            widths.map(|width| vec![0.0; samples * width]).collect()
        };
        Tangent {
            hidden: buffers(),
            deltas: buffers(),
            dots: vec![0.0; samples],
        }
    }

    /// Fills the tangent along a direction.
    pub fn follow(&mut self, point: &Point<'_>, direction: &Direction<'_>) {
        for index in 0..point.network.depth() {
            self.forward(point, direction, index);
        }
        let top = point.network.depth() - 1;
        self.deltas[top].clone_from(&self.hidden[top]);
        let per_output = 2.0 / point.network.outputs() as f32;
        kernel::scale(point.isa, per_output, &mut self.deltas[top]);
        for above in (1..point.network.depth()).rev() {
            self.backward(point, direction, above);
        }
    }

    fn forward(&mut self, point: &Point<'_>, direction: &Direction<'_>, index: usize) {
        let Point { isa, pass, .. } = point;
        let (isa, layer) = (*isa, &point.network.layers()[index]);
        let (below, here) = self.hidden.split_at_mut(index);
        let output = &mut here[0];
        let mut z = MatrixMut::new(output, pass.samples(), layer.outputs);
        let read = point.read_by(index);
        let shared = layer.weights(direction.shared).transposed();
        kernel::gemm(isa, read, shared, Start::Zero, z.reborrow());
        kernel::add_row(isa, &direction.shared[layer.bias.clone()], z.reborrow());
        if let Some(below) = below.last() {
            let moved = MatrixRef::new(below, pass.samples(), layer.inputs);
            let weights = layer.weights(point.parameters).transposed();
            kernel::gemm(isa, moved, weights, Start::Accumulate, z.reborrow());
        }
        if let Some(sample) = direction.sample {
            // U h + u_b = Rδ·(h·h + 1) + δ·(Rh·h): the bias reads a constant 1.
            kernel::row_dots(isa, read, read, &mut self.dots);
            self.dots.iter_mut().for_each(|dot| *dot += 1.0);
            kernel::row_axpy(isa, &self.dots, sample.delta(point, index), z.reborrow());
            if point.second_order && index > 0 {
                let moved = MatrixRef::new(&sample.hidden[index - 1], pass.samples(), layer.inputs);
                kernel::row_dots(isa, read, moved, &mut self.dots);
                kernel::row_axpy(isa, &self.dots, point.delta(index), z.reborrow());
            }
        }
        if index + 1 < point.network.depth() {
            kernel::gate(isa, pass.hidden(index), output);
        }
    }

    fn backward(&mut self, point: &Point<'_>, direction: &Direction<'_>, above: usize) {
        let (isa, layer) = (point.isa, &point.network.layers()[above]);
        let samples = point.pass.samples();
        let (below, here) = self.deltas.split_at_mut(above);
        let moved = MatrixRef::new(&here[0], samples, layer.outputs);
        let target = below.last_mut().expect("a layer below the top");
        let mut sum = MatrixMut::new(target, samples, layer.inputs);
        let weights = layer.weights(point.parameters);
        kernel::gemm(isa, moved, weights, Start::Zero, sum.reborrow());
        if point.second_order {
            let delta = point.delta(above);
            let shared = layer.weights(direction.shared);
            kernel::gemm(isa, delta, shared, Start::Accumulate, sum.reborrow());
            if let Some(sample) = direction.sample {
                // Uᵀδ = h·(Rδ·δ) + Rh·(δ·δ)
                let read = point.read_by(above);
                kernel::row_dots(isa, sample.delta(point, above), delta, &mut self.dots);
                kernel::row_axpy(isa, &self.dots, read, sum.reborrow());
                let moved = MatrixRef::new(&sample.hidden[above - 1], samples, layer.inputs);
                kernel::row_dots(isa, delta, delta, &mut self.dots);
                kernel::row_axpy(isa, &self.dots, moved, sum.reborrow());
            }
        }
        kernel::gate(isa, point.pass.hidden(above - 1), target);
    }

    /// `(1/samples)·Σ_i H_i u_i`: per layer `Rδᵀ·h + δᵀ·Rh`, and `Σ_i Rδ_i` for the bias.
    pub fn collect(&self, point: &Point<'_>, product: &mut [f32]) {
        for (index, layer) in point.network.layers().iter().enumerate() {
            self.collect_layer(point, index, layer, product);
        }
        let share = 1.0 / point.pass.samples() as f32;
        kernel::scale(point.isa, share, product);
    }

    fn collect_layer(&self, point: &Point<'_>, index: usize, layer: &Layer, product: &mut [f32]) {
        let (isa, moved) = (point.isa, self.delta(point, index));
        let weight = &mut product[layer.weight.clone()];
        let mut sum = MatrixMut::new(weight, layer.outputs, layer.inputs);
        let read = point.read_by(index);
        kernel::gemm(isa, moved.transposed(), read, Start::Zero, sum.reborrow());
        if point.second_order && index > 0 {
            let below = &self.hidden[index - 1];
            let read = MatrixRef::new(below, point.pass.samples(), layer.inputs);
            let delta = point.delta(index).transposed();
            kernel::gemm(isa, delta, read, Start::Accumulate, sum);
        }
        let bias = &mut product[layer.bias.clone()];
        kernel::column_sums(isa, moved, Start::Zero, bias);
    }

    /// `Rδ_l` as samples × outputs.
    fn delta(&self, point: &Point<'_>, index: usize) -> MatrixRef<'_> {
        let width = point.network.layers()[index].outputs;
        MatrixRef::new(&self.deltas[index], point.pass.samples(), width)
    }
}

impl<'a> Point<'a> {
    /// What layer `index` read: samples × inputs.
    fn read_by(&self, index: usize) -> MatrixRef<'_> {
        self.pass.read_by(self.network, &self.batch, index)
    }

    /// `δ_l` as samples × outputs.
    fn delta(&self, index: usize) -> MatrixRef<'_> {
        let width = self.network.layers()[index].outputs;
        MatrixRef::new(self.pass.delta(index), self.pass.samples(), width)
    }
}
