//! One layer: what it does, what it reads, and where its parameters stand.

use std::ops::Range;

use crate::kernel::convolution::Convolution;
use crate::kernel::pool::Pool;

use super::{Activation, Shape};

/// What a layer does to one sample `x`, before the ReLU that may follow.
#[derive(Clone, Debug)]
pub enum Operation {
    /// `y = W x + b`, `W` of shape outputs × inputs.
    Dense,
    /// `y_{p,o} = Σ_{k,i} W_{k,i,o}·x_{p·stride + k·dilation − padding, i} + b_o` over the channels `i` of
    /// the group of `o`, `W` of shape groups × rows × columns × inputs/groups × outputs/groups.
    Convolution(Box<Convolution>),
    /// `y_c = γ_c·x_c + β_c` at every position: the second half of batch normalisation.
    ChannelScale,
    /// `y_c = (x_c − μ_c)/√(σ²_c + ε)`: the first half of batch normalisation. `μ` and `σ²` are
    /// those of the batch or fixed, as [`super::Normalisation`] says.
    Standardise {
        /// ε.
        epsilon: f64,
        /// Does a checkpoint have `μ` and `σ²` to be fixed?
        running_statistics: bool,
    },
    /// `y_c = (x_c − mean_c)/deviation_c` with constants of the network.
    Normalise {
        /// One mean a channel.
        mean: Vec<f64>,
        /// One deviation a channel.
        deviation: Vec<f64>,
    },
    /// The largest of each window, the padding left out; what is left over at the right and at the
    /// bottom is dropped. Of equal numbers the first one counts.
    MaxPool(Pool),
    /// The mean of each window, the padding counted as zeros, cut as for the largest.
    AveragePool(Pool),
    /// An image to a vector in PyTorch's order (channels first).
    Flatten,
    /// `y = x + skip(x')`, where `x'` is an earlier activation of which every `stride`-th row and
    /// column is taken, with zeros for channels that it does not have (option A of He et al. 2015).
    Shortcut {
        /// Which activation: 0 the network's input, `i + 1` the output of layer `i`.
        from: usize,
        /// Its shape.
        source: Shape,
        /// Every so many rows and columns.
        stride: usize,
    },
}

impl Operation {
    /// The word in architecture files, messages and the table of support.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::Dense => "dense",
            Operation::Convolution(_) => "convolution",
            Operation::ChannelScale => "channel-scale",
            Operation::Standardise { .. } => "standardise",
            Operation::Normalise { .. } => "normalise",
            Operation::MaxPool(_) => "max-pool",
            Operation::AveragePool(_) => "average-pool",
            Operation::Flatten => "flatten",
            Operation::Shortcut { .. } => "shortcut",
        }
    }
}

/// The law of a layer's first weights; its first biases are PyTorch's default, uniform on
/// `[−1/√fan_in, 1/√fan_in)`, or zero.
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
    /// The law of the first weights.
    pub initialisation: Initialisation,
    /// Are the first biases zero?
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

    /// Numbers that enter one output: the fan-in of the initial law.
    pub fn fan_in(&self) -> usize {
        match &self.operation {
            Operation::Convolution(convolution) => {
                let shape = convolution.shape();
                shape.window.size.area() * shape.group_inputs()
            }
            _ => self.input.numbers(),
        }
    }

    /// The activations that are read, the main one first.
    pub(super) fn all_reads(&self) -> impl Iterator<Item = usize> {
        let second = match self.operation {
            Operation::Shortcut { from, .. } => Some(from),
            _ => None,
        };
        std::iter::once(self.reads).chain(second)
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
