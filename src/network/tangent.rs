//! The directional derivative of a pass.
//!
//! Along parameters `w + t·v`, `R` being the derivative by `t` at 0, a layer that is linear in its
//! input and in its weights gives
//!
//! ```text
//! Rz  = Rx·W + x·V,     R∂x = R∂z·Wᵀ + ∂z·Vᵀ,     R∂W = xᵀ·R∂z + Rxᵀ·∂z
//! ```
//!
//! and a ReLU opens the same gates for all of them. [`super::chain`] does the same for a chain of dense
//! layers, whose samples go their ways alone.

use crate::kernel::{self, Start};

use super::layer::{Layer, Operation};
use super::linear::begin;
use super::point::Weights;
use super::standardise::Bend;
use super::trace::{Site, Trace, activation, skipped};
use super::{Batch, CurvatureMatrix, Network};

/// The derivatives `Rh_l` and `R∂z_l` of a pass along one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Tangent {
    pub values: Vec<Vec<f32>>,
    pub deltas: Vec<Vec<f32>>,
}

/// A base pass over a chunk, and which matrix is meant.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub site: Site<'a>,
    pub trace: &'a Trace,
    pub batch: Batch<'a>,
    pub matrix: CurvatureMatrix,
}

impl<'a> Base<'a> {
    /// What layer `layer` read.
    pub fn read(&self, layer: &Layer) -> &'a [f32] {
        activation(&self.trace.values, self.batch.inputs, layer.reads)
    }

    pub fn is_second_order(&self) -> bool {
        self.matrix == CurvatureMatrix::Hessian
    }
}

/// `R` of activation `read`; empty where it does not depend on the parameters.
fn moved<'a>(values: &'a [Vec<f32>], network: &Network, read: usize) -> &'a [f32] {
    match network.moves[read] {
        true => &values[read - 1],
        false => &[],
    }
}

impl Tangent {
    /// Fills the tangent along a direction.
    pub fn follow(&mut self, base: &Base<'_>, direction: Weights<'_>) {
        self.rise(base, direction);
        self.top(base);
        for index in (0..base.site.network().layers.len()).rev() {
            self.backward(base, direction, index);
        }
    }

    /// Fills the values `Rh_l` alone.
    fn rise(&mut self, base: &Base<'_>, direction: Weights<'_>) {
        let network = base.site.network();
        let depth = network.layers.len();
        self.values.resize(depth, Vec::new());
        self.deltas.resize(depth, Vec::new());
        for index in 0..depth {
            if network.moves[index + 1] {
                self.forward(base, direction, index);
            }
        }
    }

    /// Appends `vᵀH_i v` of each sample along a direction `v` to `quotients`:
    ///
    /// ```text
    /// vᵀH_i v = Roᵀ·(∂²f_i/∂o²)·Ro + 2·Σ_l ∂z_lᵀ·(Rx_l·V_l)
    /// ```
    ///
    /// over the layers with parameters; the Gauss–Newton matrix has the first term alone. This is
    /// the second derivative of `f_i` along `v`, since `R²z_l = R²x_l·W_l + 2·Rx_l·V_l` and the
    /// other layers are linear. The samples must not be coupled.
    pub fn quotients(&mut self, base: &Base<'_>, direction: Weights<'_>, quotients: &mut Vec<f64>) {
        let (site, trace) = (&base.site, base.trace);
        let network = site.network();
        self.rise(base, direction);
        self.top(base);
        let first = quotients.len();
        quotients.resize(first + trace.samples, 0.0);
        let quotients = &mut quotients[first..];
        let top = network.layers.len() - 1;
        add_dots(base, &self.values[top], &self.deltas[top], 1.0, quotients);
        for (index, layer) in network.layers.iter().enumerate() {
            let rx = moved(&self.values, network, layer.reads);
            if !base.is_second_order() || !layer.has_parameters() || rx.is_empty() {
                continue;
            }
            let bent = &mut self.deltas[index];
            bent.clear();
            bent.resize(trace.values[index].len(), 0.0);
            site.bilinear(index, trace.samples)
                .add(rx, &direction, bent);
            add_dots(base, &trace.deltas[index], bent, 2.0, quotients);
        }
    }

    fn top(&mut self, base: &Base<'_>) {
        let network = base.site.network();
        let top = network.layers.len() - 1;
        self.deltas[top].clone_from(&self.values[top]);
        let pair = (base.trace.outputs(), base.batch.targets);
        let outputs = network.outputs();
        network
            .loss
            .curve(base.site.isa, pair, outputs, &mut self.deltas[top]);
    }

    fn forward(&mut self, base: &Base<'_>, direction: Weights<'_>, index: usize) {
        let (site, trace) = (&base.site, base.trace);
        let layer = &site.network().layers[index];
        let (below, here) = self.values.split_at_mut(index);
        let z = &mut here[0];
        z.resize(trace.values[index].len(), 0.0);
        let rx = moved(below, site.network(), layer.reads);
        match &layer.operation {
            _ if layer.has_parameters() => {
                let bilinear = site.bilinear(index, trace.samples);
                bilinear.affine(base.read(layer), &direction, false, z);
                if !rx.is_empty() {
                    bilinear.add(rx, &site.weights, z);
                }
            }
            Operation::Standardise { .. } => {
                z.fill(0.0);
                let normal = &trace.values[index];
                trace.moments[index].project(site.isa, normal, rx, z);
            }
            _ => {
                let skip = match layer.operation {
                    Operation::Shortcut { from, .. } if !site.network().moves[from] => &[],
                    _ => skipped(below, &[], layer),
                };
                site.linear(index).again(rx, skip, &trace.places[index], z);
            }
        }
        layer
            .activation
            .derivative(site.isa, &trace.values[index], z);
    }

    /// Finishes `R∂z` of layer `index` and hands it down to what the layer reads.
    fn backward(&mut self, base: &Base<'_>, direction: Weights<'_>, index: usize) {
        let (site, trace) = (&base.site, base.trace);
        let network = site.network();
        let layer = &network.layers[index];
        let (below, here) = self.deltas.split_at_mut(index);
        let y = &mut here[0];
        layer
            .activation
            .derivative(site.isa, &trace.values[index], y);
        for read in layer.all_reads().filter(|&read| network.moves[read]) {
            let start = network.start_of(index, read);
            let target = &mut below[read - 1];
            target.resize(trace.values[read - 1].len(), 0.0);
            match &layer.operation {
                _ if layer.has_parameters() => {
                    let bilinear = site.bilinear(index, trace.samples);
                    bilinear.transposed(y, &site.weights, start, target);
                    if base.is_second_order() {
                        let (delta, again) = (&trace.deltas[index], Start::Accumulate);
                        bilinear.transposed(delta, &direction, again, target);
                    }
                }
                Operation::Standardise { .. } => {
                    begin(start, target);
                    standardise(base, &self.values, y, index, target);
                }
                _ => {
                    let linear = site.linear(index);
                    linear.back(read, y, &trace.places[index], start, target);
                }
            }
        }
    }

    /// The sums over the samples of `R∂W` and `R∂b`, for every parameter.
    pub fn collect(&self, base: &Base<'_>, start: Start, sum: &mut [f32]) {
        let (site, trace) = (&base.site, base.trace);
        for (index, layer) in site.network().layers.iter().enumerate() {
            if !layer.has_parameters() {
                continue;
            }
            let bilinear = site.bilinear(index, trace.samples);
            let [weight, bias] = layer.starts(start);
            bilinear.weight_gradient(base.read(layer), &self.deltas[index], weight, sum);
            bilinear.bias_gradient(&self.deltas[index], bias, sum);
            let rx = moved(&self.values, site.network(), layer.reads);
            if base.is_second_order() && !rx.is_empty() {
                let delta = &trace.deltas[index];
                bilinear.weight_gradient(rx, delta, Start::Accumulate, sum);
            }
        }
    }
}

/// `sums_i ← sums_i + factor·x_i·y_i`, one dot product a sample.
fn add_dots(base: &Base<'_>, x: &[f32], y: &[f32], factor: f64, sums: &mut [f64]) {
    let width = x.len() / base.trace.samples;
    let rows = x.chunks_exact(width).zip(y.chunks_exact(width));
    for (sum, (x, y)) in sums.iter_mut().zip(rows) {
        *sum += factor * kernel::dot_wide(base.site.isa, x, y);
    }
}

/// `below ← below + R∂x` through a standardising layer, from `moved_back` = R∂x̂.
fn standardise(
    base: &Base<'_>,
    values: &[Vec<f32>],
    moved_back: &[f32],
    index: usize,
    below: &mut [f32],
) {
    let (site, trace) = (&base.site, base.trace);
    let layer = &site.network().layers[index];
    let (moments, normal) = (&trace.moments[index], &trace.values[index]);
    if !base.is_second_order() {
        return moments.project(site.isa, normal, moved_back, below);
    }
    let bend = Bend {
        normal,
        input: moved(values, site.network(), layer.reads),
        moved: &values[index],
        back: &trace.deltas[index],
        moved_back,
    };
    moments.bend(site.isa, &bend, below);
}
