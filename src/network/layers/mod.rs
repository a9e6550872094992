//! The layers, a file each. A file holds what its layer *is*: its words in architecture files, the
//! shapes that it fits, its passes, and what it keeps in memory.
//!
//! | file | what is in it |
//! |---|---|
//! | `operator` | the traits `Describe` and `Operator`: all that the passes ask of a layer |
//! | `bilinear` | the passes of every layer with parameters, made of four products |
//! | `dense`, `convolution`, `batch_norm`, `normalise`, `pooling`, `flatten`, `shortcut` | the layers |
//! | `moments`, `channels` | arithmetic channel by channel |
//! | `bounds`, `words` | what an architecture may ask for; what its items share |

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

/// What a layer does to one sample, before its activation.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A matrix times a vector.
    Dense(Dense),
    /// Filters that slide over an image.
    Convolution(Convolution),
    /// The second half of batch normalisation.
    ChannelScale(ChannelScale),
    /// The first half of batch normalisation.
    Standardise(Standardise),
    /// Constants subtracted and divided by.
    Normalise(Normalise),
    /// The largest number of each window.
    MaxPool(MaxPool),
    /// The mean of each window.
    AveragePool(AveragePool),
    /// An image to a vector.
    Flatten(Flatten),
    /// An earlier activation, added.
    Shortcut(Shortcut),
}

impl Operation {
    /// The layer's own code. All that passes know of a layer goes through this match.
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

    /// The word in architecture files, messages and the table of support.
    pub fn name(&self) -> &'static str {
        self.operator().name()
    }
}
