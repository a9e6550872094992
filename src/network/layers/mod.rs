//! The layers, one file each. A file defines everything about its layer: its keys in architecture files,
//! the input shapes it accepts, its passes, and the numbers it keeps in memory.
//!
//! | file | contents |
//! |---|---|
//! | `operator` | the traits `Describe` and `Operator`: everything that the passes need from a layer |
//! | `bilinear` | the passes of every layer with parameters, built from four products |
//! | `dense`, `convolution`, `batch_norm`, `normalise`, `pooling`, `flatten`, `shortcut` | the layers |
//! | `moments`, `channels` | channel-by-channel arithmetic |
//! | `bounds`, `words` | limits on what an architecture may ask for; keys that several items share |

mod batch_norm;
mod bilinear;
mod bounds;
mod channels;
mod convolution;
mod dense;
mod flatten;
mod moments;
mod normalise;
mod operator;
mod pooling;
mod shortcut;
mod words;

pub use batch_norm::{BatchNorm, ChannelScale, Standardise};
pub use convolution::{Convolution, Filters};
pub use dense::Dense;
pub use flatten::Flatten;
pub use normalise::Normalise;
pub use operator::Fault;
pub use pooling::{AveragePool, MaxPool};
pub use shortcut::Shortcut;

pub(super) use convolution::{CHUNK, ConvolutionItem};
pub(super) use dense::DenseItem;
pub(super) use operator::{
    Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, SecondOrder, Site,
};
pub(super) use pooling::{AveragePoolItem, MaxPoolItem};
pub(super) use shortcut::ShortcutItem;

/// The operation of a layer on one sample, before the activation.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A matrix times a vector, plus a bias.
    Dense(Dense),
    /// Filters that slide over an image.
    Convolution(Convolution),
    /// The second half of batch normalisation: a scale and a shift per channel.
    ChannelScale(ChannelScale),
    /// The first half of batch normalisation: subtracts the mean and divides by the deviation.
    Standardise(Standardise),
    /// Subtracts a constant mean and divides by a constant deviation, channel by channel.
    Normalise(Normalise),
    /// The largest number of each window.
    MaxPool(MaxPool),
    /// The mean of each window.
    AveragePool(AveragePool),
    /// An image flattened to a vector.
    Flatten(Flatten),
    /// Adds an earlier activation.
    Shortcut(Shortcut),
}

impl Operation {
    /// The implementation of the layer. The passes access layers only through this match.
    pub(super) fn operator(&self) -> &dyn Operator {
        match self {
            Operation::Dense(layer) => layer,
            Operation::Convolution(layer) => layer,
            Operation::ChannelScale(layer) => layer,
            Operation::Standardise(layer) => layer,
            Operation::Normalise(layer) => layer,
            Operation::MaxPool(layer) => layer,
            Operation::AveragePool(layer) => layer,
            Operation::Flatten(layer) => layer,
            Operation::Shortcut(layer) => layer,
        }
    }

    /// The name used in architecture files, in messages and in the table of supported layers.
    pub fn name(&self) -> &'static str {
        self.operator().name()
    }
}
