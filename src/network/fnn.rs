//! The shape of a fully connected network.

use std::ops::Range;

use crate::kernel::MatrixRef;

/// One affine layer `z = h·Wᵀ + b` and where its parameters stand in the flat vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Width of `h`.
    pub inputs: usize,
    /// Width of `z`.
    pub outputs: usize,
    /// Place of `W`: outputs × inputs, row-major.
    pub weight: Range<usize>,
    /// Place of `b`.
    pub bias: Range<usize>,
}

impl Layer {
    /// `W` as outputs × inputs.
    pub fn weights<'a>(&self, parameters: &'a [f32]) -> MatrixRef<'a> {
        MatrixRef::new(&parameters[self.weight.clone()], self.outputs, self.inputs)
    }

    /// `W`, row after row, and `b`.
    pub fn parts_mut<'a>(&self, parameters: &'a mut [f32]) -> (&'a mut [f32], &'a mut [f32]) {
        let here = &mut parameters[self.weight.start..self.bias.end];
        here.split_at_mut(self.weight.len())
    }
}

/// A fully connected network with ReLU between its layers and none after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fnn {
    layers: Vec<Layer>,
}

impl Fnn {
    /// The network whose layers have these widths, input first: the authors' is
    /// `[784, 500, 500, 500, 10]`.
    ///
    /// # Panics
    /// With fewer than two widths, or a width of zero.
    pub fn new(widths: &[usize]) -> Self {
        assert!(widths.len() >= 2, "a network needs an input and an output");
        assert!(!widths.contains(&0), "a layer of width 0 in {widths:?}");
        let mut end = 0;
        let mut take = |length| {
            end += length;
            end - length..end
        };
        let layers = widths
            .windows(2)
            .map(|pair| Layer {
                inputs: pair[0],
                outputs: pair[1],
                weight: take(pair[0] * pair[1]),
                bias: take(pair[1]),
            })
            .collect();
        Fnn { layers }
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Number of layers.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Number of input features.
    pub fn features(&self) -> usize {
        self.layers[0].inputs
    }

    /// Number of outputs `c`.
    pub fn outputs(&self) -> usize {
        self.layers[self.depth() - 1].outputs
    }

    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        self.layers[self.depth() - 1].bias.end
    }

    /// Initial parameters by PyTorch's default law: weights and biases uniform on
    /// `[−1/√inputs, 1/√inputs)`. `uniform` gives numbers uniform on [0, 1).
    pub fn initial_parameters(&self, mut uniform: impl FnMut() -> f32) -> Vec<f32> {
        let mut parameters = Vec::with_capacity(self.parameters());
        for layer in &self.layers {
            let bound = 1.0 / (layer.inputs as f32).sqrt();
            let count = layer.weight.len() + layer.bias.len();
            parameters.extend((0..count).map(|_| (2.0 * uniform() - 1.0) * bound));
        }
        parameters
    }

    /// The widths as text: `784-500-500-500-10`.
    pub fn describe(&self) -> String {
        let widths = self.layers.iter().map(|layer| layer.outputs);
        std::iter::once(self.features())
            .chain(widths)
            .map(|width| width.to_string())
            .collect::<Vec<_>>()
            .join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authors_network_has_898510_parameters_in_pytorch_order() {
        let network = Fnn::new(&[784, 500, 500, 500, 10]);
        assert_eq!(network.parameters(), 898_510);
        assert_eq!(network.layers()[1].weight.start, 784 * 500 + 500);
        assert_eq!(network.describe(), "784-500-500-500-10");
    }

    #[test]
    fn initial_parameters_lie_within_pytorchs_bounds() {
        let network = Fnn::new(&[4, 9, 1]);
        let low = network.initial_parameters(|| 0.0);
        assert_eq!((low[0], low[44], low[45]), (-0.5, -0.5, -1.0 / 3.0));
        assert_eq!(low.len(), network.parameters());
    }
}
