//! The forward pass over pairs. A pair holds the values of some samples, followed by their tangents, the
//! derivatives along a direction in parameter space.

use std::ops::Range;

use super::batch_norm::{Channel, moments};
use super::bilinear::{self, Dense};
use super::dual::Dual;
use super::numbers::Numbers;
use super::windows::{self, Kernels, Window};
use super::{activation, loss};
use crate::oracle::graph::{self, Layer, Size, Statistics, numbers};

/// The forward pass of some samples at `w + t·direction`.
pub(super) struct Pass<'a> {
    pub(super) point: &'a Numbers,
    pub(super) direction: &'a [f64],
    pub(super) samples: usize,
    pub(super) targets: &'a [f64],
    /// The input, then the output of each layer, each as a pair.
    pub(super) activations: Vec<Vec<f64>>,
}

/// The ranges of a layer's parameters and statistics.
pub(super) struct Places {
    pub weights: Range<usize>,
    pub biases: Range<usize>,
    statistics: Range<usize>,
}

impl<'a> Pass<'a> {
    /// Runs the forward pass.
    pub fn new(point: &'a Numbers, samples: Range<usize>, direction: &'a [f64]) -> Self {
        let (features, outputs) = (point.graph.features(), point.graph.outputs());
        let mut input = point.inputs[samples.start * features..samples.end * features].to_vec();
        input.resize(2 * input.len(), 0.0);
        let mut pass = Pass {
            point,
            direction,
            samples: samples.len(),
            targets: &point.targets[samples.start * outputs..samples.end * outputs],
            activations: vec![input],
        };
        for (layer, places) in pass.places().iter().enumerate() {
            let next = pass.forward_layer(layer, places);
            pass.activations.push(next);
        }
        pass
    }

    /// The loss, summed over the samples.
    pub fn loss(&self) -> f64 {
        let loss = self.point.graph.loss();
        let rows = self.outputs_and_targets();
        rows.map(|(o, y)| loss::value(loss, o, y)).sum()
    }

    /// The number of samples whose largest output has the same index as their largest target.
    pub fn hits(&self) -> usize {
        let largest = |row: &[f64]| {
            (1..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
        };
        self.outputs_and_targets()
            .filter(|(o, y)| largest(o) == largest(y))
            .count()
    }

    /// The mean and the variance of every channel that batch normalisation reads: means, then variances,
    /// layer after layer.
    pub fn moments(&self) -> Vec<f64> {
        let layers = self.point.graph.layers().iter().enumerate();
        let norms = layers.filter(|(_, layer)| layer.is_batch_norm());
        let of_layer = |(layer, _)| {
            let (size, _) = self.sizes(layer);
            let of_channel = |c| {
                let (mean, variance) = moments(&self.channel_of(size, c, &self.activations[layer]));
                (mean.value, variance.value)
            };
            let (means, variances): (Vec<f64>, Vec<f64>) = (0..size[0]).map(of_channel).unzip();
            [means, variances].concat()
        };
        norms.flat_map(of_layer).collect()
    }

    fn outputs_and_targets(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        let outputs = self.point.graph.outputs();
        let (values, _) = self.halves(self.point.graph.layers().len());
        values
            .chunks_exact(outputs)
            .zip(self.targets.chunks_exact(outputs))
    }

    /// The values and the tangents of an activation.
    pub(super) fn halves(&self, activation: usize) -> (&[f64], &[f64]) {
        let pair = &self.activations[activation];
        pair.split_at(pair.len() / 2)
    }

    /// The parameter and statistics ranges of every layer.
    pub(super) fn places(&self) -> Vec<Places> {
        let graph = &self.point.graph;
        let (mut parameters, mut statistics) = (0, 0);
        let places = |layer| {
            let (weights, biases) = graph.weights(layer);
            let moments = graph.layers()[layer].statistics(graph.size(layer));
            let middle = parameters + weights;
            let places = Places {
                weights: parameters..middle,
                biases: middle..middle + biases,
                statistics: statistics..statistics + moments,
            };
            parameters = middle + biases;
            statistics += moments;
            places
        };
        (0..graph.layers().len()).map(places).collect()
    }

    /// The sizes of a layer's input and output.
    pub(super) fn sizes(&self, layer: usize) -> (Size, Size) {
        let graph = &self.point.graph;
        (graph.size(layer), graph.size(layer + 1))
    }

    pub(super) fn dense(&self, layer: usize, weights: &'a [f64]) -> Dense<'a> {
        let (from, to) = self.sizes(layer);
        Dense {
            weights,
            outputs: numbers(to),
            inputs: numbers(from),
        }
    }

    /// The output of a layer.
    fn forward_layer(&self, layer: usize, places: &Places) -> Vec<f64> {
        let (from, to) = self.sizes(layer);
        let x = &self.activations[layer];
        let mut y = vec![0.0; 2 * self.samples * numbers(to)];
        let half = y.len() / 2;
        match &self.point.graph.layers()[layer] {
            Layer::Dense { .. } => {
                let (values, _) = self.halves(layer);
                let weights = &self.point.parameters[places.weights.clone()];
                let along = &self.direction[places.weights.clone()];
                self.dense(layer, weights).forward(x, &mut y);
                self.dense(layer, along).forward(values, &mut y[half..]);
                self.add_biases(places, to, &mut y);
            }
            Layer::Convolution { window, groups, .. } => {
                let kernels = kernels(*window, *groups, from, to);
                self.convolve(places, &kernels, x, &mut y);
                self.add_biases(places, to, &mut y);
            }
            Layer::BatchNorm { epsilon, .. } => {
                self.normalise_batch(layer, places, *epsilon, &mut y)
            }
            Layer::Normalise { mean, deviation } => normalise(x, from, mean, deviation, &mut y),
            Layer::Activation(function) => {
                for (place, x) in duals(x).enumerate() {
                    let image = activation::forward(*function, x);
                    y[place] += image.value;
                    y[half + place] += image.tangent;
                }
            }
            Layer::MaxPool(window) => self.each_largest(layer, window, |from, to| y[to] += x[from]),
            Layer::AveragePool(window) => {
                self.each_pooled(layer, window, |from, to| y[to] += x[from]);
                let share = 1.0 / window.area() as f64;
                y.iter_mut().for_each(|y| *y *= share);
            }
            Layer::Flatten => add(x, &mut y),
            Layer::SampleNorm(norm) => self.normalise_samples(layer, places, norm, &mut y),
            Layer::Embedding { .. } => self.embed(layer, places.weights.clone(), &mut y),
            Layer::Positions { .. } => {
                add(x, &mut y);
                self.add_positions(layer, places.weights.clone(), &mut y);
            }
            Layer::Constants(constants) => {
                add(x, &mut y);
                self.add_constants(constants, &mut y);
            }
            &Layer::Attention { heads, is_causal } => self.attend(layer, heads, is_causal, &mut y),
            Layer::Row { position } => {
                self.each_of_row(from, *position, |from, to| y[to] += x[from]);
            }
            Layer::Recall { from } => add(&self.activations[*from], &mut y),
            Layer::Shortcut { from, .. } => {
                add(x, &mut y);
                let earlier = &self.activations[*from];
                self.each_skipped(layer, |from, to| y[to] += earlier[from]);
            }
        }
        y
    }

    fn normalise_batch(&self, layer: usize, places: &Places, epsilon: f64, y: &mut [f64]) {
        let size = self.sizes(layer).0;
        for c in 0..size[0] {
            let channel = self.channel(layer, places, c, epsilon);
            let [scale, shift] = self.scale_and_shift(places, c);
            let numbers = channel.normal.iter().map(|&x| x * scale + shift);
            self.add_channel(size, c, y, &numbers.collect::<Vec<_>>());
        }
    }

    /// Computes a convolution without biases.
    fn convolve(&self, places: &Places, kernels: &Kernels, x: &[f64], y: &mut [f64]) {
        let weights = &self.point.parameters[places.weights.clone()];
        let along = &self.direction[places.weights.clone()];
        let half = y.len() / 2;
        let (values, tangents) = y.split_at_mut(half);
        let sizes = (values.len() / self.samples, x.len() / 2 / self.samples);
        let mut rows_of_x = x.chunks_exact(sizes.1);
        let pairs = values.chunks_exact_mut(sizes.0);
        let pairs = pairs.zip(tangents.chunks_exact_mut(sizes.0));
        for ((y, ry), x) in pairs.zip(rows_of_x.by_ref()) {
            bilinear::convolution_forward(&mut [(weights, y), (along, ry)], kernels, x);
        }
        for (ry, rx) in tangents.chunks_exact_mut(sizes.0).zip(rows_of_x) {
            bilinear::convolution_forward(&mut [(weights, ry)], kernels, rx);
        }
    }

    /// Calls `pair(index read, index written)` for the largest number of every window of a max-pool, in
    /// both halves. The values alone determine which number is the largest.
    pub(super) fn each_largest(
        &self,
        layer: usize,
        window: &graph::Window,
        mut pair: impl FnMut(usize, usize),
    ) {
        let (from, to) = self.sizes(layer);
        let (values, _) = self.halves(layer);
        for row in 0..2 * self.samples {
            let values = rows(values, from).nth(row % self.samples).unwrap_or(&[]);
            let places = windows::largest(from, to, window, values);
            for (written, read) in places.into_iter().enumerate() {
                pair(row * numbers(from) + read, row * numbers(to) + written);
            }
        }
    }

    /// Calls `pair(index read, index written)` for every number of every window of an average pool, in
    /// both halves.
    pub(super) fn each_pooled(
        &self,
        layer: usize,
        window: &graph::Window,
        mut pair: impl FnMut(usize, usize),
    ) {
        let (from, to) = self.sizes(layer);
        for row in 0..2 * self.samples {
            windows::each_pooled(from, to, window, |written, read| {
                pair(row * numbers(from) + read, row * numbers(to) + written);
            });
        }
    }

    /// Calls `pair(index in the earlier activation, index written)` for a shortcut, in both halves; calls
    /// nothing for another layer.
    pub(super) fn each_skipped(&self, layer: usize, mut pair: impl FnMut(usize, usize)) {
        let Layer::Shortcut {
            from: earlier,
            stride,
            first,
        } = self.point.graph.layers()[layer]
        else {
            return;
        };
        let source = self.point.graph.size(earlier);
        let to = self.sizes(layer).1;
        let [_, height, width] = to;
        for row in 0..2 * self.samples {
            for c in 0..source[0] {
                for place in 0..height * width {
                    let (y, x) = (place / width * stride, place % width * stride);
                    let from = (c * source[1] + y) * source[2] + x;
                    pair(
                        row * numbers(source) + from,
                        row * numbers(to) + (first + c) * height * width + place,
                    );
                }
            }
        }
    }

    fn add_biases(&self, places: &Places, to: Size, y: &mut [f64]) {
        let (positions, half) = (to[1] * to[2], y.len() / 2);
        let (values, tangents) = y.split_at_mut(half);
        for (y, flat) in [
            (values, &self.point.parameters[..]),
            (tangents, self.direction),
        ] {
            for row in y.chunks_exact_mut(numbers(to)) {
                let channels = row.chunks_exact_mut(positions);
                for (channel, bias) in channels.zip(&flat[places.biases.clone()]) {
                    channel.iter_mut().for_each(|y| *y += bias);
                }
            }
        }
    }

    /// The γ and β of one channel of batch normalisation.
    pub(super) fn scale_and_shift(&self, places: &Places, c: usize) -> [Dual; 2] {
        if places.weights.is_empty() {
            return [1.0, 0.0].map(Dual::constant);
        }
        [places.weights.start + c, places.biases.start + c].map(|place| self.parameter(place))
    }

    /// A parameter and its tangent.
    pub(super) fn parameter(&self, place: usize) -> Dual {
        Dual::new(self.point.parameters[place], self.direction[place])
    }

    /// One channel of a layer's input, normalised.
    pub(super) fn channel(&self, layer: usize, places: &Places, c: usize, epsilon: f64) -> Channel {
        let size = self.sizes(layer).0;
        let x = self.channel_of(size, c, &self.activations[layer]);
        let fixed = match self.point.graph.statistics() {
            Statistics::Batch => None,
            Statistics::Fixed => {
                let moments = &self.point.statistics[places.statistics.clone()];
                Some((moments[c], moments[size[0] + c]))
            }
        };
        Channel::new(&x, fixed, epsilon)
    }

    /// The indices of one channel's values, sample after sample.
    fn channel_places(&self, size: Size, c: usize) -> impl Iterator<Item = usize> + use<> {
        let positions = size[1] * size[2];
        let whole = numbers(size);
        (0..self.samples).flat_map(move |sample| {
            let start = sample * whole + c * positions;
            start..start + positions
        })
    }

    /// One channel of a pair, as dual numbers.
    pub(super) fn channel_of(&self, size: Size, c: usize, pair: &[f64]) -> Vec<Dual> {
        let half = pair.len() / 2;
        let dual = |place| Dual::new(pair[place], pair[half + place]);
        self.channel_places(size, c).map(dual).collect()
    }

    /// Adds numbers to one channel of a pair.
    pub(super) fn add_channel(&self, size: Size, c: usize, pair: &mut [f64], numbers: &[Dual]) {
        let half = pair.len() / 2;
        for (place, dual) in self.channel_places(size, c).zip(numbers) {
            pair[place] += dual.value;
            pair[half + place] += dual.tangent;
        }
    }
}

/// The kernels of a convolution from images of size `from` to images of size `to`.
pub(super) fn kernels(window: graph::Window, groups: usize, from: Size, to: Size) -> Kernels {
    let of_group = |[channels, height, width]: Size| [channels / groups, height, width];
    Kernels {
        groups,
        window: Window {
            from: of_group(from),
            to: of_group(to),
            window,
        },
    }
}

/// `(x_c − mean_c)/deviation_c` for every channel, and its tangent.
fn normalise(x: &[f64], size: Size, mean: &[f64], deviation: &[f64], y: &mut [f64]) {
    let (positions, half) = (size[1] * size[2], y.len() / 2);
    for (place, (x, y)) in x.iter().zip(y).enumerate() {
        let c = place / positions % size[0];
        let mean = if place < half { mean[c] } else { 0.0 };
        *y = (x - mean) / deviation[c];
    }
}

/// The values of each sample of this size.
pub(super) fn rows(values: &[f64], size: Size) -> std::slice::ChunksExact<'_, f64> {
    values.chunks_exact(numbers(size))
}

/// The dual numbers in a pair.
pub(super) fn duals(pair: &[f64]) -> impl Iterator<Item = Dual> {
    let (values, tangents) = pair.split_at(pair.len() / 2);
    let pairs = values.iter().zip(tangents);
    pairs.map(|(&value, &tangent)| Dual::new(value, tangent))
}

/// `y ← y + x`.
pub(super) fn add(x: &[f64], y: &mut [f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
}
