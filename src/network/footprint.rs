//! How many numbers passes keep in memory.

use super::Network;
use super::chunks::SHARES;
use super::layer::Layer;
use super::layers::CHUNK;

impl Network {
    /// Numbers of all activations of one sample, the input left out.
    pub fn activation_numbers(&self) -> u64 {
        let layers = self.layers.iter();
        layers.map(|layer| layer.output.numbers() as u64).sum()
    }

    /// Numbers of the largest matrix of windows: the windows of one image and one group of channels, each a
    /// column, which the engine in f64 makes of every image.
    pub fn window_numbers(&self) -> u64 {
        let numbers = |layer: &Layer| layer.operation.operator().window_numbers(layer.output);
        self.layers.iter().map(numbers).max().unwrap_or(0) as u64
    }

    /// Numbers (4 bytes each) that a measurement of curvature over `samples` samples keeps beside
    /// the samples and the parameters themselves: activations and derivatives of the base pass and
    /// of two directional passes, weights copied for the backward passes, and sums.
    ///
    /// A chain of dense layers and a network with coupled samples keep whole batches, `6·n·A` with
    /// `A` the numbers of all activations of one sample; others keep a chunk a share.
    pub fn curvature_numbers(&self, samples: usize, is_coupled: bool) -> u64 {
        let wide = |count: usize| count as u64;
        let sum = |numbers: &dyn Fn(&Layer) -> usize| wide(self.layers.iter().map(numbers).sum());
        let activations = self.activation_numbers();
        let saved = sum(&|layer| {
            let by_activation = layer.activation.kept_numbers() * layer.output.numbers();
            layer.operation.operator().saved_numbers(layer.output) + by_activation
        });
        let largest = self.layers.iter().map(|layer| layer.output.numbers()).max();
        let largest = wide(largest.unwrap_or(0));
        let backward_weights = sum(&|layer| {
            let has_copy = layer.operation.operator().has_backward_weight();
            if has_copy { layer.weight.len() } else { 0 }
        });
        let parameters = wide(self.parameters());
        let shared = parameters + 2 * backward_weights;
        if self.is_dense() || is_coupled {
            // The passes that give loss and gradient are over before the second tangent is made;
            // with coupled samples there is none, but a copy or two of the largest activation.
            let own = if is_coupled { 2 * largest } else { 0 };
            shared + parameters + wide(samples) * (6 * activations + saved + own)
        } else {
            let shares = wide(SHARES.min(samples));
            let longest = CHUNK.min(samples.div_ceil(SHARES));
            let chunk = wide(longest) * (4 * activations + saved);
            shared + shares * (chunk + 2 * parameters + backward_weights)
        }
    }
}
