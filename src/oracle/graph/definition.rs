//! The definition of a network, and the numbers on which it is evaluated.

use super::activation::Activation;
use super::layer::{Layer, Size, numbers};
use super::loss::Loss;
use crate::number::Interval;

/// The scalar used in proofs. On a dyadic grid, 256 bits represent every number of a small network
/// exactly.
pub type Enclosure = Interval<256>;

/// The means and variances that batch normalisation uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistics {
    /// Those of the batch, which couple the samples.
    Batch,
    /// Given, fixed ones.
    Fixed,
}

/// The second derivative to use as the `H_i` of the loss of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondDerivative {
    /// The Hessian.
    Hessian,
    /// The Gauss–Newton matrix `Jᵀ L J`: the outputs are treated as linear in the parameters.
    GaussNewton,
}

/// The numbers on which a graph is evaluated.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// All weights and biases, in PyTorch's order ([`Graph::weights`]).
    pub parameters: &'a [f32],
    /// The means, then the variances, layer after layer; unused when the batch provides them.
    pub statistics: &'a [f32],
    /// The inputs: samples × channels × height × width.
    pub inputs: &'a [f32],
    /// The targets: samples × outputs.
    pub targets: &'a [f32],
}

impl Values<'_> {
    /// The number of samples.
    ///
    /// # Panics
    /// When a length does not match the graph.
    pub(crate) fn samples(&self, graph: &Graph) -> usize {
        let samples = self.targets.len() / graph.outputs();
        assert_eq!(self.parameters.len(), graph.parameters(), "parameters");
        assert_eq!(self.inputs.len(), samples * graph.features(), "inputs");
        assert_eq!(self.targets.len(), samples * graph.outputs(), "targets");
        samples
    }
}

/// The definition of a network: a list of layers and a loss.
#[derive(Clone, Debug)]
pub struct Graph {
    layers: Vec<Layer>,
    loss: Loss,
    weight_decay: f64,
    statistics: Statistics,
    sizes: Vec<Size>,
}

impl Graph {
    /// Builds the graph that reads samples of size `input`.
    ///
    /// # Panics
    /// When a layer does not fit after the one before it.
    pub fn new(input: Size, layers: Vec<Layer>, loss: Loss, statistics: Statistics) -> Self {
        let mut sizes = vec![input];
        for layer in &layers {
            sizes.push(layer.output_size(&sizes));
        }
        Graph {
            layers,
            loss,
            weight_decay: 0.0,
            statistics,
            sizes,
        }
    }

    /// The fully connected ReLU network with these layer widths, input first, and the mean-squared loss.
    ///
    /// # Panics
    /// When `widths` is empty.
    pub fn chain(widths: &[usize]) -> Self {
        let mut layers = Vec::new();
        for &outputs in &widths[1..] {
            let bias = true;
            layers.extend([
                Layer::Dense { outputs, bias },
                Layer::Activation(Activation::Relu),
            ]);
        }
        layers.pop();
        Graph::new(
            [widths[0], 1, 1],
            layers,
            Loss::MeanSquared,
            Statistics::Fixed,
        )
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// Returns the graph in which `(λ/2)·Σ_j w_j²`, over all parameters, is added to the loss of every
    /// sample.
    #[must_use]
    pub fn with_weight_decay(self, weight_decay: f64) -> Self {
        Graph {
            weight_decay,
            ..self
        }
    }

    /// The weight decay λ.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    /// Returns the graph with these statistics for batch normalisation.
    #[must_use]
    pub fn with_statistics(self, statistics: Statistics) -> Self {
        Graph { statistics, ..self }
    }

    /// The statistics that batch normalisation uses.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// The size of activation `activation`: 0 is the input, `i + 1` the output of layer `i`.
    pub fn size(&self, activation: usize) -> Size {
        self.sizes[activation]
    }

    /// How many numbers the input of one sample has.
    pub fn features(&self) -> usize {
        numbers(self.sizes[0])
    }

    /// The number of outputs `c`.
    pub fn outputs(&self) -> usize {
        numbers(self.sizes[self.layers.len()])
    }

    /// How many weights and how many biases layer `layer` has. The parameter vector lists them in this
    /// order, layer after layer.
    pub fn weights(&self, layer: usize) -> (usize, usize) {
        self.layers[layer].weights(self.sizes[layer])
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        let weights = (0..self.layers.len()).map(|layer| self.weights(layer));
        weights.map(|(weights, biases)| weights + biases).sum()
    }

    /// How many numbers all activations of one sample have together, including the input.
    pub(crate) fn activation_numbers(&self) -> usize {
        self.sizes.iter().map(|&size| numbers(size)).sum()
    }

    /// Whether the samples of a batch are coupled.
    pub fn is_coupled(&self) -> bool {
        self.statistics == Statistics::Batch && self.layers.iter().any(Layer::is_batch_norm)
    }
}
