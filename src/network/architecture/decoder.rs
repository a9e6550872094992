//! Decoders of transformers.

use super::parts::Variant;
use crate::network::builder::Builder;
use crate::network::layers::{
    AttentionItem, EmbeddingItem, Fault, PackedAs, PositionsItem, SampleNorm, Scaled, Together,
    Where,
};
use crate::network::{Activation, Loss, Network, Shape};

/// A decoder as nanoGPT builds it: it reads a sequence of tokens, and gives a number for each token that may come
/// behind the last.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    /// The number of blocks.
    pub blocks: usize,
    /// The number of channels at each position.
    pub width: usize,
    /// The number of heads.
    pub heads: usize,
    /// The number of positions that are learned.
    pub length: usize,
    /// The number of different tokens.
    pub vocabulary: usize,
    /// Whether dense layers and normalisations have biases.
    pub bias: bool,
}

/// nanoGPT as it is configured for the characters of Shakespeare, without and with biases.
pub(super) fn nanogpt(input: Shape, variant: Variant) -> [Result<Network, Fault>; 2] {
    [false, true].map(|bias| {
        let decoder = Decoder {
            blocks: 6,
            width: 384,
            heads: 6,
            length: 256,
            vocabulary: variant.outputs,
            bias,
        };
        decoder.build("nanogpt", input, variant.activation)
    })
}

impl Decoder {
    /// The network for sequences of this shape; its loss is the mean square.
    ///
    /// # Errors
    /// Returns an error if the input is no sequence of at most `length` tokens, or if the heads do not divide the
    /// width.
    pub fn build(
        &self,
        name: &str,
        input: Shape,
        activation: Activation,
    ) -> Result<Network, Fault> {
        let mut builder = Builder::new(name, input, Loss::MeanSquared);
        builder.embedding(EmbeddingItem {
            vocabulary: self.vocabulary,
            dimension: self.width,
        })?;
        builder.positions(PositionsItem::learned(self.length))?;
        for _ in 0..self.blocks {
            self.block(&mut builder, activation)?;
        }
        builder.sample_norm(norm(self.bias))?;
        builder.read_out(Where::Last)?;
        builder.dense(self.vocabulary, false)?;
        builder.finish()
    }

    /// Attention, then two dense layers, each behind a normalisation and added to what it reads.
    fn block(&self, builder: &mut Builder, activation: Activation) -> Result<(), Fault> {
        let fork = builder.begin_branch(builder.here())?;
        builder.sample_norm(norm(self.bias))?;
        builder.attention(AttentionItem {
            heads: self.heads,
            causal: true,
            bias: self.bias,
            tensors: PackedAs::Linear,
        })?;
        builder.end_branch(fork)?;
        let fork = builder.begin_branch(builder.here())?;
        builder.sample_norm(norm(self.bias))?;
        builder.dense(4 * self.width, self.bias)?;
        builder.activation(activation)?;
        builder.dense(self.width, self.bias)?;
        builder.end_branch(fork)
    }
}

fn norm(bias: bool) -> SampleNorm {
    SampleNorm {
        together: Together::Position,
        is_centred: true,
        epsilon: 1e-5,
        scaled: Scaled::Channels { bias },
    }
}
