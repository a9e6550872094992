//! The layers one after the other: the loss of some samples near a point, and its switches.

use std::cmp::Ordering;

use super::jet::Jet;
use super::landscape::{Landscape, Second};
use super::layers::{self, Activation, Own};
use super::{Layer, Statistics, loss};
use crate::number::Real;

/// Which way every switch stands: the ReLUs that are open (0 or 1), the places that a max-pool
/// chose, by layer, then number; and the hinges that count.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    pub layers: Vec<Vec<usize>>,
    pub hinges: Vec<bool>,
}

/// What a layer makes of the activation of one sample.
type Alone<'a, T> = dyn Fn(&Activation<T>) -> Activation<T> + 'a;

/// The same at the places that the sample's switches chose.
type Chosen<'a, T> = dyn Fn(&Activation<T>, &[usize]) -> Activation<T> + 'a;

impl<T: Real + Send + Sync> Landscape<T> {
    /// Every activation of some samples: of the input, then of each layer.
    pub(super) fn activations(&self, group: &[usize], point: &[Jet<T>]) -> Vec<Vec<Activation<T>>> {
        let mut activations = vec![self.inputs_of(group)];
        let mut place = Place::default();
        for layer in 0..self.graph.layers().len() {
            let next = self.layer(layer, &mut place, group, point, &activations);
            activations.push(next);
        }
        activations
    }

    /// The summed loss of some samples, the penalty of each included.
    pub(super) fn group_loss(&self, group: &[usize], point: &[Jet<T>], second: Second) -> Jet<T> {
        let outputs = self.activations(group, point).pop().unwrap_or_default();
        let mut sum = Jet::zero();
        for (mut output, &sample) in outputs.into_iter().zip(group) {
            if second == Second::GaussNewton {
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

    fn target(&self, sample: usize) -> &[f32] {
        let outputs = self.graph.outputs();
        &self.targets[sample * outputs..(sample + 1) * outputs]
    }

    fn inputs_of(&self, group: &[usize]) -> Vec<Activation<T>> {
        let features = self.graph.features();
        let input = |&sample: &usize| {
            let input = &self.inputs[sample * features..(sample + 1) * features];
            input.iter().cloned().map(Jet::constant).collect()
        };
        group.iter().map(input).collect()
    }

    /// What layer `layer` gives for the samples of a group.
    fn layer(
        &self,
        layer: usize,
        place: &mut Place,
        group: &[usize],
        point: &[Jet<T>],
        activations: &[Vec<Activation<T>>],
    ) -> Vec<Activation<T>> {
        let own = self.own(layer, place, point);
        let read = &activations[layer];
        let sizes = (self.graph.size(layer), self.graph.size(layer + 1));
        let each = |of: &Alone<'_, T>| read.iter().map(of).collect();
        let chosen = |of: &Chosen<'_, T>| {
            let samples = read.iter().zip(group);
            let samples = samples.map(|(x, &i)| of(x, &self.switches[i].layers[layer]));
            samples.collect()
        };
        match &self.graph.layers()[layer] {
            Layer::Dense { .. } => each(&|x| layers::dense(&own, x)),
            Layer::Convolution { window, groups, .. } => {
                each(&|x| layers::convolution(&own, x, sizes, (window, *groups)))
            }
            Layer::BatchNorm { epsilon, .. } => layers::batch_norm(&own, read, sizes.0, *epsilon),
            Layer::Normalise { mean, deviation } => {
                each(&|x| layers::normalise(x, sizes.0, (mean, deviation), self.terms))
            }
            Layer::Relu => chosen(&|x, open| {
                let pairs = x.iter().zip(open);
                let kept = pairs.map(|(x, &open)| if open == 1 { x.clone() } else { Jet::zero() });
                kept.collect()
            }),
            Layer::MaxPool(_) => {
                chosen(&|x, places| places.iter().map(|&place| x[place].clone()).collect())
            }
            Layer::AveragePool(window) => each(&|x| layers::average_pool(x, sizes, window)),
            Layer::Flatten => read.clone(),
            Layer::Shortcut { from, stride } => {
                let sizes = (self.graph.size(*from), sizes.1);
                let pairs = read.iter().zip(&activations[*from]);
                let sums = pairs.map(|(x, a)| layers::shortcut(x, a, sizes, *stride));
                sums.collect()
            }
        }
    }

    /// Takes the layer's parameters and statistics from where they stand.
    fn own<'a>(&'a self, layer: usize, place: &mut Place, point: &'a [Jet<T>]) -> Own<'a, T> {
        let (weights, biases) = self.graph.weights(layer);
        let start = place.parameters;
        place.parameters += weights + biases;
        let statistics = match self.graph.layers()[layer] {
            Layer::BatchNorm { .. } => 2 * self.graph.size(layer)[0],
            _ => 0,
        };
        let first = place.statistics;
        place.statistics += statistics;
        let is_fixed = self.graph.statistics == Statistics::Fixed;
        Own {
            weights: &point[start..start + weights],
            biases: &point[start + weights..place.parameters],
            statistics: is_fixed.then(|| &self.statistics[first..place.statistics]),
            terms: self.terms,
        }
    }

    /// Finds which way every switch stands, layer by layer, and remembers the closest one.
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
                    self.come_close(&margin);
                }
            }
        }
    }

    fn set_layer(&mut self, layer: usize, sample: usize, read: &[Jet<T>]) {
        let sizes = (self.graph.size(layer), self.graph.size(layer + 1));
        let chosen = match &self.graph.layers()[layer] {
            Layer::Relu => {
                read.iter().for_each(|x| self.come_close(&x.value));
                let is_open = |x: &Jet<T>| x.value.sign() == Some(Ordering::Greater);
                read.iter().map(|x| usize::from(is_open(x))).collect()
            }
            Layer::MaxPool(window) => {
                let (places, leads): (Vec<_>, Vec<_>) =
                    layers::largest(read, sizes, window).into_iter().unzip();
                leads
                    .iter()
                    .flatten()
                    .for_each(|lead| self.come_close(lead));
                places
            }
            _ => Vec::new(),
        };
        self.switches[sample].layers.push(chosen);
    }

    /// Remembers `|distance|` where it is the smallest so far.
    fn come_close(&mut self, distance: &T) {
        let size = match distance.sign() {
            Some(Ordering::Less) => -distance,
            Some(_) => distance.clone(),
            None => T::zero(),
        };
        let is_closer = |closest: &T| size.compare(closest) == Some(Ordering::Less);
        if self.closest.as_ref().is_none_or(is_closer) {
            self.closest = Some(size);
        }
    }
}

/// How many parameters and statistics the layers before have.
#[derive(Default)]
struct Place {
    parameters: usize,
    statistics: usize,
}
