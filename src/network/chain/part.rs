//! Some of the samples, all the way up and all the way down.

use std::mem::take;
use std::ops::Range;

use crate::kernel::{self, MatrixMut, MatrixRef, Start};
use crate::network::layer::Layer;
use crate::network::tangent::{Base, Tangent};

use super::kept::{Kept, weights};

/// A direction among the parameters: `shared` by all samples, plus, where `own` is the tangent along v,
/// the `H_i v` that each sample has for itself.
#[derive(Clone, Copy)]
pub(super) struct Along<'a> {
    pub shared: &'a [f32],
    pub own: Option<&'a Tangent>,
}

/// Consecutive samples of a tangent, and the base pass that they go along.
pub(super) struct Part<'a> {
    pub base: Base<'a>,
    pub kept: &'a Kept,
    pub samples: Range<usize>,
    /// `Rh_l` of these samples, and `R∂z_l`.
    pub values: Vec<&'a mut [f32]>,
    pub deltas: Vec<&'a mut [f32]>,
}

impl<'a> Part<'a> {
    pub(super) fn layers(&self) -> &'a [Layer] {
        self.base.site.network().layers()
    }

    /// These samples' share of numbers that are samples × width.
    fn share<'b>(&self, numbers: &'b [f32], width: usize) -> &'b [f32] {
        &numbers[self.samples.start * width..self.samples.end * width]
    }

    /// The same as a matrix.
    pub(super) fn rows<'b>(&self, numbers: &'b [f32], width: usize) -> MatrixRef<'b> {
        MatrixRef::new(self.share(numbers, width), self.samples.len(), width)
    }

    /// What a layer reads.
    pub(super) fn read(&self, layer: &Layer) -> MatrixRef<'a> {
        self.rows(self.base.read(layer), layer.input.numbers())
    }

    /// The derivative by what layer `index` gives.
    pub(super) fn delta(&self, index: usize) -> MatrixRef<'a> {
        let width = self.layers()[index].output.numbers();
        self.rows(&self.base.trace.deltas[index], width)
    }

    /// Fills the tangent.
    pub fn follow(&mut self, along: &Along<'_>) {
        self.rise(along);
        self.turn();
        self.sink(along);
    }

    /// `Rz = Rx·W + x·V`, layer after layer.
    fn rise(&mut self, along: &Along<'_>) {
        let (isa, first, samples) = (self.base.site.isa, self.samples.start, self.samples.len());
        let mut values = take(&mut self.values);
        for (index, layer) in self.layers().iter().enumerate() {
            let (below, here) = values.split_at_mut(index);
            let mut z = MatrixMut::new(here[0], samples, layer.output.numbers());
            let x = self.kept.by_samples(index, first, self.read(layer));
            let direction = weights(layer, along.shared).transposed();
            kernel::gemm(isa, x, direction, Start::Zero, z.reborrow());
            let bias = &along.shared[layer.bias.clone()];
            if !bias.is_empty() {
                kernel::add_row(isa, bias, z.reborrow());
            }
            let kept = &self.kept.layers[index].weights;
            if let (Some(rx), Some([weights, _])) = (below.last(), kept) {
                let rx = MatrixRef::new(rx, samples, layer.input.numbers());
                let rx = self.kept.by_samples(index, first, rx);
                kernel::gemm(isa, rx, weights, Start::Accumulate, z.reborrow());
            }
            if let Some(own) = along.own {
                self.rise_by_own(own, index, z);
            }
            self.gate(index, here[0]);
        }
        self.values = values;
    }

    /// What a ReLU behind layer `index` has closed stays closed.
    fn gate(&self, index: usize, derivative: &mut [f32]) {
        let layer = &self.layers()[index];
        let kept = self.share(&self.base.trace.values[index], layer.output.numbers());
        layer
            .activation
            .derivative(self.base.site.isa, kept, derivative);
    }

    /// The derivative by the outputs.
    fn turn(&mut self) {
        let network = self.base.site.network();
        let width = network.outputs();
        let pair = [self.base.trace.outputs(), self.base.batch.targets];
        let [outputs, targets] = pair.map(|numbers| self.share(numbers, width));
        let last = self.layers().len() - 1;
        self.deltas[last].copy_from_slice(self.values[last]);
        let isa = self.base.site.isa;
        let loss = network.loss();
        loss.curve(isa, (outputs, targets), width, self.deltas[last]);
    }

    /// `R∂x = R∂z·Wᵀ + ∂z·Vᵀ`, layer after layer from the top.
    fn sink(&mut self, along: &Along<'_>) {
        let (isa, first, samples) = (self.base.site.isa, self.samples.start, self.samples.len());
        let mut deltas = take(&mut self.deltas);
        for (index, layer) in self.layers().iter().enumerate().rev() {
            let (below, here) = deltas.split_at_mut(index);
            self.gate(index, here[0]);
            let kept = &self.kept.layers[index].weights;
            let (Some(below), Some([_, weights_down])) = (below.last_mut(), kept) else {
                break;
            };
            let mut below = MatrixMut::new(below, samples, layer.input.numbers());
            let moved = MatrixRef::new(here[0], samples, layer.output.numbers());
            let moved = self.kept.by_samples(index + 1, first, moved);
            kernel::gemm(isa, moved, weights_down, Start::Zero, below.reborrow());
            if self.base.is_second_order() {
                let delta = self.kept.by_samples(index + 1, first, self.delta(index));
                let direction = weights(layer, along.shared);
                kernel::gemm(isa, delta, direction, Start::Accumulate, below.reborrow());
                if let Some(own) = along.own {
                    self.sink_by_own(own, index, below);
                }
            }
        }
        self.deltas = deltas;
    }
}
