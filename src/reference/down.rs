//! The way down: derivatives by activations and parameters, over pairs.

use super::bilinear;
use super::dual::{Dual, loss_gradient};
use super::pass::{Half, Own, Pass, kernels, rows};
use crate::oracle::graph::{Layer, numbers};

impl Pass<'_> {
    /// Adds one half of the derivative by the parameters to `sum`; `top` is that by the outputs, and
    /// its derivative along the direction.
    pub(super) fn down(mut self, top: [Vec<f64>; 2], half: Half, sum: &mut [f64]) {
        let depth = self.double.graph.layers().len();
        let mut backs: Vec<Vec<f64>> = vec![Vec::new(); depth + 1];
        backs[depth] = top.concat();
        let owns = self.owns();
        // Below the first parameters nothing is asked of a derivative.
        let has_weights = |own: &Own| !own.weights.is_empty();
        let first = owns.iter().position(has_weights).unwrap_or(depth);
        for layer in (first..depth).rev() {
            let back = std::mem::take(&mut backs[layer + 1]);
            self.collect(layer, &owns[layer], &back, half, sum);
            if layer > first {
                self.down_layer(layer, &owns[layer], &back, &mut backs[layer]);
            }
            if let Layer::Shortcut { from, .. } = self.double.graph.layers()[layer]
                && from > first
            {
                self.make_room(from, &mut backs[from]);
                self.skip(layer, |from_place, to| backs[from][from_place] += back[to]);
            }
            self.activations[layer + 1] = Vec::new();
        }
    }

    fn make_room(&self, activation: usize, back: &mut Vec<f64>) {
        back.resize(self.activations[activation].len(), 0.0);
    }

    /// The derivative of the loss by the outputs, and its derivative along the direction.
    pub(super) fn top(&self) -> (Vec<f64>, Vec<f64>) {
        let outputs = self.double.graph.outputs();
        let (values, along) = self.halves(self.double.graph.layers().len());
        let duals = values.iter().zip(along).map(|(&o, &r)| Dual::new(o, r));
        let duals: Vec<Dual> = duals.collect();
        let loss = self.double.graph.loss();
        let rows = duals.chunks_exact(outputs);
        let slopes = rows
            .zip(self.targets.chunks_exact(outputs))
            .flat_map(|(duals, targets)| loss_gradient(loss, duals, targets));
        slopes.map(|slope| (slope.value, slope.along)).unzip()
    }

    fn halves(&self, activation: usize) -> (&[f64], &[f64]) {
        let pair = &self.activations[activation];
        pair.split_at(pair.len() / 2)
    }

    /// The derivative by the layer's parameters.
    fn collect(&self, layer: usize, own: &Own, back: &[f64], half: Half, sum: &mut [f64]) {
        if own.weights.is_empty() {
            return;
        }
        let (from, to) = self.sizes(layer);
        let (x, rx) = self.halves(layer);
        let (y, ry) = back.split_at(back.len() / 2);
        let weights = own.weights.clone();
        // ∂W = yᵀx, and along the direction Ryᵀx + yᵀRx.
        let products = match half {
            Half::Value => vec![(y, x)],
            Half::Along => vec![(ry, x), (y, rx)],
        };
        match &self.double.graph.layers()[layer] {
            Layer::Dense { .. } => {
                let shape = (numbers(to), numbers(from));
                for (y, x) in products {
                    bilinear::dense_gradient(y, x, shape, &mut sum[weights.clone()]);
                }
            }
            kind @ Layer::Convolution { .. } => {
                let kernels = kernels(kind, from, to);
                for (y, x) in products {
                    for (y, x) in rows(y, to).zip(rows(x, from)) {
                        let sum = &mut sum[weights.clone()];
                        bilinear::convolution_gradient(&kernels, y, x, sum);
                    }
                }
            }
            Layer::BatchNorm { epsilon, .. } => {
                for c in 0..from[0] {
                    let channel = self.channel(layer, own, c, *epsilon);
                    let back = self.channel_of(to, c, back);
                    let pairs = back.iter().zip(&channel.normal);
                    let scale: Dual = pairs.map(|(&b, &x)| b * x).sum();
                    let part = |dual: Dual| match half {
                        Half::Value => dual.value,
                        Half::Along => dual.along,
                    };
                    sum[own.weights.start + c] += part(scale);
                    sum[own.biases.start + c] += part(back.into_iter().sum());
                }
                return;
            }
            _ => unreachable!("no other layer has weights"),
        }
        let back = if half == Half::Value { y } else { ry };
        let positions = to[1] * to[2];
        for row in rows(back, to) {
            let channels = row.chunks_exact(positions);
            for (bias, channel) in sum[own.biases.clone()].iter_mut().zip(channels) {
                *bias += channel.iter().sum::<f64>();
            }
        }
    }

    /// The derivative by what the layer read, added to `below`.
    fn down_layer(&self, layer: usize, own: &Own, back: &[f64], below: &mut Vec<f64>) {
        self.make_room(layer, below);
        let (from, to) = self.sizes(layer);
        let half = below.len() / 2;
        let weights = &self.double.parameters[own.weights.clone()];
        let along = &self.direction[own.weights.clone()];
        let values = &back[..back.len() / 2];
        match &self.double.graph.layers()[layer] {
            Layer::Dense { .. } => {
                self.dense(layer, weights).down(back, below);
                self.dense(layer, along).down(values, &mut below[half..]);
            }
            kind @ Layer::Convolution { .. } => {
                let kernels = kernels(kind, from, to);
                for (y, x) in rows(back, to).zip(below.chunks_exact_mut(numbers(from))) {
                    bilinear::convolve_down(weights, &kernels, y, x);
                }
                let moved = below[half..].chunks_exact_mut(numbers(from));
                for (y, x) in rows(values, to).zip(moved) {
                    bilinear::convolve_down(along, &kernels, y, x);
                }
            }
            Layer::BatchNorm { epsilon, .. } => {
                for c in 0..from[0] {
                    let [scale, _] = self.scale_and_shift(own, c);
                    let back = self.channel_of(to, c, back).into_iter();
                    let back: Vec<Dual> = back.map(|b| b * scale).collect();
                    let channel = self.channel(layer, own, c, *epsilon);
                    self.add_channel(from, c, below, &channel.down(&back));
                }
            }
            Layer::Normalise { deviation, .. } => {
                let positions = from[1] * from[2];
                for (place, (x, y)) in below.iter_mut().zip(back).enumerate() {
                    *x += y / deviation[place / positions % from[0]];
                }
            }
            Layer::AveragePool(window) => {
                let share = 1.0 / window.area() as f64;
                self.choose(layer, |from, to| below[from] += share * back[to]);
            }
            _ => self.choose(layer, |from, to| below[from] += back[to]),
        }
    }
}
