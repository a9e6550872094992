//! One layer: what it does, what it reads, and where its parameters stand.

use std::ops::Range;

use crate::kernel::{self, MatrixRef, Start};

use super::activation::Activation;
use super::layers::{Operand, Operation, Site};
use super::shape::Shape;

/// How the weights of a layer begin. Its biases begin as PyTorch's default, uniform on
/// `[−1/√fan_in, 1/√fan_in)`, or as zeros.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initialisation {
    /// PyTorch's default: uniform on `[−1/√fan_in, 1/√fan_in)`.
    FanIn,
    /// Normal with mean zero and this deviation.
    Normal(f32),
    /// One: the scale of batch normalisation.
    One,
}

/// Which parameters of a layer are those of a layer before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tied {
    /// Is its weight?
    pub weight: bool,
    /// Is its bias?
    pub bias: bool,
}

/// One layer of a network.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it does.
    pub operation: Operation,
    /// Which activation it reads: 0 the network's input, `i + 1` the output of layer `i`.
    pub reads: usize,
    /// The shape of what it reads.
    pub input: Shape,
    /// The shape of what it gives.
    pub output: Shape,
    /// The activation that follows. A ReLU that only a max-pool reads stands behind the pool.
    pub activation: Activation,
    /// Place of the weights among the parameters; empty where the layer has none.
    pub weight: Range<usize>,
    /// Place of the bias among the parameters; empty where the layer has none.
    pub bias: Range<usize>,
    /// Which of the two are parameters of a layer before, [`super::Network::tied`].
    pub tied: Tied,
    /// Place of μ and then σ² among the statistics; empty but for [`Operation::Standardise`].
    pub statistics: Range<usize>,
    /// How the weights begin.
    pub initialisation: Initialisation,
    /// Does the bias begin as zeros?
    pub zero_bias: bool,
}

impl Layer {
    /// Does the layer have parameters, in which it is linear?
    pub fn has_parameters(&self) -> bool {
        !self.weight.is_empty()
    }

    /// Place of the means among the statistics.
    pub fn means(&self) -> Range<usize> {
        self.statistics.start..self.statistics.start + self.statistics.len() / 2
    }

    /// Place of the variances among the statistics.
    pub fn variances(&self) -> Range<usize> {
        self.means().end..self.statistics.end
    }

    /// Numbers that enter one output: the fan-in of the initial weights.
    pub fn fan_in(&self) -> usize {
        self.operation.operator().fan_in(self.input)
    }

    /// The activations that it reads.
    pub(super) fn operands(&self) -> impl Iterator<Item = (Operand, usize)> {
        let skip = self.operation.operator().skip();
        std::iter::once((Operand::Main, self.reads)).chain(skip.map(|from| (Operand::Skip, from)))
    }

    /// `sum ← start +` the gradients by weight and bias at their places in `sum`, which is as long as
    /// the parameters; `x` is what the layer read and `dz` the derivative by what it gives before its
    /// activation, of every sample.
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
            let rows = at.samples * self.output.positions();
            let dz = MatrixRef::new(dz, rows, self.output.channels);
            kernel::column_sums(at.isa, dz, bias, &mut sum[self.bias.clone()]);
        }
    }

    /// One line about the layer: `convolution 3×32×32 → 16×32×32, relu`.
    pub fn describe(&self) -> String {
        let activation = match self.activation {
            Activation::Identity => String::new(),
            activation => format!(", {}", activation.name()),
        };
        format!(
            "{} {} → {}{activation}",
            self.operation.name(),
            self.input,
            self.output
        )
    }
}
