//! The record of a forward and a backward pass over one chunk of samples.

use std::mem::take;

use crate::kernel::dense::Below;
use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};

use super::activation::Keeps;
use super::context::Context;
use super::layer::Layer;
use super::layers::{Inputs, Recorded, Saved};
use super::loss::Predictions;
use super::{Batch, Network};

/// The activations and derivatives of a chunk, one buffer per layer; the buffers are reused by later
/// passes.
#[derive(Clone, Debug, Default)]
pub(super) struct Tape {
    pub samples: usize,
    /// `values[l]`: the output of layer `l`, after its activation.
    pub values: Vec<Vec<f32>>,
    /// `deltas[l]`: `∂f_i/∂z_l`, the derivative with respect to the output of layer `l` before its
    /// activation.
    pub deltas: Vec<Vec<f32>>,
    saved: Vec<Saved>,
    /// `z_l`, for layers whose activation needs it for its derivatives.
    preactivations: Vec<Vec<f32>>,
    /// `∂f_i/∂y_l`, for layers whose activation has a second derivative.
    output_deltas: Vec<Vec<f32>>,
}

/// Activation `read`: the network's inputs, or the output of a layer.
fn activation<'a>(values: &'a [Vec<f32>], inputs: &'a [f32], read: usize) -> &'a [f32] {
    match read.checked_sub(1) {
        None => inputs,
        Some(layer) => &values[layer],
    }
}

impl Tape {
    /// Resizes the buffers for `samples` samples.
    fn resize(&mut self, network: &Network, samples: usize) {
        let depth = network.layers.len();
        self.samples = samples;
        self.saved.resize(depth, Saved::default());
        for buffers in [
            &mut self.values,
            &mut self.deltas,
            &mut self.preactivations,
            &mut self.output_deltas,
        ] {
            buffers.resize(depth, Vec::new());
        }
        for (index, layer) in network.layers.iter().enumerate() {
            self.values[index].resize(samples * layer.output.numbers(), 0.0);
        }
    }

    /// The outputs of the network, samples × outputs.
    pub fn outputs(&self) -> &[f32] {
        self.values.last().expect("a network has a layer")
    }

    /// The input of a layer.
    pub fn read<'a>(&'a self, layer: &Layer, inputs: &'a [f32]) -> &'a [f32] {
        activation(&self.values, inputs, layer.reads)
    }

    /// The numbers from which the derivatives of the activation of layer `index` are computed.
    pub fn kept_by_activation(&self, layer: &Layer, index: usize) -> &[f32] {
        match layer.activation.keeps() {
            Keeps::Output => &self.values[index],
            Keeps::Input => &self.preactivations[index],
        }
    }

    /// The derivative with respect to the output of layer `index` after its activation; available if the
    /// activation has a second derivative.
    pub fn output_delta(&self, index: usize) -> &[f32] {
        &self.output_deltas[index]
    }

    /// What the passes recorded at layer `index`.
    pub fn recorded<'a>(
        &'a self,
        context: &Context<'a>,
        inputs: &'a [f32],
        index: usize,
    ) -> Recorded<'a> {
        let layer = &context.network().layers[index];
        Recorded {
            at: context.layer(index, self.samples),
            x: self.read(layer, inputs),
            y: &self.values[index],
            saved: &self.saved[index],
        }
    }

    /// What each layer saved, besides activations.
    pub fn saved(&self) -> &[Saved] {
        &self.saved
    }

    /// Computes all activations of the samples of `batch`.
    pub fn forward(&mut self, context: &Context<'_>, batch: &Batch<'_>) {
        self.resize(context.network(), batch.samples);
        for index in 0..context.network().layers.len() {
            self.forward_layer(context, batch.inputs, index);
        }
    }

    fn forward_layer(&mut self, context: &Context<'_>, inputs: &[f32], index: usize) {
        let layer = &context.network().layers[index];
        let operator = layer.operation.operator();
        let (below, here) = self.values.split_at_mut(index);
        let y = &mut here[0];
        let read = |from| activation(below, inputs, from);
        let x = Inputs {
            main: read(layer.reads),
            skip: operator.skip().map_or(&[], read),
        };
        let is_fused = layer.activation.is_relu() && operator.fuses_relu();
        let at = context.layer(index, self.samples);
        operator.forward(&at, x, &mut self.saved[index], is_fused, y);
        if layer.activation.keeps() == Keeps::Input {
            self.preactivations[index].clone_from(y);
        }
        if !is_fused {
            layer.activation.forward(context.isa, y);
        }
    }

    /// Computes the derivatives of the loss times `scale`, from the last layer to the first. Returns the
    /// summed loss.
    pub fn backward(&mut self, context: &Context<'_>, batch: &Batch<'_>, scale: f32) -> f64 {
        let loss = self.loss_and_gradient(context, batch, scale);
        self.propagate(context, batch.inputs);
        loss
    }

    /// Computes the derivatives of one output of every sample, from the last layer to the first.
    pub fn backward_from(&mut self, context: &Context<'_>, inputs: &[f32], output: usize) {
        let mut top = self.deltas.pop().expect("a network has a layer");
        top.clear();
        top.resize(self.outputs().len(), 0.0);
        let rows = top.chunks_exact_mut(context.network().outputs());
        rows.for_each(|row| row[output] = 1.0);
        self.deltas.push(top);
        self.propagate(context, inputs);
    }

    /// Propagates the derivatives with respect to the outputs to all layers below.
    fn propagate(&mut self, context: &Context<'_>, inputs: &[f32]) {
        let mut deltas = take(&mut self.deltas);
        for index in (0..deltas.len()).rev() {
            if context.network().requires_gradient[index + 1] {
                self.backward_layer(context, inputs, &mut deltas, index);
            }
        }
        self.deltas = deltas;
    }

    /// Computes `scale` times the derivative with respect to the outputs. Returns the summed loss.
    pub fn loss_and_gradient(
        &mut self,
        context: &Context<'_>,
        batch: &Batch<'_>,
        scale: f32,
    ) -> f64 {
        let network = context.network();
        let mut top = self.deltas.pop().expect("a network has a layer");
        top.resize(self.outputs().len(), 0.0);
        let predictions = Predictions {
            outputs: self.outputs(),
            targets: batch.targets,
            width: network.outputs(),
        };
        let loss = network
            .loss
            .value_and_gradient(context.isa, predictions, scale, &mut top);
        self.deltas.push(top);
        loss
    }

    /// Completes `deltas[index]` and propagates it to the layer's inputs.
    fn backward_layer(
        &mut self,
        context: &Context<'_>,
        inputs: &[f32],
        deltas: &mut [Vec<f32>],
        index: usize,
    ) {
        let network = context.network();
        let layer = &network.layers[index];
        let (below, here) = deltas.split_at_mut(index);
        let dy = &mut here[0];
        if layer.activation.has_second_derivative() {
            self.output_deltas[index].clone_from(dy);
        }
        let kept = self.kept_by_activation(layer, index);
        layer.activation.derivative(context.isa, kept, dy);
        let recorded = self.recorded(context, inputs, index);
        for (operand, read) in network.operands_with_gradient(index) {
            let start = network.start_of(index, read);
            let target = &mut below[read - 1];
            target.resize(self.values[read - 1].len(), 0.0);
            let operator = layer.operation.operator();
            operator.backward(&recorded, operand, dy, start, target);
        }
    }

    /// `sum ← start + Σ_i` of the gradients with respect to every parameter.
    pub fn gradient(&self, context: &Context<'_>, inputs: &[f32], start: Start, sum: &mut [f32]) {
        for (index, layer) in context.network().layers.iter().enumerate() {
            let at = context.layer(index, self.samples);
            let x = self.read(layer, inputs);
            layer.gradient(&at, x, &self.deltas[index], start, sum);
        }
    }

    /// One step of gradient descent through a dense layer of a chain: completes the derivative,
    /// propagates it, and adds the gradient product, which carries the step's factor, to the parameters.
    pub fn descend_layer(
        &mut self,
        isa: Isa,
        network: &Network,
        inputs: &[f32],
        parameters: &mut [f32],
        index: usize,
    ) {
        let layer = &network.layers[index];
        let (samples, width) = (self.samples, layer.input.numbers());
        let mut deltas = take(&mut self.deltas);
        let (below, here) = deltas.split_at_mut(index);
        let delta = MatrixRef::new(&here[0], samples, layer.output.numbers());
        let x = MatrixRef::new(self.read(layer, inputs), samples, width);
        let (before, behind) = parameters.split_at_mut(layer.bias.start);
        let weight = &mut before[layer.weight.clone()];
        let bias = &mut behind[..layer.bias.len()];
        let Some((below, layer_below)) = below.last_mut().zip(network.layers[..index].last())
        else {
            kernel::dense::descend(isa, delta, x, weight, bias, None);
            self.deltas = deltas;
            return;
        };
        below.resize(samples * width, 0.0);
        let is_fused = layer_below.activation.is_relu();
        let target = Below {
            rectified: is_fused.then_some(x),
            dx: MatrixMut::new(below, samples, width),
        };
        kernel::dense::descend(isa, delta, x, weight, bias, Some(target));
        if !is_fused {
            let kept = self.kept_by_activation(layer_below, index - 1);
            layer_below.activation.derivative(isa, kept, below);
        }
        self.deltas = deltas;
    }
}
