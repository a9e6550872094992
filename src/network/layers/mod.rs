//! The layers, one file each. A file defines everything about its layer: its keys in architecture files,
//! the input shapes it accepts, its passes, and the numbers it keeps in memory.
//!
//! | file | contents |
//! |---|---|
//! | `operator` | the traits `Describe` and `Operator`: everything that the passes need from a layer |
//! | `bilinear` | the passes of every layer with parameters, built from four products |
//! | `pointwise` | convolutions of one pixel as products of matrices |
//! | `dense`, `convolution`, `normalise`, `pooling`, `flatten`, `shortcut` | the layers |
//! | `batch_norm`, `sample_norm` | normalisations, each of which is two layers |
//! | `standardise_sample`, `scale` | the first half of normalisations within a sample; the second half of all |
//! | `embedding`, `positions`, `attention`, `read_out` | the layers of sequences |
//! | `softmax` | the derivatives of a softmax of rows |
//! | `moments`, `channels`, `sets` | arithmetic channel by channel, and set by set within a sample |
//! | `bounds`, `words` | limits on what an architecture may ask for; keys that several items share |

mod attention;
mod batch_norm;
mod bilinear;
mod bounds;
mod channels;
mod convolution;
mod dense;
mod embedding;
mod flatten;
mod moments;
mod normalise;
mod operator;
mod pointwise;
mod pooling;
mod positions;
mod read_out;
mod sample_norm;
mod scale;
mod sets;
mod shortcut;
mod softmax;
mod standardise_sample;
mod words;

pub use attention::Attention;
pub use batch_norm::{BatchNorm, Standardise};
pub use convolution::{Convolution, Filters};
pub use dense::Dense;
pub use embedding::Embedding;
pub use flatten::Flatten;
pub use normalise::Normalise;
pub use operator::Fault;
pub use pooling::{AveragePool, MaxPool};
pub use positions::{Added, Positions};
pub use read_out::ReadOut;
pub use sample_norm::{SampleNorm, Scaled};
pub use scale::Scale;
pub use shortcut::{Shortcut, Zeros};
pub use standardise_sample::{StandardiseSample, Together};
pub use words::PackedAs;

pub(super) use attention::AttentionItem;
pub(super) use convolution::{CHUNK, ConvolutionItem};
pub(super) use dense::DenseItem;
pub(super) use embedding::EmbeddingItem;
pub(super) use operator::{
    Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, SecondOrder, Site,
    Straight,
};
pub(super) use pooling::{AveragePoolItem, MaxPoolItem};
pub(super) use positions::PositionsItem;
pub(super) use read_out::Where;
pub(super) use sample_norm::{GroupNormItem, LayerNormItem, NormItem, RmsNormItem};
pub(super) use shortcut::ShortcutItem;
pub(super) use words::is_usual;

/// The operation of a layer on one sample, before the activation.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A matrix times a vector, plus a bias.
    Dense(Dense),
    /// Filters that slide over an image.
    Convolution(Convolution),
    /// The second half of a normalisation: a factor and a shift per channel, or per number.
    Scale(Scale),
    /// The first half of batch normalisation: subtracts the mean and divides by the deviation.
    Standardise(Standardise),
    /// The first half of a normalisation within a sample.
    StandardiseSample(StandardiseSample),
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
    /// A row of a table for each token.
    Embedding(Embedding),
    /// Adds a vector at each position of a sequence.
    Positions(Positions),
    /// Self-attention over a sequence, without parameters.
    Attention(Attention),
    /// The channels at one position of a sequence.
    ReadOut(ReadOut),
}

impl Operation {
    /// The implementation of the layer. The passes access layers only through this match.
    pub(super) fn operator(&self) -> &dyn Operator {
        match self {
            Operation::Dense(layer) => layer,
            Operation::Convolution(layer) => layer,
            Operation::Scale(layer) => layer,
            Operation::Standardise(layer) => layer,
            Operation::StandardiseSample(layer) => layer,
            Operation::Normalise(layer) => layer,
            Operation::MaxPool(layer) => layer,
            Operation::AveragePool(layer) => layer,
            Operation::Flatten(layer) => layer,
            Operation::Shortcut(layer) => layer,
            Operation::Embedding(layer) => layer,
            Operation::Positions(layer) => layer,
            Operation::Attention(layer) => layer,
            Operation::ReadOut(layer) => layer,
        }
    }

    /// The name used in architecture files, in messages and in the table of supported layers.
    pub fn name(&self) -> &'static str {
        self.operator().name()
    }
}
