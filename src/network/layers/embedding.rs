//! The embedding layer, `torch.nn.Embedding`: the row of a table for each token.
//!
//! A sequence is an image of one column: as many rows as tokens, and as many channels as a row of the
//! table has numbers.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Start};
use crate::network::shape::Shape;

use super::bilinear::Bilinear;
use super::bounds::checked;
use super::operator::{Describe, Fault, Fitted, LayerParameters, Site, begin};

/// The largest vocabulary: f32 holds every whole number up to here.
const MOST: usize = 1 << 24;

/// `type = "embedding"` in an architecture file.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct EmbeddingItem {
    pub vocabulary: usize,
    pub dimension: usize,
}

/// Reads a vector of tokens, each a whole number from 0, and gives the row of the weight for each. The
/// weight is vocabulary × dimension.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// The number of different tokens.
    pub vocabulary: usize,
}

impl Embedding {
    /// The embedding that reads tokens of shape `input`.
    pub(in crate::network) fn fit(
        input: Shape,
        EmbeddingItem {
            vocabulary,
            dimension: width,
        }: EmbeddingItem,
    ) -> Result<Fitted<Self>, Fault> {
        if !input.is_flat() {
            return Err(format!(
                "an embedding reads a vector of tokens, not {input}; write input = [tokens]"
            ));
        }
        if vocabulary == 0 || width == 0 {
            return Err("an embedding needs a vocabulary and a dimension of at least 1".to_owned());
        }
        if vocabulary > MOST {
            return Err(format!(
                "a vocabulary of {vocabulary} is more than {MOST}; make it smaller"
            ));
        }
        checked(input.channels, width)?;
        Ok(Fitted {
            operator: Embedding { vocabulary },
            output: Shape {
                height: input.channels,
                width: 1,
                channels: width,
            },
            weights: checked(vocabulary, width)?,
            biases: 0,
        })
    }

    /// The row of a token. The samples of a network are checked before; a token that is none has the
    /// nearest row.
    fn row(&self, token: f32) -> usize {
        (token as usize).min(self.vocabulary - 1)
    }
}

impl Describe for Embedding {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn weight_shape(&self, _input: Shape, output: Shape) -> Vec<usize> {
        vec![self.vocabulary, output.channels]
    }
}

/// Tokens have no derivative, so no pass reads one of the input.
impl Bilinear for Embedding {
    fn affine(&self, at: &Site, x: &[f32], w: LayerParameters, relu: bool, z: &mut [f32]) {
        let width = at.output.channels;
        for (token, z) in x.iter().zip(z.chunks_exact_mut(width)) {
            let first = self.row(*token) * width;
            z.copy_from_slice(&w.weight[first..first + width]);
        }
        if relu {
            kernel::relu(at.isa, z);
        }
    }

    fn add_product(&self, _at: &Site, _x: &[f32], _w: LayerParameters, _z: &mut [f32]) {}

    fn transposed(
        &self,
        _at: &Site,
        _dz: &[f32],
        _w: LayerParameters,
        start: Start,
        dx: &mut [f32],
    ) {
        begin(start, dx);
    }

    /// `sum_token ← start + Σ dz` over the positions that have the token, in their order.
    fn gradient(&self, at: &Site, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        begin(start, sum);
        let width = at.output.channels;
        for (token, dz) in x.iter().zip(dz.chunks_exact(width)) {
            let first = self.row(*token) * width;
            kernel::axpy(at.isa, 1.0, dz, &mut sum[first..first + width]);
        }
    }
}
