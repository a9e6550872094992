//! Hessian-vector products by forward mode over reverse mode: the directional derivative of a forward
//! and a backward pass.
//!
//! Let the parameters be `w + t·v` and R the derivative with respect to `t` at 0. The forward pass
//! computes `Rh` (jvp) and the backward pass `R∂z`; `R∂W`, summed over the samples, is the product
//! `H v`. Each layer contributes its own terms ([`super::layers`]), and so does each activation σ:
//!
//! ```text
//! Rh = σ'(z)·Rz,     R∂z = σ'(z)·R∂h + σ''(z)·Rz·∂h
//! ```
//!
//! Dropping every term with a second derivative, except that of the loss, gives the Gauss–Newton
//! product. [`super::chain`] does the same for a chain of dense layers, whose samples are processed
//! independently.

use crate::kernel::{self, Start};

use super::context::{Context, Parameters};
use super::layer::Layer;
use super::layers::{Inputs, SecondOrder, Straight};
use super::loss::Predictions;
use super::tape::Tape;
use super::{Batch, CurvatureMatrix, Network};

/// What is differentiated twice: a point, its samples, and the curvature matrix in question.
#[derive(Clone, Copy)]
pub(super) struct Problem<'a> {
    pub context: Context<'a>,
    pub batch: Batch<'a>,
    pub matrix: CurvatureMatrix,
}

/// A problem whose base pass has been computed.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub problem: Problem<'a>,
    pub tape: &'a Tape,
}

impl<'a> Problem<'a> {
    /// Pairs the problem with the base pass over all of its samples.
    pub fn with<'b>(self, tape: &'b Tape) -> Base<'b>
    where
        'a: 'b,
    {
        Base {
            problem: self,
            tape,
        }
    }
}

impl<'a> Base<'a> {
    pub fn network(&self) -> &'a Network {
        self.problem.context.network()
    }

    /// The input of layer `layer`.
    pub fn read(&self, layer: &Layer) -> &'a [f32] {
        self.tape.read(layer, self.problem.batch.inputs)
    }

    /// The outputs of the network, with the targets.
    pub fn predictions(&self) -> Predictions<'a> {
        Predictions {
            outputs: self.tape.outputs(),
            targets: self.problem.batch.targets,
            width: self.network().outputs(),
        }
    }

    pub fn is_second_order(&self) -> bool {
        match self.problem.matrix {
            CurvatureMatrix::Hessian => true,
            CurvatureMatrix::GaussNewton => false,
        }
    }
}

/// The derivatives `Rh_l` and `R∂z_l` of the two passes along one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Tangent {
    pub values: Vec<Vec<f32>>,
    pub deltas: Vec<Vec<f32>>,
    /// `Rz_l`, where the activation has a second derivative.
    pub preactivations: Vec<Vec<f32>>,
    /// `σ''(z)·Rz·∂h` of one layer.
    terms: Vec<f32>,
}

/// The derivative of activation `read`; empty if the activation does not depend on the parameters.
fn tangent_of<'a>(values: &'a [Vec<f32>], network: &Network, read: usize) -> &'a [f32] {
    if network.requires_gradient[read] {
        &values[read - 1]
    } else {
        &[]
    }
}

impl Tangent {
    /// Computes the tangent along a direction.
    pub fn propagate(&mut self, base: &Base<'_>, direction: Parameters<'_>) {
        self.forward(base, direction);
        self.loss_hvp(base);
        for index in (0..base.network().layers.len()).rev() {
            if base.network().requires_gradient[index + 1] {
                self.backward_layer(base, direction, index);
            }
        }
    }

    /// Computes only the values `Rh_l`.
    fn forward(&mut self, base: &Base<'_>, direction: Parameters<'_>) {
        let network = base.network();
        let depth = network.layers.len();
        for buffers in [&mut self.values, &mut self.deltas, &mut self.preactivations] {
            buffers.resize(depth, Vec::new());
        }
        for index in 0..depth {
            if network.requires_gradient[index + 1] {
                self.forward_layer(base, direction, index);
            }
        }
    }

    fn forward_layer(&mut self, base: &Base<'_>, direction: Parameters<'_>, index: usize) {
        let (context, tape, network) = (&base.problem.context, base.tape, base.network());
        let layer = &network.layers[index];
        let operator = layer.operation.operator();
        let (below, here) = self.values.split_at_mut(index);
        let rz = &mut here[0];
        rz.resize(tape.values[index].len(), 0.0);
        let read = |from| tangent_of(below, network, from);
        let rx = Inputs {
            main: read(layer.reads),
            skip: operator.skip().map_or(&[], read),
        };
        let recorded = tape.recorded(context, base.problem.batch.inputs, index);
        operator.jvp(&recorded, rx, direction.of(network, index), rz);
        if layer.activation.has_second_derivative() {
            self.preactivations[index].clone_from(rz);
        }
        let kept = tape.kept_by_activation(layer, index);
        layer.activation.derivative(context.isa, kept, rz);
    }

    /// Multiplies the derivatives of the outputs by the Hessian of the loss with respect to the outputs.
    fn loss_hvp(&mut self, base: &Base<'_>) {
        let network = base.network();
        let top = network.layers.len() - 1;
        self.deltas[top].clone_from(&self.values[top]);
        let isa = base.problem.context.isa;
        network
            .loss
            .hvp(isa, base.predictions(), &mut self.deltas[top]);
    }

    /// Completes `R∂z` of layer `index` and propagates it to the layer's inputs.
    fn backward_layer(&mut self, base: &Base<'_>, direction: Parameters<'_>, index: usize) {
        let (context, tape, network) = (&base.problem.context, base.tape, base.network());
        let layer = &network.layers[index];
        let operator = layer.operation.operator();
        let kept = tape.kept_by_activation(layer, index);
        layer
            .activation
            .derivative(context.isa, kept, &mut self.deltas[index]);
        if base.is_second_order() && self.fill_activation_terms(base, index) {
            kernel::axpy(context.isa, 1.0, &self.terms, &mut self.deltas[index]);
        }
        let (below, here) = self.deltas.split_at_mut(index);
        let recorded = tape.recorded(context, base.problem.batch.inputs, index);
        for (operand, read) in network.operands_with_gradient(index) {
            let start = network.start_of(index, read);
            let target = &mut below[read - 1];
            target.resize(tape.values[read - 1].len(), 0.0);
            if base.is_second_order() {
                let second = SecondOrder {
                    delta: &tape.deltas[index],
                    x_tangent: tangent_of(&self.values, network, layer.reads),
                    y_tangent: &self.values[index],
                    delta_tangent: &here[0],
                    direction: direction.of(network, index),
                };
                operator.hvp_backward(&recorded, second, operand, start, target);
            } else {
                operator.backward(&recorded, operand, &here[0], start, target);
            }
        }
    }

    /// Writes `σ''(z)·Rz·∂h` of layer `index` into `terms`; returns false if the activation has no such
    /// term.
    fn fill_activation_terms(&mut self, base: &Base<'_>, index: usize) -> bool {
        let (isa, layer) = (base.problem.context.isa, &base.network().layers[index]);
        if !layer.activation.has_second_derivative() {
            return false;
        }
        self.terms.clone_from(&self.preactivations[index]);
        kernel::multiply(isa, base.tape.output_delta(index), &mut self.terms);
        let kept = base.tape.kept_by_activation(layer, index);
        layer
            .activation
            .second_derivative(isa, kept, &mut self.terms);
        true
    }

    /// `sum ← start + H v`: `R∂W` and `R∂b`, summed over the samples, for every parameter.
    pub fn add_hvp(&self, base: &Base<'_>, start: Start, sum: &mut [f32]) {
        let (context, tape, network) = (&base.problem.context, base.tape, base.network());
        for (index, layer) in network.layers.iter().enumerate() {
            let at = context.layer(index, tape.samples);
            layer.gradient(&at, base.read(layer), &self.deltas[index], start, sum);
            let rx = tangent_of(&self.values, network, layer.reads);
            let operator = layer.operation.operator();
            let has_product = layer.has_parameters() && operator.weight_multiplies();
            if base.is_second_order() && has_product && !rx.is_empty() {
                let (delta, sum) = (&tape.deltas[index], &mut sum[layer.weight.clone()]);
                operator.weight_gradient(&at, rx, delta, Start::Accumulate, sum);
            }
        }
    }

    /// Appends `vᵀH_i v`, along a direction `v`, for each sample to `quotients`:
    ///
    /// ```text
    /// vᵀH_i v = Roᵀ·(∂²f_i/∂o²)·Ro + Σ_l (∂z_lᵀ·S_l + Rz_lᵀ·(σ''(z_l)·Rz_l·∂h_l))
    /// ```
    ///
    /// where `S_l` is what `R²z_l` has besides `J_l·R²x_l`: `2·Rx_l·V_l` in a layer with parameters, and
    /// zero in all others that are linear. For the Gauss–Newton matrix the whole sum is dropped. The
    /// samples must not be coupled.
    pub fn sample_quotients(
        &mut self,
        base: &Base<'_>,
        direction: Parameters<'_>,
        quotients: &mut Vec<f64>,
    ) {
        let (tape, network) = (base.tape, base.network());
        self.forward(base, direction);
        self.loss_hvp(base);
        let first = quotients.len();
        quotients.resize(first + tape.samples, 0.0);
        let quotients = &mut quotients[first..];
        let top = network.layers.len() - 1;
        add_dots(base, &self.values[top], &self.deltas[top], 1.0, quotients);
        if !base.is_second_order() {
            return;
        }
        for (index, layer) in network.layers.iter().enumerate() {
            let rx = tangent_of(&self.values, network, layer.reads);
            let operator = layer.operation.operator();
            if (layer.has_parameters() || operator.is_curved()) && !rx.is_empty() {
                let half = &mut self.deltas[index];
                half.clear();
                half.resize(tape.values[index].len(), 0.0);
                let inputs = base.problem.batch.inputs;
                let recorded = tape.recorded(&base.problem.context, inputs, index);
                let straight = Straight {
                    x_tangent: rx,
                    y_tangent: &self.values[index],
                    direction: direction.of(network, index),
                };
                operator.add_second_derivative(&recorded, straight, half);
                add_dots(base, &tape.deltas[index], half, 2.0, quotients);
            }
            if network.requires_gradient[index + 1] && self.fill_activation_terms(base, index) {
                add_dots(
                    base,
                    &self.preactivations[index],
                    &self.terms,
                    1.0,
                    quotients,
                );
            }
        }
    }
}

/// `sums_i ← sums_i + factor·x_i·y_i`, one dot product per sample.
fn add_dots(base: &Base<'_>, x: &[f32], y: &[f32], factor: f64, sums: &mut [f64]) {
    let width = x.len() / base.tape.samples;
    let rows = x.chunks_exact(width).zip(y.chunks_exact(width));
    for (sum, (x, y)) in sums.iter_mut().zip(rows) {
        *sum += factor * kernel::dot_wide(base.problem.context.isa, x, y);
    }
}
