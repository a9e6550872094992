//! The layers one after the other: the loss of some samples near a point, and the smooth piece of the
//! loss on which the point lies.

use super::forward::{self, Jets, Own, Sizes};
use super::jet::Jet;
use super::landscape::Landscape;
use super::{Layer, SecondDerivative, Statistics, loss, sequence};
use crate::number::Real;

/// A layer as a function of the activation of one sample.
type Alone<'a, T> = dyn Fn(&Jets<T>) -> Jets<T> + 'a;

/// The same for a layer that reads the indices chosen by the sample's switches.
type Chosen<'a, T> = dyn Fn(&Jets<T>, &[usize]) -> Jets<T> + 'a;

impl<T: Real + Send + Sync> Landscape<T> {
    /// Every activation of some samples: the input, then the output of each layer.
    pub(super) fn activations(&self, group: &[usize], point: &[Jet<T>]) -> Vec<Vec<Jets<T>>> {
        let mut activations = vec![self.inputs_of(group)];
        let mut place = Place::default();
        for layer in 0..self.graph.layers().len() {
            let next = self.layer(layer, &mut place, group, point, &activations);
            activations.push(next);
        }
        activations
    }

    /// The summed loss of some samples, including the penalty of each.
    pub(super) fn group_loss(
        &self,
        group: &[usize],
        point: &[Jet<T>],
        second: SecondDerivative,
    ) -> Jet<T> {
        let outputs = self.activations(group, point).pop().unwrap_or_default();
        let mut sum = Jet::zero();
        for (mut output, &sample) in outputs.into_iter().zip(group) {
            if second == SecondDerivative::GaussNewton {
                output.iter_mut().for_each(|o| o.mixed = T::zero());
            }
            let open = &self.switches[sample].hinges;
            let loss = self.graph.loss();
            sum = sum.plus(&loss.of(&output, self.target(sample), open, self.terms));
        }
        match self.graph.weight_decay() {
            0.0 => sum,
            decay => sum.plus(&loss::penalty(point, decay).scaled(&T::int(group.len() as i64))),
        }
    }

    fn sizes(&self, layer: usize) -> Sizes {
        Sizes {
            from: self.graph.size(layer),
            to: self.graph.size(layer + 1),
        }
    }

    fn target(&self, sample: usize) -> &[f32] {
        let outputs = self.graph.outputs();
        &self.targets[sample * outputs..(sample + 1) * outputs]
    }

    fn inputs_of(&self, group: &[usize]) -> Vec<Jets<T>> {
        let features = self.graph.features();
        let input = |&sample: &usize| {
            let input = &self.inputs[sample * features..(sample + 1) * features];
            input.iter().cloned().map(Jet::constant).collect()
        };
        group.iter().map(input).collect()
    }

    /// The output of layer `layer` for the samples of a group.
    fn layer(
        &self,
        layer: usize,
        place: &mut Place,
        group: &[usize],
        point: &[Jet<T>],
        activations: &[Vec<Jets<T>>],
    ) -> Vec<Jets<T>> {
        let own = self.own(layer, place, point);
        let read = &activations[layer];
        let sizes = self.sizes(layer);
        let each = |of: &Alone<'_, T>| read.iter().map(of).collect();
        let chosen = |of: &Chosen<'_, T>| {
            let samples = read.iter().zip(group);
            let samples = samples.map(|(x, &i)| of(x, &self.switches[i].layers[layer]));
            samples.collect()
        };
        match &self.graph.layers()[layer] {
            Layer::Dense { .. } => each(&|x| forward::dense(&own, x)),
            Layer::Convolution { window, groups, .. } => {
                each(&|x| forward::convolution(&own, x, sizes, window, *groups))
            }
            Layer::BatchNorm { epsilon, .. } => {
                forward::batch_norm(&own, read, sizes.from, *epsilon)
            }
            Layer::Normalise { mean, deviation } => {
                each(&|x| forward::normalise(x, sizes.from, mean, deviation, self.terms))
            }
            Layer::Activation(activation) => chosen(&|x, pieces| {
                let pairs = x.iter().zip(pieces);
                pairs
                    .map(|(x, &piece)| activation.on_piece(piece, x, self.terms))
                    .collect()
            }),
            Layer::MaxPool(_) => {
                chosen(&|x, places| places.iter().map(|&place| x[place].clone()).collect())
            }
            Layer::AveragePool(window) => each(&|x| forward::average_pool(x, sizes, window)),
            Layer::Flatten => read.clone(),
            Layer::SampleNorm(norm) => each(&|x| forward::sample_norm(&own, x, sizes.from, norm)),
            Layer::Recall { from } => activations[*from].clone(),
            Layer::Embedding { width, .. } => each(&|x| sequence::embedding(&own, x, *width)),
            Layer::Positions { .. } => each(&|x| sequence::positions(&own, x, sizes.from[0])),
            Layer::Constants(constants) => each(&|x| sequence::shift(x, constants)),
            &Layer::Attention { heads, is_causal } => {
                each(&|x| sequence::attention(x, sizes.from[1], heads, is_causal))
            }
            Layer::Row { position } => each(&|x| sequence::row(x, sizes.from[1], *position)),
            Layer::Shortcut {
                from,
                stride,
                first,
            } => {
                let sizes = Sizes {
                    from: self.graph.size(*from),
                    ..sizes
                };
                let pairs = read.iter().zip(&activations[*from]);
                let sums = pairs.map(|(x, a)| forward::shortcut(x, a, sizes, [*stride, *first]));
                sums.collect()
            }
        }
    }

    /// The layer's own parameters and statistics, which start at `place`.
    fn own<'a>(&'a self, layer: usize, place: &mut Place, point: &'a [Jet<T>]) -> Own<'a, T> {
        let (weights, biases) = self.graph.weights(layer);
        let start = place.parameters;
        place.parameters += weights + biases;
        let statistics = self.graph.layers()[layer].statistics(self.graph.size(layer));
        let first = place.statistics;
        place.statistics += statistics;
        let is_fixed = self.graph.statistics() == Statistics::Fixed;
        Own {
            weights: &point[start..start + weights],
            biases: &point[start + weights..place.parameters],
            statistics: is_fixed.then(|| &self.statistics[first..place.statistics]),
            terms: self.terms,
        }
    }

    /// Determines the position of every switch, layer by layer, and records the closest one.
    pub(super) fn set_switches(&mut self) {
        let point = self.at(None, None);
        for group in self.groups() {
            let mut activations = vec![self.inputs_of(&group)];
            let mut place = Place::default();
            for layer in 0..self.graph.layers().len() {
                for (k, &sample) in group.iter().enumerate() {
                    self.set_layer(layer, sample, &activations[layer][k]);
                }
                let next = self.layer(layer, &mut place, &group, &point, &activations);
                activations.push(next);
            }
            let outputs = activations.pop().unwrap_or_default();
            for (output, &sample) in outputs.iter().zip(&group) {
                let values: Vec<T> = output.iter().map(|o| o.value.clone()).collect();
                let hinges = self.graph.loss().switches(&values, self.target(sample));
                for (open, margin) in hinges {
                    self.switches[sample].hinges.push(open);
                    self.closest.take(&margin);
                }
            }
        }
    }

    /// Determines the pieces or chosen indices of one layer.
    fn set_layer(&mut self, layer: usize, sample: usize, read: &[Jet<T>]) {
        let sizes = self.sizes(layer);
        let chosen = match &self.graph.layers()[layer] {
            Layer::Activation(activation) => {
                let pieces = read.iter().map(|x| activation.piece(&x.value));
                let (pieces, distances): (Vec<_>, Vec<_>) = pieces.unzip();
                let distances = distances.iter().flatten();
                distances.for_each(|distance| self.closest.take(distance));
                pieces
            }
            Layer::MaxPool(window) => {
                let (places, leads): (Vec<_>, Vec<_>) =
                    forward::largest(read, sizes, window).into_iter().unzip();
                leads
                    .iter()
                    .flatten()
                    .for_each(|lead| self.closest.take(lead));
                places
            }
            Layer::Dense { .. }
            | Layer::Convolution { .. }
            | Layer::BatchNorm { .. }
            | Layer::SampleNorm(_)
            | Layer::Normalise { .. }
            | Layer::AveragePool(_)
            | Layer::Flatten
            | Layer::Embedding { .. }
            | Layer::Positions { .. }
            | Layer::Constants(_)
            | Layer::Attention { .. }
            | Layer::Row { .. }
            | Layer::Shortcut { .. }
            | Layer::Recall { .. } => Vec::new(),
        };
        self.switches[sample].layers.push(chosen);
    }
}

/// How many parameters and statistics the preceding layers have.
#[derive(Default)]
struct Place {
    parameters: usize,
    statistics: usize,
}
