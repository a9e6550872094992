//! How much memory the passes need, in numbers.

use super::Network;
use super::chunks::{SHARES, keeps_bases, rows_at_once};
use super::layer::Layer;
use super::layers::CHUNK;

impl Network {
    /// How many numbers the activations of one sample hold together, not counting the input.
    pub fn activation_numbers(&self) -> u64 {
        let layers = self.layers.iter();
        layers.map(|layer| layer.output.numbers() as u64).sum()
    }

    /// The size of the largest im2col matrix, in numbers: the windows of one image and one group of
    /// channels, one column per window. The f64 engine forms this matrix for every image.
    pub fn window_numbers(&self) -> u64 {
        let numbers = |layer: &Layer| layer.operation.operator().window_numbers(layer.output);
        self.layers.iter().map(numbers).max().unwrap_or(0) as u64
    }

    /// How many numbers the base pass of one sample takes: activations, derivatives and what the layers save.
    pub(super) fn base_numbers(&self) -> u64 {
        2 * self.activation_numbers() + self.saved_numbers()
    }

    /// How many numbers the layers and their activations save of one sample.
    fn saved_numbers(&self) -> u64 {
        let saved = |layer: &Layer| {
            let by_activation = layer.activation.kept_numbers() * layer.output.numbers();
            layer.operation.operator().saved_numbers(layer.output) + by_activation
        };
        self.layers.iter().map(|layer| saved(layer) as u64).sum()
    }

    /// How many numbers (4 bytes each) a measurement of curvature over `samples` samples keeps besides
    /// the samples and the parameters themselves: activations and derivatives of the base pass and of
    /// two directional passes, weights copied for the backward passes, and sums.
    ///
    /// A chain of dense layers and a network with coupled samples keep whole batches, `6·n·A`, where `A`
    /// is the number of activations per sample (a chain no more than `rows_at_once` samples); other networks keep one
    /// chunk per share, and the base passes of small batches.
    pub fn curvature_numbers(&self, samples: usize, is_coupled: bool) -> u64 {
        let wide = |count: usize| count as u64;
        let activations = self.activation_numbers();
        let saved = self.saved_numbers();
        let largest = self.layers.iter().map(|layer| layer.output.numbers()).max();
        let largest = wide(largest.unwrap_or(0));
        let copied = |layer: &&Layer| layer.operation.operator().has_backward_weight();
        let copied = self.layers.iter().filter(copied);
        let backward_weights = wide(copied.map(|layer| layer.weight.len()).sum());
        let parameters = wide(self.parameters());
        let shared = parameters + 2 * backward_weights;
        if self.is_dense() || is_coupled {
            // The passes for loss and gradient are over before the second tangent is made. With coupled
            // samples there is no second tangent, but one or two copies of the largest activation.
            let own = if is_coupled { 2 * largest } else { 0 };
            let samples = if is_coupled {
                samples
            } else {
                samples.min(rows_at_once(self))
            };
            shared + parameters + wide(samples) * (6 * activations + saved + own)
        } else {
            let shares = wide(SHARES.min(samples));
            let longest = CHUNK.min(samples.div_ceil(SHARES));
            let chunk = wide(longest) * (4 * activations + saved);
            let kept = if keeps_bases(self, samples) {
                2 * wide(samples) * self.base_numbers()
            } else {
                0
            };
            shared + kept + shares * (chunk + 2 * parameters + backward_weights)
        }
    }
}
