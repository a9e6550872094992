//! One layer: its operation, its inputs, and the location of its parameters.

use std::ops::Range;

use crate::kernel::{self, MatrixRef, Start};

use super::activation::Activation;
use super::layers::{Operand, Operation, Site};
use super::shape::Shape;

/// How the weights of a layer are initialised. Biases are either zero or drawn as by PyTorch's default,
/// uniformly from `[−1/√fan_in, 1/√fan_in)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initialisation {
    /// PyTorch's default: uniform on `[−1/√fan_in, 1/√fan_in)`.
    FanIn,
    /// Normal with mean zero and this standard deviation.
    Normal(f32),
    /// All ones, for the scale of batch normalisation.
    One,
}

/// Which parameters of a layer are shared with an earlier layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tied {
    /// Whether the weight is shared.
    pub weight: bool,
    /// Whether the bias is shared.
    pub bias: bool,
}

/// One layer of a network.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The operation of the layer.
    pub operation: Operation,
    /// The activation that the layer reads: 0 is the network's input, `i + 1` the output of layer `i`.
    pub reads: usize,
    /// The shape of the layer's input.
    pub input: Shape,
    /// The shape of the layer's output.
    pub output: Shape,
    /// The activation that follows. A ReLU that is read only by a max-pool is moved behind the pool.
    pub activation: Activation,
    /// The range of the weights in the parameter vector; empty if the layer has none.
    pub weight: Range<usize>,
    /// The range of the bias in the parameter vector; empty if the layer has none.
    pub bias: Range<usize>,
    /// Which of the two are shared with an earlier layer ([`super::Network::tied`]).
    pub tied: Tied,
    /// The range of μ, followed by σ², in the statistics; empty except for [`Operation::Standardise`].
    pub statistics: Range<usize>,
    /// How the weights are initialised.
    pub initialisation: Initialisation,
    /// Whether the bias is initialised to zero.
    pub zero_bias: bool,
}

impl Layer {
    /// Whether the layer has parameters. Such a layer is linear in them.
    pub fn has_parameters(&self) -> bool {
        !self.weight.is_empty()
    }

    /// The range of the means in the statistics.
    pub fn means(&self) -> Range<usize> {
        self.statistics.start..self.statistics.start + self.statistics.len() / 2
    }

    /// The range of the variances in the statistics.
    pub fn variances(&self) -> Range<usize> {
        self.means().end..self.statistics.end
    }

    /// The number of inputs of one output: the fan-in used to initialise the weights.
    pub fn fan_in(&self) -> usize {
        self.operation.operator().fan_in(self.input)
    }

    /// The activations that the layer reads.
    pub(super) fn operands(&self) -> impl Iterator<Item = (Operand, usize)> {
        let skip = self.operation.operator().skip();
        std::iter::once((Operand::Main, self.reads)).chain(skip.map(|from| (Operand::Skip, from)))
    }

    /// `sum ← start +` the gradients with respect to weight and bias, at their ranges in `sum`, which
    /// has one entry per parameter. `x` is the layer's input and `dz` the derivative with respect to its
    /// output before the activation, both for every sample.
    pub(super) fn gradient(
        &self,
        at: &Site<'_>,
        x: &[f32],
        dz: &[f32],
        start: Start,
        sum: &mut [f32],
    ) {
        let (operator, [weight, bias]) = (self.operation.operator(), self.starts(start));
        if !self.weight.is_empty() {
            operator.weight_gradient(at, x, dz, weight, &mut sum[self.weight.clone()]);
        }
        if !self.bias.is_empty() {
            let columns = self.bias.len();
            let dz = MatrixRef::new(dz, dz.len() / columns, columns);
            kernel::column_sums(at.isa, dz, bias, &mut sum[self.bias.clone()]);
        }
    }

    /// A one-line description of the layer, such as `convolution 3×32×32 → 16×32×32, relu`.
    pub fn describe(&self) -> String {
        let activation = match self.activation {
            Activation::Identity => String::new(),
            activation => format!(", {activation}"),
        };
        format!(
            "{} {} → {}{activation}",
            self.operation.name(),
            self.input,
            self.output
        )
    }
}
