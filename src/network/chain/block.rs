//! A block of consecutive samples, taken forward and backward through all layers.

use std::mem::take;
use std::ops::Range;

use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};
use crate::network::layer::Layer;
use crate::network::loss::Predictions;
use crate::network::tangent::{Base, Tangent};

/// A direction in parameter space: `shared` is common to all samples; if `own` is the tangent along v,
/// each sample i adds its own `H_i v` to it.
#[derive(Clone, Copy)]
pub(super) struct Direction<'a> {
    pub shared: &'a [f32],
    pub own: Option<&'a Tangent>,
}

/// Consecutive samples of a tangent, with the base pass that they belong to.
pub(super) struct Block<'a> {
    pub base: Base<'a>,
    pub samples: Range<usize>,
    /// `Rh_l` of these samples; `deltas` holds their `R∂z_l`.
    pub values: Vec<&'a mut [f32]>,
    pub deltas: Vec<&'a mut [f32]>,
    /// `Rz_l`, where the activation has a second derivative; elsewhere empty.
    pub preactivations: Vec<&'a mut [f32]>,
}

/// The weights of a dense layer within the vector of all parameters, outputs × inputs.
fn weights<'a>(layer: &Layer, parameters: &'a [f32]) -> MatrixRef<'a> {
    let (outputs, inputs) = (layer.output.numbers(), layer.input.numbers());
    MatrixRef::new(&parameters[layer.weight.clone()], outputs, inputs)
}

impl<'a> Block<'a> {
    pub(super) fn isa(&self) -> Isa {
        self.base.problem.context.isa
    }

    /// The weights of a layer at the base point.
    fn weights(&self, layer: &Layer) -> MatrixRef<'a> {
        weights(layer, self.base.problem.context.parameters.flat)
    }

    pub(super) fn layers(&self) -> &'a [Layer] {
        self.base.network().layers()
    }

    /// The part of `numbers`, samples × width, that belongs to these samples.
    fn share<'b>(&self, numbers: &'b [f32], width: usize) -> &'b [f32] {
        &numbers[self.samples.start * width..self.samples.end * width]
    }

    /// [`Block::share`] as a matrix.
    pub(super) fn rows<'b>(&self, numbers: &'b [f32], width: usize) -> MatrixRef<'b> {
        MatrixRef::new(self.share(numbers, width), self.samples.len(), width)
    }

    /// The input of a layer.
    pub(super) fn read(&self, layer: &Layer) -> MatrixRef<'a> {
        self.rows(self.base.read(layer), layer.input.numbers())
    }

    /// The derivative of the loss with respect to the output of layer `index`, before its activation.
    pub(super) fn delta(&self, index: usize) -> MatrixRef<'a> {
        let width = self.layers()[index].output.numbers();
        self.rows(&self.base.tape.deltas[index], width)
    }

    /// Computes the tangent.
    pub fn propagate(&mut self, direction: &Direction<'_>) {
        self.forward(direction);
        self.loss_hvp();
        self.backward(direction);
    }

    /// `Rz = Rx·W + x·V`, layer by layer.
    fn forward(&mut self, direction: &Direction<'_>) {
        let (isa, samples) = (self.isa(), self.samples.len());
        let mut values = take(&mut self.values);
        for (index, layer) in self.layers().iter().enumerate() {
            let (below, here) = values.split_at_mut(index);
            let mut z = MatrixMut::new(here[0], samples, layer.output.numbers());
            let x = self.read(layer);
            let v = weights(layer, direction.shared).transposed();
            kernel::gemm(isa, x, v, Start::Zero, z.reborrow());
            let bias = &direction.shared[layer.bias.clone()];
            if !bias.is_empty() {
                kernel::add_row(isa, bias, z.reborrow());
            }
            if let Some(rx) = below.last() {
                let rx = MatrixRef::new(rx, samples, layer.input.numbers());
                let weights = self.weights(layer).transposed();
                kernel::gemm(isa, rx, weights, Start::Accumulate, z.reborrow());
            }
            if let Some(own) = direction.own {
                self.add_own_forward(own, index, z);
            }
            if layer.activation.has_second_derivative() {
                self.preactivations[index].copy_from_slice(here[0]);
            }
            self.activation_derivative(index, here[0]);
        }
        self.values = values;
    }

    /// Multiplies `tangent` by the derivative of the activation of layer `index`.
    fn activation_derivative(&self, index: usize, tangent: &mut [f32]) {
        let layer = &self.layers()[index];
        let kept = self.base.tape.kept_by_activation(layer, index);
        let kept = self.share(kept, layer.output.numbers());
        layer.activation.derivative(self.isa(), kept, tangent);
    }

    /// `delta ← delta + σ''(z)·Rz·∂h`, where σ is the activation of layer `index`; `terms` is scratch space.
    fn add_activation_terms(&self, index: usize, terms: &mut Vec<f32>, delta: &mut [f32]) {
        let (isa, layer) = (self.isa(), &self.layers()[index]);
        let width = layer.output.numbers();
        terms.clear();
        terms.extend_from_slice(self.preactivations[index]);
        let output_delta = self.base.tape.output_delta(index);
        kernel::multiply(isa, self.share(output_delta, width), terms);
        let kept = self.base.tape.kept_by_activation(layer, index);
        let activation = layer.activation;
        activation.second_derivative(isa, self.share(kept, width), terms);
        kernel::axpy(isa, 1.0, terms, delta);
    }

    /// Multiplies the derivatives of the outputs by the Hessian of the loss with respect to the outputs.
    fn loss_hvp(&mut self) {
        let Predictions {
            outputs,
            targets,
            width,
        } = self.base.predictions();
        let predictions = Predictions {
            outputs: self.share(outputs, width),
            targets: self.share(targets, width),
            width,
        };
        let last = self.layers().len() - 1;
        self.deltas[last].copy_from_slice(self.values[last]);
        let (isa, loss) = (self.isa(), self.base.network().loss());
        loss.hvp(isa, predictions, self.deltas[last]);
    }

    /// `R∂x = R∂z·Wᵀ + ∂z·Vᵀ` with `R∂z = σ'(z)·R∂h + σ''(z)·Rz·∂h`, layer by layer from the last to the
    /// first.
    fn backward(&mut self, direction: &Direction<'_>) {
        let (isa, samples) = (self.isa(), self.samples.len());
        let mut deltas = take(&mut self.deltas);
        let mut terms = Vec::new();
        for (index, layer) in self.layers().iter().enumerate().rev() {
            let (below, here) = deltas.split_at_mut(index);
            self.activation_derivative(index, here[0]);
            if self.base.is_second_order() && layer.activation.has_second_derivative() {
                self.add_activation_terms(index, &mut terms, here[0]);
            }
            let Some(below) = below.last_mut() else {
                break;
            };
            let mut below = MatrixMut::new(below, samples, layer.input.numbers());
            let tangent = MatrixRef::new(here[0], samples, layer.output.numbers());
            kernel::gemm(
                isa,
                tangent,
                self.weights(layer),
                Start::Zero,
                below.reborrow(),
            );
            if self.base.is_second_order() {
                let delta = self.delta(index);
                let v = weights(layer, direction.shared);
                kernel::gemm(isa, delta, v, Start::Accumulate, below.reborrow());
                if let Some(own) = direction.own {
                    self.add_own_backward(own, index, below);
                }
            }
        }
        self.deltas = deltas;
    }
}
