//! Forward, backward, and one step of descent.

use crate::kernel::{self, Below, Isa, MatrixMut, MatrixRef, Start};

use super::Fnn;

/// Samples and their targets, one row each.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// samples × features.
    pub inputs: &'a [f32],
    /// samples × outputs.
    pub targets: &'a [f32],
    /// Number of samples.
    pub samples: usize,
}

/// What one pass through the network leaves behind: activations `h_l` and, after
/// [`Pass::backward`], the per-sample derivatives `δ_l = ∂f_i/∂z_l`, each samples × width.
/// The buffers are kept from one pass to the next.
#[derive(Clone, Debug)]
pub struct Pass {
    isa: Isa,
    samples: usize,
    hidden: Vec<Vec<f32>>,
    deltas: Vec<Vec<f32>>,
}

impl Pass {
    /// Empty buffers for a network.
    pub fn new(isa: Isa, network: &Fnn) -> Self {
        Pass {
            isa,
            samples: 0,
            hidden: vec![Vec::new(); network.depth()],
            deltas: vec![Vec::new(); network.depth()],
        }
    }

    /// Number of samples of the last pass.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The outputs of the last pass: samples × outputs.
    pub fn outputs(&self) -> &[f32] {
        self.hidden.last().expect("a network has a layer")
    }

    /// `h_l` after layer `layer` (after ReLU, but for the last): samples × outputs of the layer.
    pub(super) fn hidden(&self, layer: usize) -> &[f32] {
        &self.hidden[layer]
    }

    /// `δ_l` of layer `layer`: samples × outputs of the layer.
    pub(super) fn delta(&self, layer: usize) -> &[f32] {
        &self.deltas[layer]
    }

    /// What layer `layer` read: the batch's inputs or the activations below.
    pub(super) fn read_by<'a>(
        &'a self,
        network: &Fnn,
        batch: &Batch<'a>,
        layer: usize,
    ) -> MatrixRef<'a> {
        let data = match layer {
            0 => batch.inputs,
            _ => &self.hidden[layer - 1],
        };
        MatrixRef::new(data, self.samples, network.layers()[layer].inputs)
    }

    /// `h_l = relu(h_{l−1}·W_lᵀ + b_l)`, the last layer without relu.
    pub fn forward(&mut self, network: &Fnn, parameters: &[f32], batch: &Batch<'_>) {
        self.samples = batch.samples;
        let last = network.depth() - 1;
        for (index, layer) in network.layers().iter().enumerate() {
            let mut output = std::mem::take(&mut self.hidden[index]);
            output.resize(batch.samples * layer.outputs, 0.0);
            let read = self.read_by(network, batch, index);
            let weights = layer.weights(parameters);
            let bias = &parameters[layer.bias.clone()];
            let z = MatrixMut::new(&mut output, batch.samples, layer.outputs);
            kernel::affine(self.isa, read, weights, bias, index < last, z);
            self.hidden[index] = output;
        }
    }

    /// Writes `scale·(o − y)` over the top derivative and gives the batch's loss
    /// `(1/(samples·c))·Σ‖o_i − y_i‖²`. With `scale = 2/c` the top derivative is `∂f_i/∂o`.
    pub fn compare(&mut self, network: &Fnn, batch: &Batch<'_>, scale: f32) -> f64 {
        let last = network.depth() - 1;
        let residual = &mut self.deltas[last];
        residual.clone_from(&self.hidden[last]);
        kernel::axpy(self.isa, -1.0, batch.targets, residual);
        let squares = kernel::dot_wide(self.isa, residual, residual);
        kernel::scale(self.isa, scale, residual);
        squares / (batch.samples * network.outputs()) as f64
    }

    /// `δ_{l−1} = relu'(h_{l−1}) ⊙ (δ_l·W_l)` for the layer above `layer`, from the top downwards.
    fn backward_through(&mut self, network: &Fnn, parameters: &[f32], above: usize) {
        let layer = &network.layers()[above];
        let (below, here) = self.deltas.split_at_mut(above);
        let below = &mut below[above - 1];
        below.resize(self.samples * layer.inputs, 0.0);
        let delta = MatrixRef::new(&here[0], self.samples, layer.outputs);
        let hidden = &self.hidden[above - 1];
        let below = Below {
            gate: Some(MatrixRef::new(hidden, self.samples, layer.inputs)),
            dx: MatrixMut::new(below, self.samples, layer.inputs),
        };
        kernel::backward(self.isa, delta, layer.weights(parameters), below);
    }

    /// All derivatives `δ_l = ∂f_i/∂z_l` after [`Pass::forward`], and the loss.
    pub fn backward(&mut self, network: &Fnn, parameters: &[f32], batch: &Batch<'_>) -> f64 {
        let loss = self.compare(network, batch, 2.0 / network.outputs() as f32);
        for above in (1..network.depth()).rev() {
            self.backward_through(network, parameters, above);
        }
        loss
    }

    /// The batch's loss and its gradient `(1/samples)·Σ_i ∇f_i`, after [`Pass::forward`].
    pub fn gradient(
        &mut self,
        network: &Fnn,
        parameters: &[f32],
        batch: &Batch<'_>,
        gradient: &mut [f32],
    ) -> f64 {
        let loss = self.backward(network, parameters, batch);
        for (index, layer) in network.layers().iter().enumerate() {
            let delta = MatrixRef::new(&self.deltas[index], self.samples, layer.outputs);
            let read = self.read_by(network, batch, index);
            let (weights, bias) = layer.parts_mut(gradient);
            kernel::weight_gradient(self.isa, delta, read, Start::Zero, weights, bias);
        }
        kernel::scale(self.isa, 1.0 / batch.samples as f32, gradient);
        loss
    }

    /// One step `w ← w − η·(1/samples)·Σ_i ∇f_i`; gives the batch's loss before the step.
    ///
    /// The factor `−η/samples` rides on the top derivative, through which everything below is
    /// linear, so each layer's gradient product accumulates straight into its weights.
    pub fn descend(
        &mut self,
        network: &Fnn,
        parameters: &mut [f32],
        batch: &Batch<'_>,
        learning_rate: f32,
    ) -> f64 {
        self.forward(network, parameters, batch);
        let per_output = 2.0 / network.outputs() as f32;
        let factor = -learning_rate / batch.samples as f32;
        let loss = self.compare(network, batch, factor * per_output);
        for index in (0..network.depth()).rev() {
            self.descend_layer(network, parameters, batch, index);
        }
        loss
    }

    /// The step of one layer, and the derivative below it.
    fn descend_layer(
        &mut self,
        network: &Fnn,
        parameters: &mut [f32],
        batch: &Batch<'_>,
        index: usize,
    ) {
        let layer = &network.layers()[index];
        let (below, here) = self.deltas.split_at_mut(index);
        let delta = MatrixRef::new(&here[0], self.samples, layer.outputs);
        let read = match index {
            0 => batch.inputs,
            _ => &self.hidden[index - 1],
        };
        let read = MatrixRef::new(read, self.samples, layer.inputs);
        let below = below.last_mut().map(|below| {
            below.resize(self.samples * layer.inputs, 0.0);
            Below {
                gate: Some(read),
                dx: MatrixMut::new(below, self.samples, layer.inputs),
            }
        });
        let (weights, bias) = layer.parts_mut(parameters);
        kernel::descend(self.isa, delta, read, weights, bias, below);
    }

    /// The share of samples whose largest output is their target's, in [0, 1].
    pub fn accuracy(&self, network: &Fnn, batch: &Batch<'_>) -> f64 {
        let width = network.outputs();
        let rows = self.outputs().chunks_exact(width);
        let hits = rows
            .zip(batch.targets.chunks_exact(width))
            .filter(|(output, target)| largest(output) == largest(target))
            .count();
        hits as f64 / batch.samples as f64
    }
}

/// The place of the first largest entry.
fn largest(row: &[f32]) -> usize {
    (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
}
