//! How many numbers passes keep in memory.

use crate::kernel::{Panels, Zeros};

use super::Network;
use super::bilinear::CHUNK;
use super::chunks::SHARES;
use super::layer::Operation;

impl Network {
    /// Numbers of all activations of one sample, the input left out.
    pub fn activation_numbers(&self) -> u64 {
        let layers = self.layers.iter();
        layers.map(|layer| layer.output.numbers() as u64).sum()
    }

    /// Numbers of the largest matrix of windows: the windows of one image and one group of channels, each a
    /// column, which the engine in f64 makes of every image.
    pub fn window_numbers(&self) -> u64 {
        let numbers = |layer: &super::Layer| match &layer.operation {
            Operation::Convolution(convolution) => {
                let shape = convolution.shape();
                let rows = shape.window.size.area() * shape.group_inputs();
                (rows * layer.output.positions()) as u64
            }
            _ => 0,
        };
        self.layers.iter().map(numbers).max().unwrap_or(0)
    }

    /// Numbers (4 bytes each) that a measurement of curvature over `samples` samples keeps beside
    /// the samples and the parameters themselves: activations and derivatives of the base pass and
    /// of two directional passes, weights turned for the way back, and sums.
    ///
    /// A chain of dense layers and a network with coupled samples keep whole batches, `6·n·A` with
    /// `A` the numbers of all activations of one sample, a chain also its factors as the products read
    /// them; others keep a chunk a share.
    pub fn curvature_numbers(&self, samples: usize, is_coupled: bool) -> u64 {
        let wide = |count: usize| count as u64;
        let numbers = |layer: &super::Layer| wide(layer.output.numbers());
        let activations = self.activation_numbers();
        let places = self
            .layers
            .iter()
            .filter(|layer| matches!(layer.operation, Operation::MaxPool(_)));
        let places: u64 = places.map(numbers).sum();
        let largest = self.layers.iter().map(numbers).max().unwrap_or(0);
        let convolutions = self
            .layers
            .iter()
            .filter(|layer| matches!(layer.operation, Operation::Convolution(_)));
        let turned: u64 = convolutions.map(|layer| wide(layer.weight.len())).sum();
        let parameters = wide(self.parameters());
        let shared = parameters + 2 * turned;
        match self.is_dense() || is_coupled {
            // The passes that give loss and gradient are over before the second tangent is made;
            // with coupled samples there is none, but a copy or two of the largest activation.
            true => {
                let own = if is_coupled { 2 * largest } else { 0 };
                let kept = if self.is_dense() {
                    self.kept_numbers(samples)
                } else {
                    0
                };
                shared + parameters + kept + wide(samples) * (6 * activations + places + own)
            }
            false => {
                let shares = wide(SHARES.min(samples));
                let longest = CHUNK.min(samples.div_ceil(SHARES));
                let chunk = wide(longest) * (4 * activations + places);
                shared + shares * (chunk + 2 * parameters + turned)
            }
        }
    }

    /// What a chain of dense layers keeps for all its products ([`super::chain`]): what its layers read
    /// and all weights but the first, twice, in panels of whole vectors, and where the inputs and, twice,
    /// what ReLUs give is zero.
    fn kept_numbers(&self, samples: usize) -> u64 {
        let layers = self.layers.iter().enumerate().map(|(index, layer)| {
            let (inputs, outputs) = (layer.input.numbers(), layer.output.numbers());
            let weights = Panels::numbers((inputs, outputs)) + Panels::numbers((outputs, inputs));
            let closed = Zeros::most_numbers((samples, outputs), false)
                + Zeros::most_numbers((outputs, samples), true);
            Panels::numbers((samples, inputs))
                + if index > 0 { weights } else { 0 }
                + if layer.activation.is_relu() {
                    closed
                } else {
                    0
                }
        });
        let inputs = Zeros::most_numbers((samples, self.features()), false);
        (layers.sum::<usize>() + inputs) as u64
    }
}
