//! Sequences: an embedding gives one, a read-out ends it, and in between a dense layer is applied at each
//! position.

use super::Builder;
use crate::network::item::Item;
use crate::network::layer::Initialisation;
use crate::network::layers::{
    Attention, AttentionItem, Convolution, Embedding, EmbeddingItem, Fault, Operation, PackedAs,
    PositionsItem, ReadOut, Where,
};
use crate::network::{Shape, Window};

/// The standard deviation of a new table of vectors (Radford et al. 2019).
const DEVIATION: f32 = 0.02;

impl Builder {
    /// Whether the next layer reads a sequence.
    pub(in crate::network) fn is_sequence(&self) -> bool {
        self.sequences[self.current]
    }

    /// Checks that the next layer reads a sequence; `what` names the layer.
    pub(in crate::network) fn need_sequence(&self, what: &str) -> Result<(), Fault> {
        if self.is_sequence() {
            return Ok(());
        }
        Err(format!(
            "{what} reads a sequence, not {}; an embedding of tokens gives one",
            self.shape()
        ))
    }

    /// Checks that the next layer reads no sequence; `what` names the layer.
    pub(in crate::network) fn refuse_sequence(&self, what: &str) -> Result<(), Fault> {
        if self.is_sequence() {
            return Err(format!(
                "{what} does not read a sequence; end it with last-position or mean-position first"
            ));
        }
        Ok(())
    }

    /// Appends an embedding of the tokens that are the input.
    pub(in crate::network) fn embedding(&mut self, item: EmbeddingItem) -> Result<(), Fault> {
        if self.current != 0 {
            return Err(
                "an embedding reads the tokens of the input; make it the first layer".to_owned(),
            );
        }
        let embedding = Embedding::fit(self.shape(), item)?;
        let layer = self.push(Operation::Embedding, embedding);
        layer.initialisation = Initialisation::Normal(DEVIATION);
        self.sequences[self.current] = true;
        self.record(Item::Embedding(item));
        Ok(())
    }

    /// Appends positions.
    pub(in crate::network) fn positions(&mut self, item: PositionsItem) -> Result<(), Fault> {
        self.need_sequence("a layer of positions")?;
        let positions = item.fit(self.shape())?;
        let layer = self.push(Operation::Positions, positions);
        layer.initialisation = Initialisation::Normal(DEVIATION);
        self.record(Item::Positions(item));
        Ok(())
    }

    /// Appends a dense layer that is applied at each position of a sequence.
    pub(super) fn dense_at_each(
        &mut self,
        outputs: usize,
        bias: bool,
        packed: PackedAs,
    ) -> Result<(), Fault> {
        let dense = Convolution::per_position(self.shape(), outputs, bias, packed)?;
        self.push(Operation::Convolution, dense);
        Ok(())
    }

    /// Appends multi-head self-attention: a dense layer for queries, keys and values, the attention, and a
    /// dense layer for what the heads give.
    pub(in crate::network) fn attention(&mut self, item: AttentionItem) -> Result<(), Fault> {
        self.need_sequence("attention")?;
        let width = self.shape().channels;
        let wide = width.checked_mul(3).ok_or("the sequence is too wide")?;
        self.dense_at_each(wide, item.bias, item.tensors)?;
        let attention = Attention::fit(self.shape(), item.heads, item.causal)?;
        self.push(Operation::Attention, attention);
        self.dense_at_each(width, item.bias, PackedAs::Linear)?;
        self.record(Item::Attention(item));
        Ok(())
    }

    /// Ends a sequence: the channels at one position, or their means.
    pub(in crate::network) fn read_out(&mut self, position: Where) -> Result<(), Fault> {
        self.need_sequence("a read-out of a position")?;
        let shape = self.shape();
        match position {
            Where::First => self.push_read_out(shape, 0),
            Where::Last => self.push_read_out(shape, shape.positions() - 1),
            Where::Mean => self.push_average_pool(Window::tiles(shape.sides()))?,
        }
        self.sequences[self.current] = false;
        self.record(position);
        Ok(())
    }

    fn push_read_out(&mut self, shape: Shape, position: usize) {
        self.push(Operation::ReadOut, ReadOut::fit(shape, position));
    }
}
