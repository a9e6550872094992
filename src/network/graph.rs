//! A network: layers in the order in which they run.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Normal};

use crate::kernel::Start;

use super::layer::{Initialisation, Layer};
use super::layers::{Operand, Operation};
use super::{Loss, Shape};

/// A network: a directed graph of layers, its loss, and the shape of its input.
///
/// Parameters are one flat vector, layer after layer, weights before bias. Dense weights stand as
/// in PyTorch (outputs × inputs); convolution weights stand as groups × rows × columns × inputs × outputs of a group.
/// [`super::Assembly`] turns PyTorch's order into this one.
#[derive(Clone, Debug)]
pub struct Network {
    pub(super) name: String,
    pub(super) input: Shape,
    pub(super) loss: Loss,
    pub(super) weight_decay: f64,
    pub(super) layers: Vec<Layer>,
    /// Does activation `i` depend on a parameter?
    pub(super) requires_gradient: Vec<bool>,
    /// The last layer that reads activation `i`: the first to hand a derivative back to it.
    pub(super) last_reader: Vec<usize>,
}

impl Network {
    /// The name of the architecture: `784-500-500-500-10`, `vgg11`, ….
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shape of one sample.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The same network with another loss.
    #[must_use]
    pub fn with_loss(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Numbers of one sample.
    pub fn features(&self) -> usize {
        self.input.numbers()
    }

    /// Number of outputs `c`.
    pub fn outputs(&self) -> usize {
        self.last().output.numbers()
    }

    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        let ends = self
            .layers
            .iter()
            .map(|layer| layer.weight.end.max(layer.bias.end));
        ends.max().unwrap_or(0)
    }

    /// Number of means and variances of batch normalisation.
    pub fn statistics(&self) -> usize {
        self.last().statistics.end
    }

    /// Does the network normalise over batches, so that its samples are coupled in training mode?
    pub fn has_batch_norm(&self) -> bool {
        self.statistics() > 0
    }

    /// Does a checkpoint have means and variances for all of its batch normalisation?
    pub fn has_running_statistics(&self) -> bool {
        let lacks = |layer: &Layer| {
            let operation = &layer.operation;
            matches!(operation, Operation::Standardise(norm) if !norm.running_statistics)
        };
        !self.layers.iter().any(lacks)
    }

    /// Is it a chain of dense layers, none of them tied, with activations that are piecewise linear?
    /// Then a whole batch passes at once, and `H_i v` has rank two in every layer.
    pub fn is_dense(&self) -> bool {
        let is_dense = |layer: &Layer| {
            matches!(layer.operation, Operation::Dense(_))
                && layer.activation.second_derivative().is_none()
                && !layer.is_tied()
        };
        self.layers.iter().all(is_dense)
    }

    /// The activations that layer `index` reads and that depend on a parameter.
    pub(super) fn operands_with_gradient(
        &self,
        index: usize,
    ) -> impl Iterator<Item = (Operand, usize)> {
        let operands = self.layers[index].operands();
        operands.filter(|&(_, read)| self.requires_gradient[read])
    }

    /// What layer `index` begins with when it hands a derivative back to activation `read`.
    pub(super) fn start_of(&self, index: usize, read: usize) -> Start {
        if self.last_reader[read] == index {
            Start::Zero
        } else {
            Start::Accumulate
        }
    }

    fn last(&self) -> &Layer {
        self.layers.last().expect("a network has a layer")
    }

    /// Parameters drawn at random as each layer's [`Initialisation`] says.
    pub fn initial_parameters(&self, random: &mut impl Rng) -> Vec<f32> {
        let mut parameters = Vec::with_capacity(self.parameters());
        for layer in &self.layers {
            let bound = 1.0 / (layer.fan_in() as f32).sqrt();
            let weights = if layer.tied.weight {
                0
            } else {
                layer.weight.len()
            };
            let biases = if layer.tied.bias { 0 } else { layer.bias.len() };
            match layer.initialisation {
                Initialisation::FanIn => parameters.extend(uniform(random, bound, weights)),
                Initialisation::One => parameters.extend(std::iter::repeat_n(1.0, weights)),
                Initialisation::Normal(deviation) => {
                    let normal = Normal::new(0.0, deviation).expect("a finite deviation");
                    parameters.extend((0..weights).map(|_| normal.sample(random)));
                }
            }
            let bound = if layer.zero_bias { 0.0 } else { bound };
            parameters.extend(uniform(random, bound, biases));
        }
        parameters
    }

    /// The statistics before any training: means 0, variances 1.
    pub fn initial_statistics(&self) -> Vec<f32> {
        let mut statistics = vec![0.0; self.statistics()];
        for layer in &self.layers {
            statistics[layer.variances()].fill(1.0);
        }
        statistics
    }
}

/// So many numbers uniform on `[−bound, bound)`.
fn uniform(random: &mut impl Rng, bound: f32, count: usize) -> impl Iterator<Item = f32> {
    (0..count).map(move |_| (2.0 * random.random::<f32>() - 1.0) * bound)
}
