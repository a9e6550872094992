//! The backward pass over pairs: derivatives of the loss with respect to activations and parameters,
//! with their tangents.

use super::dual::Dual;
use super::forward::{Pass, Places, add, duals, kernels, rows};
use super::{activation, bilinear, loss};
use crate::oracle::graph::{Layer, SecondDerivative, Size, numbers};

/// One half of a pair.
#[derive(Clone, Copy, PartialEq)]
enum Half {
    Value,
    Tangent,
}

impl Half {
    fn of(self, dual: Dual) -> f64 {
        match self {
            Half::Value => dual.value,
            Half::Tangent => dual.tangent,
        }
    }
}

impl Pass<'_> {
    /// `sum ← sum + Σ ∇f_i`.
    pub fn gradient(self, sum: &mut [f64]) {
        let (values, tangents) = self.output_gradient();
        self.backward([values, tangents], Half::Value, sum);
    }

    /// `sum ← sum + Σ H_i v`, where `v` is the direction of the pass.
    pub fn hessian_product(self, second: SecondDerivative, sum: &mut [f64]) {
        let (values, tangents) = self.output_gradient();
        match second {
            SecondDerivative::Hessian => self.backward([values, tangents], Half::Tangent, sum),
            // J_iᵀ(L_i J_i v): the tangent of the outputs' gradient, propagated backward at w.
            SecondDerivative::GaussNewton => {
                let zeros = vec![0.0; tangents.len()];
                self.backward([tangents, zeros], Half::Value, sum);
            }
        }
    }

    /// The derivative of the loss with respect to the outputs, and its tangent.
    fn output_gradient(&self) -> (Vec<f64>, Vec<f64>) {
        let (loss, outputs) = (self.point.graph.loss(), self.point.graph.outputs());
        let top = &self.activations[self.point.graph.layers().len()];
        let duals: Vec<Dual> = duals(top).collect();
        let rows = duals.chunks_exact(outputs);
        let gradient = rows
            .zip(self.targets.chunks_exact(outputs))
            .flat_map(|(duals, targets)| loss::gradient(loss, duals, targets));
        gradient.map(|dual| (dual.value, dual.tangent)).unzip()
    }

    /// Adds one half of the derivative with respect to the parameters to `sum`; `top` is the derivative
    /// with respect to the outputs, and its tangent.
    fn backward(mut self, top: [Vec<f64>; 2], half: Half, sum: &mut [f64]) {
        let depth = self.point.graph.layers().len();
        let mut backs: Vec<Vec<f64>> = vec![Vec::new(); depth + 1];
        backs[depth] = top.concat();
        let places = self.places();
        // Below the first layer with parameters no derivative is needed.
        let has_weights = |places: &Places| !places.weights.is_empty();
        let first = places.iter().position(has_weights).unwrap_or(depth);
        for layer in (first..depth).rev() {
            let back = std::mem::take(&mut backs[layer + 1]);
            self.backward_parameters(layer, &places[layer], &back, half, sum);
            let kind = &self.point.graph.layers()[layer];
            if layer > first && !matches!(kind, Layer::Recall { .. }) {
                self.backward_input(layer, &places[layer], &back, &mut backs[layer]);
            }
            if let Layer::Shortcut { from, .. } | Layer::Recall { from } = *kind
                && from > first
            {
                self.make_room(from, &mut backs[from]);
                self.backward_earlier(layer, &back, &mut backs[from]);
            }
            self.activations[layer + 1] = Vec::new();
        }
    }

    fn make_room(&self, activation: usize, back: &mut Vec<f64>) {
        back.resize(self.activations[activation].len(), 0.0);
    }

    /// Adds the derivative with respect to the earlier activation that the layer reads to `earlier`.
    fn backward_earlier(&self, layer: usize, back: &[f64], earlier: &mut [f64]) {
        if let Layer::Recall { .. } = self.point.graph.layers()[layer] {
            add(back, earlier);
        } else {
            self.each_skipped(layer, |place, to| earlier[place] += back[to]);
        }
    }

    /// The derivative with respect to the layer's parameters.
    fn backward_parameters(
        &self,
        layer: usize,
        places: &Places,
        back: &[f64],
        half: Half,
        sum: &mut [f64],
    ) {
        if places.weights.is_empty() {
            return;
        }
        let (from, to) = self.sizes(layer);
        let (x, rx) = self.halves(layer);
        let (y, ry) = back.split_at(back.len() / 2);
        // ∂W = yᵀx, whose tangent is Ryᵀx + yᵀRx.
        let products = match half {
            Half::Value => vec![(y, x)],
            Half::Tangent => vec![(ry, x), (y, rx)],
        };
        let back_of_half = if half == Half::Value { y } else { ry };
        match &self.point.graph.layers()[layer] {
            Layer::Dense { .. } => {
                for (y, x) in products {
                    let sum = &mut sum[places.weights.clone()];
                    bilinear::dense_gradient(y, x, numbers(from), sum);
                }
                add_bias_gradient(back_of_half, to, &mut sum[places.biases.clone()]);
            }
            Layer::Convolution { window, groups, .. } => {
                let kernels = kernels(*window, *groups, from, to);
                for (y, x) in products {
                    for (y, x) in rows(y, to).zip(rows(x, from)) {
                        let sum = &mut sum[places.weights.clone()];
                        bilinear::convolution_gradient(&kernels, y, x, sum);
                    }
                }
                add_bias_gradient(back_of_half, to, &mut sum[places.biases.clone()]);
            }
            Layer::BatchNorm { epsilon, .. } => {
                for c in 0..from[0] {
                    let channel = self.channel(layer, places, c, *epsilon);
                    let back = self.channel_of(to, c, back);
                    let pairs = back.iter().zip(&channel.normal);
                    let scale: Dual = pairs.map(|(&b, &x)| b * x).sum();
                    sum[places.weights.start + c] += half.of(scale);
                    sum[places.biases.start + c] += half.of(back.into_iter().sum());
                }
            }
            Layer::SampleNorm(norm) => {
                self.backward_factors(layer, places, norm, back, |place, term| {
                    sum[place] += half.of(term);
                });
            }
            Layer::Embedding { .. } => {
                self.backward_embedding(layer, back_of_half, &mut sum[places.weights.clone()]);
            }
            Layer::Positions { .. } => {
                self.backward_positions(layer, back_of_half, &mut sum[places.weights.clone()]);
            }
            Layer::Normalise { .. }
            | Layer::Activation(_)
            | Layer::MaxPool(_)
            | Layer::AveragePool(_)
            | Layer::Flatten
            | Layer::Constants(_)
            | Layer::Attention { .. }
            | Layer::Row { .. }
            | Layer::Shortcut { .. }
            | Layer::Recall { .. } => {}
        }
    }

    /// Adds the derivative with respect to the layer's input to `below`.
    fn backward_input(&self, layer: usize, places: &Places, back: &[f64], below: &mut Vec<f64>) {
        self.make_room(layer, below);
        let (from, to) = self.sizes(layer);
        let half = below.len() / 2;
        let weights = &self.point.parameters[places.weights.clone()];
        let along = &self.direction[places.weights.clone()];
        let values = &back[..back.len() / 2];
        match &self.point.graph.layers()[layer] {
            Layer::Dense { .. } => {
                self.dense(layer, weights).backward(back, below);
                self.dense(layer, along)
                    .backward(values, &mut below[half..]);
            }
            Layer::Convolution { window, groups, .. } => {
                let kernels = kernels(*window, *groups, from, to);
                for (y, x) in rows(back, to).zip(below.chunks_exact_mut(numbers(from))) {
                    bilinear::convolution_backward(weights, &kernels, y, x);
                }
                let tangents = below[half..].chunks_exact_mut(numbers(from));
                for (y, x) in rows(values, to).zip(tangents) {
                    bilinear::convolution_backward(along, &kernels, y, x);
                }
            }
            Layer::BatchNorm { epsilon, .. } => {
                self.backward_batch_norm(layer, places, *epsilon, back, below);
            }
            Layer::Normalise { deviation, .. } => {
                let positions = from[1] * from[2];
                for (place, (x, y)) in below.iter_mut().zip(back).enumerate() {
                    *x += y / deviation[place / positions % from[0]];
                }
            }
            Layer::Activation(function) => {
                let pairs = duals(&self.activations[layer]).zip(duals(back));
                for (place, (x, back)) in pairs.enumerate() {
                    let slope = activation::backward(*function, x, back);
                    below[place] += slope.value;
                    below[half + place] += slope.tangent;
                }
            }
            Layer::MaxPool(window) => {
                self.each_largest(layer, window, |from, to| below[from] += back[to]);
            }
            Layer::AveragePool(window) => {
                let share = 1.0 / window.area() as f64;
                self.each_pooled(layer, window, |from, to| below[from] += share * back[to]);
            }
            Layer::SampleNorm(norm) => self.backward_samples(layer, places, norm, back, below),
            &Layer::Attention { heads, is_causal } => {
                self.backward_attention(layer, heads, is_causal, back, below);
            }
            Layer::Row { position } => {
                self.each_of_row(from, *position, |from, to| below[from] += back[to]);
            }
            // Tokens have no derivative.
            Layer::Embedding { .. } => {}
            Layer::Flatten
            | Layer::Positions { .. }
            | Layer::Constants(_)
            | Layer::Shortcut { .. }
            | Layer::Recall { .. } => add(back, below),
        }
    }

    fn backward_batch_norm(
        &self,
        layer: usize,
        places: &Places,
        epsilon: f64,
        back: &[f64],
        below: &mut [f64],
    ) {
        let size = self.sizes(layer).0;
        for c in 0..size[0] {
            let [scale, _] = self.scale_and_shift(places, c);
            let back = self.channel_of(size, c, back).into_iter();
            let back: Vec<Dual> = back.map(|b| b * scale).collect();
            let channel = self.channel(layer, places, c, epsilon);
            self.add_channel(size, c, below, &channel.backward(&back));
        }
    }
}

/// `sum ← sum +` the sum of each channel over samples and positions.
fn add_bias_gradient(back: &[f64], to: Size, sum: &mut [f64]) {
    for row in rows(back, to) {
        let channels = row.chunks_exact(to[1] * to[2]);
        for (bias, channel) in sum.iter_mut().zip(channels) {
            *bias += channel.iter().sum::<f64>();
        }
    }
}
