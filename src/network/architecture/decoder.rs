//! The decoder of nanoGPT.

use super::parts::Variant;
use crate::network::builder::Builder;
use crate::network::layers::{
    AttentionItem, EmbeddingItem, Fault, PackedAs, PositionsItem, SampleNorm, Scaled, Together,
    Where,
};
use crate::network::{Loss, Network, Shape};

/// The number of blocks.
const BLOCKS: usize = 6;
/// The number of channels at each position.
const WIDTH: usize = 384;
/// The number of heads.
const HEADS: usize = 6;
/// The number of positions that are learned.
const LENGTH: usize = 256;

/// nanoGPT as it is configured for the characters of Shakespeare, without and with biases: reads a
/// sequence of up to 256 tokens, and gives a number for each token that may come next.
pub(super) fn nanogpt(input: Shape, variant: Variant) -> [Result<Network, Fault>; 2] {
    [false, true].map(|bias| decoder(input, variant, bias))
}

fn decoder(input: Shape, variant: Variant, bias: bool) -> Result<Network, Fault> {
    let mut builder = Builder::new("nanogpt", input, Loss::MeanSquared);
    builder.embedding(EmbeddingItem {
        vocabulary: variant.outputs,
        dimension: WIDTH,
    })?;
    builder.positions(PositionsItem::learned(LENGTH))?;
    for _ in 0..BLOCKS {
        let fork = builder.begin_branch(builder.here())?;
        builder.sample_norm(norm(bias))?;
        builder.attention(AttentionItem {
            heads: HEADS,
            causal: true,
            bias,
            tensors: PackedAs::Linear,
        })?;
        builder.end_branch(fork)?;
        let fork = builder.begin_branch(builder.here())?;
        builder.sample_norm(norm(bias))?;
        builder.dense(4 * WIDTH, bias)?;
        builder.activation(variant.activation)?;
        builder.dense(WIDTH, bias)?;
        builder.end_branch(fork)?;
    }
    builder.sample_norm(norm(bias))?;
    builder.read_out(Where::Last)?;
    builder.dense(variant.outputs, false)?;
    builder.finish()
}

fn norm(bias: bool) -> SampleNorm {
    SampleNorm {
        together: Together::Position,
        is_centred: true,
        epsilon: 1e-5,
        scaled: Scaled::Channels { bias },
    }
}
