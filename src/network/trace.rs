//! What one pass over one chunk of samples leaves behind.

use crate::kernel::dense::Below;
use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};

use super::bilinear::Bilinear;
use super::layer::{Layer, Operation};
use super::linear::{Linear, begin};
use super::point::{Turned, Weights};
use super::standardise::Moments;
use super::{Batch, Network, Point};

/// A point with its convolution weights turned for the way back.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub isa: Isa,
    pub point: Point<'a>,
    pub weights: Weights<'a>,
}

impl<'a> Site<'a> {
    pub fn new(isa: Isa, point: Point<'a>, turned: &'a Turned) -> Self {
        let flat = point.parameters;
        Site {
            isa,
            point,
            weights: Weights { flat, turned },
        }
    }

    pub fn network(&self) -> &'a Network {
        self.point.network
    }

    pub fn bilinear(&self, index: usize, samples: usize) -> Bilinear<'a> {
        Bilinear {
            isa: self.isa,
            index,
            layer: &self.network().layers[index],
            samples,
        }
    }

    pub fn linear(&self, index: usize) -> Linear<'a> {
        Linear {
            isa: self.isa,
            layer: &self.network().layers[index],
        }
    }
}

/// Activations and derivatives of a chunk, one buffer a layer, kept from one pass to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    pub samples: usize,
    /// `values[l]`: what layer `l` gives, after its ReLU.
    pub values: Vec<Vec<f32>>,
    /// `deltas[l]`: `∂f_i/∂z_l`, the derivative by what layer `l` gives before its ReLU.
    pub deltas: Vec<Vec<f32>>,
    /// The places that a max-pool chose.
    pub places: Vec<Vec<u8>>,
    /// The moments that a layer standardised with.
    pub moments: Vec<Moments>,
}

/// Activation `read`: the inputs, or what a layer gave.
pub(super) fn activation<'a>(values: &'a [Vec<f32>], inputs: &'a [f32], read: usize) -> &'a [f32] {
    match read {
        0 => inputs,
        _ => &values[read - 1],
    }
}

/// What a shortcut adds; nothing for other layers.
pub(super) fn skipped<'a>(values: &'a [Vec<f32>], inputs: &'a [f32], layer: &Layer) -> &'a [f32] {
    match layer.operation {
        Operation::Shortcut { from, .. } => activation(values, inputs, from),
        _ => &[],
    }
}

impl Trace {
    /// Makes room for so many samples.
    pub fn resize(&mut self, network: &Network, samples: usize) {
        let depth = network.layers.len();
        self.samples = samples;
        self.values.resize(depth, Vec::new());
        self.deltas.resize(depth, Vec::new());
        self.places.resize(depth, Vec::new());
        self.moments.resize(depth, Moments::default());
        for (index, layer) in network.layers.iter().enumerate() {
            self.values[index].resize(samples * layer.output.numbers(), 0.0);
        }
    }

    /// The outputs of the network: samples × outputs.
    pub fn outputs(&self) -> &[f32] {
        self.values.last().expect("a network has a layer")
    }

    /// All activations of these samples.
    pub fn forward(&mut self, site: &Site<'_>, batch: &Batch<'_>) {
        self.resize(site.network(), batch.samples);
        for index in 0..site.network().layers.len() {
            self.forward_layer(site, batch.inputs, index);
        }
    }

    fn forward_layer(&mut self, site: &Site<'_>, inputs: &[f32], index: usize) {
        let layer = &site.network().layers[index];
        let (below, here) = self.values.split_at_mut(index);
        let y = &mut here[0];
        let x = activation(below, inputs, layer.reads);
        match &layer.operation {
            _ if layer.has_parameters() => {
                let bilinear = site.bilinear(index, self.samples);
                return bilinear.affine(x, &site.weights, layer.activation.is_relu(), y);
            }
            Operation::Standardise { epsilon, .. } => {
                let moments = &mut self.moments[index];
                match site.point.is_coupled() {
                    true => moments.measure(site.isa, x, layer.output.channels, *epsilon as f32),
                    false => {
                        let statistics = site.point.statistics;
                        let (means, variances) = (layer.means(), layer.variances());
                        moments.fix(&statistics[means], &statistics[variances], *epsilon as f32);
                    }
                }
                moments.forward(site.isa, x, y);
            }
            _ => {
                let skip = skipped(below, inputs, layer);
                site.linear(index)
                    .forward(x, skip, &mut self.places[index], y);
            }
        }
        layer.activation.forward(site.isa, y);
    }

    /// The derivatives of the loss times `scale`, from the top down, and the summed loss.
    pub fn backward(&mut self, site: &Site<'_>, batch: &Batch<'_>, scale: f32) -> f64 {
        let network = site.network();
        let loss = self.compare(site, batch, scale);
        for index in (0..network.layers.len()).rev() {
            self.backward_layer(site, index);
        }
        loss
    }

    /// `scale` times the derivative by the outputs, and the summed loss.
    pub fn compare(&mut self, site: &Site<'_>, batch: &Batch<'_>, scale: f32) -> f64 {
        let network = site.network();
        let mut top = self.deltas.pop().expect("a network has a layer");
        top.resize(self.outputs().len(), 0.0);
        let pair = (self.outputs(), batch.targets);
        let loss = network
            .loss
            .compare(site.isa, pair, network.outputs(), scale, &mut top);
        self.deltas.push(top);
        loss
    }

    /// Finishes `deltas[index]` and hands it down to what the layer reads.
    fn backward_layer(&mut self, site: &Site<'_>, index: usize) {
        let network = site.network();
        let layer = &network.layers[index];
        let (below, here) = self.deltas.split_at_mut(index);
        let y = &mut here[0];
        layer
            .activation
            .derivative(site.isa, &self.values[index], y);
        for read in layer.all_reads().filter(|&read| network.moves[read]) {
            let start = network.start_of(index, read);
            let target = &mut below[read - 1];
            target.resize(self.values[read - 1].len(), 0.0);
            match &layer.operation {
                _ if layer.has_parameters() => {
                    let bilinear = site.bilinear(index, self.samples);
                    bilinear.transposed(y, &site.weights, start, target);
                }
                Operation::Standardise { .. } => {
                    begin(start, target);
                    let normal = &self.values[index];
                    self.moments[index].project(site.isa, normal, y, target);
                }
                _ => {
                    let linear = site.linear(index);
                    linear.back(read, y, &self.places[index], start, target);
                }
            }
        }
    }

    /// `sum ← start + Σ_i` (what came back)·(what was read), for every parameter.
    pub fn gradient(&self, site: &Site<'_>, inputs: &[f32], start: Start, sum: &mut [f32]) {
        for (index, layer) in site.network().layers.iter().enumerate() {
            if layer.has_parameters() {
                let bilinear = site.bilinear(index, self.samples);
                let x = activation(&self.values, inputs, layer.reads);
                let [weight, bias] = layer.starts(start);
                bilinear.weight_gradient(x, &self.deltas[index], weight, sum);
                bilinear.bias_gradient(&self.deltas[index], bias, sum);
            }
        }
    }

    /// One step of descent through a dense layer of a chain: finishes its derivative, hands it down,
    /// and adds the gradient product, which carries the step's factor, to the parameters.
    pub fn descend_layer(
        &mut self,
        isa: Isa,
        network: &Network,
        inputs: &[f32],
        parameters: &mut [f32],
        index: usize,
    ) {
        let layer = &network.layers[index];
        let (samples, inner) = (self.samples, layer.input.numbers());
        let (below, here) = self.deltas.split_at_mut(index);
        let delta = MatrixRef::new(&here[0], samples, layer.output.numbers());
        let x = MatrixRef::new(
            activation(&self.values, inputs, layer.reads),
            samples,
            inner,
        );
        let (before, behind) = parameters.split_at_mut(layer.bias.start);
        let weight = &mut before[layer.weight.clone()];
        let bias = &mut behind[..layer.bias.len()];
        let below = below.last_mut().map(|below| {
            below.resize(samples * inner, 0.0);
            Below {
                gate: network.layers[index - 1].activation.is_relu().then_some(x),
                dx: MatrixMut::new(below, samples, inner),
            }
        });
        kernel::dense::descend(isa, delta, x, weight, bias, below);
    }
}
