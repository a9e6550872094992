//! A network: its layers in the order in which they run.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Normal};

use crate::kernel::Start;

use super::item::Item;
use super::layer::{Initialisation, Layer};
use super::layers::{Operand, Operation};
use super::{Loss, Shape};

/// A network: a directed graph of layers, its loss, and the shape of its input.
///
/// The parameters form one flat vector, layer after layer, weights before bias. Dense weights have
/// PyTorch's order (outputs × inputs). Convolution weights have the order groups × rows × columns ×
/// inputs per group × outputs per group. [`super::Assembly`] converts from PyTorch's order.
#[derive(Clone, Debug)]
pub struct Network {
    pub(super) name: String,
    pub(super) input: Shape,
    pub(super) sample: Shape,
    pub(super) loss: Loss,
    pub(super) weight_decay: f64,
    pub(super) layers: Vec<Layer>,
    /// `requires_gradient[i]`: whether activation `i` depends on a parameter.
    pub(super) requires_gradient: Vec<bool>,
    /// The last layer that reads activation `i`, which is the first to propagate a derivative back to
    /// it.
    pub(super) last_reader: Vec<usize>,
    /// The network as the list of an architecture file.
    pub(super) items: Vec<Item>,
}

impl Network {
    /// The name of the architecture: `784-500-500-500-10`, `vgg11`, ….
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shape of one sample as the first layer reads it.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// The shape of one sample as it is given: that of the input, or an image, if the network begins by flattening it.
    pub fn sample(&self) -> Shape {
        self.sample
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// Returns the network with another loss.
    #[must_use]
    pub fn with_loss(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The number of values in one sample.
    pub fn features(&self) -> usize {
        self.input.numbers()
    }

    /// The number of outputs `c`.
    pub fn outputs(&self) -> usize {
        self.last().output.numbers()
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        let ends = self
            .layers
            .iter()
            .map(|layer| layer.weight.end.max(layer.bias.end));
        ends.max().unwrap_or(0)
    }

    /// The number of means and variances in all batch normalisations.
    pub fn statistics(&self) -> usize {
        self.last().statistics.end
    }

    /// The number of different tokens that the network reads; `None` if its inputs are no tokens.
    pub fn vocabulary(&self) -> Option<usize> {
        self.layers.iter().find_map(|layer| match &layer.operation {
            Operation::Embedding(embedding) => Some(embedding.vocabulary),
            _ => None,
        })
    }

    /// Whether the network predicts a token from what it knows at one position of a sequence.
    pub fn predicts_one_token(&self) -> bool {
        let mut layers = self.layers.iter();
        let is_read_out = |layer: &Layer| matches!(layer.operation, Operation::ReadOut(_));
        self.vocabulary() == Some(self.outputs()) && layers.any(is_read_out)
    }

    /// Whether the network has batch normalisation, which couples the samples in training mode.
    pub fn has_batch_norm(&self) -> bool {
        self.statistics() > 0
    }

    /// Whether a checkpoint contains means and variances for all batch normalisations.
    pub fn has_running_statistics(&self) -> bool {
        let lacks = |layer: &Layer| {
            let operation = &layer.operation;
            matches!(operation, Operation::Standardise(norm) if !norm.running_statistics)
        };
        !self.layers.iter().any(lacks)
    }

    /// Whether the network is a chain of dense layers, none of them tied. Then a whole batch is processed at once, and `H_i v` has rank two in every layer.
    pub fn is_dense(&self) -> bool {
        let is_dense =
            |layer: &Layer| matches!(layer.operation, Operation::Dense(_)) && !layer.is_tied();
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

    /// Whether layer `index` overwrites or adds to the derivative with respect to activation `read`.
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

    /// Draws random parameters according to each layer's [`Initialisation`].
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

    /// The statistics before any training: mean 0 and variance 1.
    pub fn initial_statistics(&self) -> Vec<f32> {
        let mut statistics = vec![0.0; self.statistics()];
        for layer in &self.layers {
            statistics[layer.variances()].fill(1.0);
        }
        statistics
    }
}

/// Draws `count` numbers uniformly from `[−bound, bound)`.
fn uniform(random: &mut impl Rng, bound: f32, count: usize) -> impl Iterator<Item = f32> {
    (0..count).map(move |_| (2.0 * random.random::<f32>() - 1.0) * bound)
}
