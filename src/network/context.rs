//! A point of the loss, prepared for passes.

use crate::kernel::Isa;

use super::layers::{LayerParameters, Site};
use super::{Network, Point};

/// Copies of a network's convolution weights in the order that the backward passes read. They are made
/// once for all chunks of a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct BackwardWeights(Vec<Vec<f32>>);

impl BackwardWeights {
    /// Copies the weights from `parameters`.
    pub fn fill(&mut self, isa: Isa, network: &Network, parameters: &[f32]) {
        self.0.resize(network.layers().len(), Vec::new());
        for (layer, ordered) in network.layers().iter().zip(&mut self.0) {
            let weight = &parameters[layer.weight.clone()];
            let operator = layer.operation.operator();
            operator.order_for_backward(isa, weight, ordered);
        }
    }
}

/// A parameter vector, or a direction in parameter space, prepared for passes.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a> {
    pub flat: &'a [f32],
    pub backward: &'a BackwardWeights,
}

impl<'a> Parameters<'a> {
    /// The parameters of layer `index`.
    pub fn of(&self, network: &Network, index: usize) -> LayerParameters<'a> {
        let layer = &network.layers()[index];
        LayerParameters {
            weight: &self.flat[layer.weight.clone()],
            bias: &self.flat[layer.bias.clone()],
            backward_weight: self.backward.0.get(index).map_or(&[], |weight| weight),
        }
    }
}

/// A point with its prepared parameters, and the instruction set that the passes run on.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub isa: Isa,
    pub point: Point<'a>,
    pub parameters: Parameters<'a>,
}

impl<'a> Context<'a> {
    pub fn new(isa: Isa, point: Point<'a>, backward: &'a BackwardWeights) -> Self {
        let flat = point.parameters;
        Context {
            isa,
            point,
            parameters: Parameters { flat, backward },
        }
    }

    pub fn network(&self) -> &'a Network {
        self.point.network
    }

    /// Layer `index`, applied to `samples` samples.
    pub fn layer(&self, index: usize, samples: usize) -> Site<'a> {
        let layer = &self.network().layers[index];
        let is_fixed = !self.point.is_coupled();
        Site {
            isa: self.isa,
            samples,
            input: layer.input,
            output: layer.output,
            parameters: self.parameters.of(self.network(), index),
            statistics: is_fixed.then(|| &self.point.statistics[layer.statistics.clone()]),
        }
    }
}
