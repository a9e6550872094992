//! Up and down through the layers, over pairs: the rows of some samples, then their derivatives
//! along a direction.

use std::ops::Range;

use super::Double;
use super::bilinear::{self, Dense};
use super::dual::{Channel, Dual, loss_value, moments};
use super::windows::{self, Kernels, Window};
use crate::oracle::graph::{Layer, Second, Size, Statistics, numbers};

/// Every activation of some samples: of the input, then of each layer, each a pair.
pub(super) struct Pass<'a> {
    pub(super) double: &'a Double,
    pub(super) direction: &'a [f64],
    pub(super) samples: usize,
    pub(super) targets: &'a [f64],
    pub(super) activations: Vec<Vec<f64>>,
}

/// Which half of a pair is meant.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Half {
    Value,
    Along,
}

/// The place of a layer's weights, biases and statistics.
pub(super) struct Own {
    pub weights: Range<usize>,
    pub biases: Range<usize>,
    statistics: Range<usize>,
}

impl<'a> Pass<'a> {
    /// The way up at `w + t·direction`.
    pub fn up(double: &'a Double, samples: Range<usize>, direction: &'a [f64]) -> Self {
        let (features, outputs) = (double.graph.features(), double.graph.outputs());
        let mut input = double.inputs[samples.start * features..samples.end * features].to_vec();
        input.resize(2 * input.len(), 0.0);
        let mut pass = Pass {
            double,
            direction,
            samples: samples.len(),
            targets: &double.targets[samples.start * outputs..samples.end * outputs],
            activations: vec![input],
        };
        for (layer, own) in pass.owns().iter().enumerate() {
            let next = pass.up_layer(layer, own);
            pass.activations.push(next);
        }
        pass
    }

    /// The summed loss.
    pub fn loss(&self) -> f64 {
        let loss = self.double.graph.loss();
        let rows = self.rows();
        rows.map(|(o, y)| loss_value(loss, o, y)).sum()
    }

    /// How many samples are classified as their targets say.
    pub fn hits(&self) -> usize {
        let largest = |row: &[f64]| {
            (1..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
        };
        self.rows()
            .filter(|(o, y)| largest(o) == largest(y))
            .count()
    }

    /// `sum ← sum + Σ ∇f_i`.
    pub fn gradient(self, sum: &mut [f64]) {
        let (values, along) = self.top();
        self.down([values, along], Half::Value, sum);
    }

    /// `sum ← sum + Σ H_i v`.
    pub fn product(self, sum: &mut [f64]) {
        let (values, along) = self.top();
        match self.double.second {
            Second::Hessian => self.down([values, along], Half::Along, sum),
            // J_iᵀ(L_i J_i v): the outputs' slopes along v, carried down at w.
            Second::GaussNewton => {
                let still = vec![0.0; along.len()];
                self.down([along, still], Half::Value, sum);
            }
        }
    }

    /// The moments of what each batch normalisation reads: means and then variances, layer after layer.
    pub fn moments(&self) -> Vec<f64> {
        let layers = self.double.graph.layers().iter().enumerate();
        let norms = layers.filter(|(_, layer)| matches!(layer, Layer::BatchNorm { .. }));
        let of_layer = |(layer, _)| {
            let (size, _) = self.sizes(layer);
            let of_channel = |c| {
                let x = self.channel_of(size, c, &self.activations[layer]);
                let (centre, variance) = moments(&x);
                (centre.value, variance.value)
            };
            let (means, variances): (Vec<f64>, Vec<f64>) = (0..size[0]).map(of_channel).unzip();
            [means, variances].concat()
        };
        norms.flat_map(of_layer).collect()
    }

    fn rows(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        let outputs = self.double.graph.outputs();
        let top = self
            .activations
            .last()
            .map_or(&[][..], |top| &top[..top.len() / 2]);
        top.chunks_exact(outputs)
            .zip(self.targets.chunks_exact(outputs))
    }

    pub(super) fn owns(&self) -> Vec<Own> {
        let graph = &self.double.graph;
        let (mut parameters, mut statistics) = (0, 0);
        let own = |layer| {
            let (weights, biases) = graph.weights(layer);
            let moments = match graph.layers()[layer] {
                Layer::BatchNorm { .. } => 2 * graph.size(layer)[0],
                _ => 0,
            };
            let middle = parameters + weights;
            let own = Own {
                weights: parameters..middle,
                biases: middle..middle + biases,
                statistics: statistics..statistics + moments,
            };
            parameters = middle + biases;
            statistics += moments;
            own
        };
        (0..graph.layers().len()).map(own).collect()
    }

    pub(super) fn sizes(&self, layer: usize) -> (Size, Size) {
        (
            self.double.graph.size(layer),
            self.double.graph.size(layer + 1),
        )
    }

    pub(super) fn dense(&self, layer: usize, weights: &'a [f64]) -> Dense<'a> {
        let (from, to) = self.sizes(layer);
        Dense {
            weights,
            outputs: numbers(to),
            inputs: numbers(from),
        }
    }

    fn up_layer(&self, layer: usize, own: &Own) -> Vec<f64> {
        let (from, to) = self.sizes(layer);
        let x = &self.activations[layer];
        let mut y = vec![0.0; 2 * self.samples * numbers(to)];
        let half = y.len() / 2;
        let (weights, along) = (&self.double.parameters[own.weights.clone()], self.direction);
        let along = &along[own.weights.clone()];
        match &self.double.graph.layers()[layer] {
            Layer::Dense { .. } => {
                self.dense(layer, weights).up(x, &mut y);
                self.dense(layer, along)
                    .up(&x[..x.len() / 2], &mut y[half..]);
                self.add_biases(own, to, &mut y);
            }
            kind @ Layer::Convolution { .. } => {
                let kernels = kernels(kind, from, to);
                let (values, moved) = y.split_at_mut(half);
                let mut rows_of_x = rows(x, from);
                let pairs = values.chunks_exact_mut(numbers(to));
                let pairs = pairs.zip(moved.chunks_exact_mut(numbers(to)));
                for ((y, ry), x) in pairs.zip(rows_of_x.by_ref()) {
                    bilinear::convolve(&mut [(weights, y), (along, ry)], &kernels, x);
                }
                for (ry, rx) in moved.chunks_exact_mut(numbers(to)).zip(rows_of_x) {
                    bilinear::convolve(&mut [(weights, ry)], &kernels, rx);
                }
                self.add_biases(own, to, &mut y);
            }
            Layer::BatchNorm { epsilon, .. } => {
                for c in 0..from[0] {
                    let channel = self.channel(layer, own, c, *epsilon);
                    let [scale, shift] = self.scale_and_shift(own, c);
                    let numbers = channel.normal.iter().map(|&x| x * scale + shift);
                    self.add_channel(from, c, &mut y, &numbers.collect::<Vec<_>>());
                }
            }
            Layer::Normalise { mean, deviation } => {
                let positions = from[1] * from[2];
                for (place, (x, y)) in x.iter().zip(&mut y).enumerate() {
                    let c = place / positions % from[0];
                    let mean = if place < half { mean[c] } else { 0.0 };
                    *y = (x - mean) / deviation[c];
                }
            }
            _ => self.choose(layer, |from, to| y[to] += x[from]),
        }
        if let Layer::AveragePool(window) = self.double.graph.layers()[layer] {
            let share = 1.0 / window.area() as f64;
            y.iter_mut().for_each(|y| *y *= share);
        }
        if let Layer::Shortcut { from, .. } = self.double.graph.layers()[layer] {
            let earlier = &self.activations[from];
            self.skip(layer, |from, to| y[to] += earlier[from]);
        }
        y
    }

    /// Calls `pair(place read, place written)` for the layers that only choose and add, in both
    /// halves; what is chosen depends on the values alone.
    pub(super) fn choose(&self, layer: usize, mut pair: impl FnMut(usize, usize)) {
        let (from, to) = self.sizes(layer);
        let (read, written) = (numbers(from), numbers(to));
        let values = &self.activations[layer];
        for row in 0..2 * self.samples {
            let sample = row % self.samples * read;
            let values = &values[sample..sample + read];
            let mut at = |a: usize, b: usize| pair(row * read + a, row * written + b);
            match &self.double.graph.layers()[layer] {
                Layer::Relu => {
                    (0..read)
                        .filter(|&k| values[k] > 0.0)
                        .for_each(|k| at(k, k));
                }
                Layer::MaxPool(window) => {
                    let places = windows::largest(from, to, window, values);
                    places.iter().enumerate().for_each(|(b, &a)| at(a, b));
                }
                Layer::AveragePool(window) => {
                    windows::each_pooled(from, to, window, |b, a| at(a, b));
                }
                _ => (0..read).for_each(|k| at(k, k)),
            }
        }
    }

    /// Calls `pair(place in the earlier activation, place written)` for a shortcut.
    pub(super) fn skip(&self, layer: usize, mut pair: impl FnMut(usize, usize)) {
        let Layer::Shortcut { from, stride } = self.double.graph.layers()[layer] else {
            return;
        };
        let (source, [_, height, width]) = (self.double.graph.size(from), self.sizes(layer).1);
        let (read, written) = (numbers(source), numbers(self.sizes(layer).1));
        for row in 0..2 * self.samples {
            for c in 0..source[0] {
                for place in 0..height * width {
                    let (y, x) = (place / width * stride, place % width * stride);
                    let from = (c * source[1] + y) * source[2] + x;
                    pair(
                        row * read + from,
                        row * written + c * height * width + place,
                    );
                }
            }
        }
    }

    fn add_biases(&self, own: &Own, to: Size, y: &mut [f64]) {
        let (positions, half) = (to[1] * to[2], y.len() / 2);
        let (values, along) = y.split_at_mut(half);
        for (y, flat) in [
            (values, &self.double.parameters[..]),
            (along, self.direction),
        ] {
            for row in y.chunks_exact_mut(numbers(to)) {
                let channels = row.chunks_exact_mut(positions);
                for (channel, bias) in channels.zip(&flat[own.biases.clone()]) {
                    channel.iter_mut().for_each(|y| *y += bias);
                }
            }
        }
    }

    pub(super) fn scale_and_shift(&self, own: &Own, c: usize) -> [Dual; 2] {
        if own.weights.is_empty() {
            return [1.0, 0.0].map(Dual::constant);
        }
        [own.weights.start + c, own.biases.start + c]
            .map(|place| Dual::new(self.double.parameters[place], self.direction[place]))
    }

    pub(super) fn channel(&self, layer: usize, own: &Own, c: usize, epsilon: f64) -> Channel {
        let size = self.sizes(layer).0;
        let x = self.channel_of(size, c, &self.activations[layer]);
        let fixed = match self.double.graph.statistics() {
            Statistics::Batch => None,
            Statistics::Fixed => {
                let moments = &self.double.statistics[own.statistics.clone()];
                Some((moments[c], moments[size[0] + c]))
            }
        };
        Channel::new(&x, fixed, epsilon)
    }

    /// The places of one channel's values, sample after sample.
    fn places(&self, size: Size, c: usize) -> impl Iterator<Item = usize> + use<> {
        let positions = size[1] * size[2];
        let whole = numbers(size);
        (0..self.samples).flat_map(move |sample| {
            let start = sample * whole + c * positions;
            start..start + positions
        })
    }

    pub(super) fn channel_of(&self, size: Size, c: usize, pair: &[f64]) -> Vec<Dual> {
        let half = pair.len() / 2;
        let dual = |place| Dual::new(pair[place], pair[half + place]);
        self.places(size, c).map(dual).collect()
    }

    pub(super) fn add_channel(&self, size: Size, c: usize, pair: &mut [f64], numbers: &[Dual]) {
        let half = pair.len() / 2;
        for (place, dual) in self.places(size, c).zip(numbers) {
            pair[place] += dual.value;
            pair[half + place] += dual.along;
        }
    }
}

/// The kernels of a convolution.
pub(super) fn kernels(layer: &Layer, from: Size, to: Size) -> Kernels {
    let Layer::Convolution { window, groups, .. } = *layer else {
        unreachable!("only convolutions have windows of weights");
    };
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

/// The rows of samples of this size.
pub(super) fn rows(values: &[f64], size: Size) -> std::slice::ChunksExact<'_, f64> {
    values.chunks_exact(numbers(size))
}
