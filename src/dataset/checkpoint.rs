//! The weights of a network, in the safetensors format or in that of `torch.save`. A file is of the one or of
//! the other by its contents, whatever its name.
//!
//! A safetensors file starts with the length of its header, in eight bytes, little endian. The header is a JSON
//! object that describes the tensors, such as
//! `{"fc.0.weight": {"dtype": "F32", "shape": [10, 784], "data_offsets": [0, 31360]}}`. The elements
//! follow, little endian and row major. Source: Hugging Face, "safetensors: format",
//! github.com/huggingface/safetensors.
//!
//! The library's writers sort the tensors, so the order in which the network uses them is lost. If the
//! exporter wrote a metadata entry `order` (the names, one per line), the order is taken from there.
//! Otherwise the layout of the file may still reveal something about it ([`Order`]).
//!
//! | file | contents |
//! |---|---|
//! | `header`, `tensor`, `contents` | one file: checks of its header, its tensors, everything it holds |
//! | `pytorch`, `pickle` | a file of `torch.save`, and the interpreter of its pickle |
//! | `choice` | which tensors belong to the model |
//! | `order` | the order of the tensors |
//! | `shards` | a checkpoint in several files, with its index |

mod choice;
mod contents;
mod header;
mod order;
mod pickle;
mod pytorch;
mod shards;
mod tensor;

use std::path::Path;

pub use choice::Choice;
pub use contents::Checkpoint;
pub use order::Order;
pub use pytorch::{OptimizerState, SecondMoments};
pub use shards::size;
pub use tensor::{Alias, Dtype, Tensor, Values};

use crate::error::{Error, Result};
use contents::{Contents, bytes};

impl OptimizerState {
    /// Reads the state of Adam, AdamW or RMSprop.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, and under the conditions of [`OptimizerState::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&path.display().to_string(), &bytes(path)?)
    }
}

impl Checkpoint {
    /// Reads all tensors of a checkpoint.
    ///
    /// Without a metadata entry `order`, the tensors are sorted into the usual order of their names,
    /// which is only a guess ([`Checkpoint::order`]). Names are compared part by part, split at the
    /// dots, and numbers by value (`fc.2` before `fc.10`). The order within a layer is weight, bias,
    /// `running_mean`, `running_var`, `num_batches_tracked`. Within a block, convolutions and
    /// normalisations come first, ordered by their number (`conv1`, `bn1`, `conv2`, `bn2`), then other
    /// layers, then a shortcut, then the classifier (`fc`, `linear`, `classifier`, `head`).
    ///
    /// # Errors
    /// Returns an error when the file cannot be read, is truncated, is larger than 4 GB or is neither a
    /// safetensors file nor one of `torch.save`; when its header or its pickle is malformed, names a tensor twice, or does not place the
    /// elements in the file one tensor after the other; when there is no tensor; when a tensor has a
    /// type other than F32, F64, F16 or BF16 (`num_batches_tracked`: I64) or holds a number that is not
    /// finite in f32; when the entry `order` does not name each tensor exactly once; when several dictionaries
    /// of a file of PyTorch have tensors, or only one inside another, and the choice has no key.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_chosen(path, &Choice::default())
    }

    /// Reads the chosen tensors of a checkpoint. A file whose name ends in `.json` is taken as the index
    /// of a checkpoint in several files, which are in the same folder.
    ///
    /// # Errors
    /// Returns an error under the conditions of [`Checkpoint::read`]; when a prefix of the choice
    /// matches no tensor, or no tensor is left; when an index is malformed or contradicts its files.
    pub fn read_chosen(path: &Path, choice: &Choice) -> Result<Self> {
        if shards::is_index(path) {
            return shards::read(path, choice);
        }
        if let Some(index) = shards::index_of_part(path) {
            let fault = format!("is a part of a checkpoint; give the whole by its index, {index}");
            return Err(Error::input(path.display(), "file", fault));
        }
        Self::parse_chosen(&path.display().to_string(), &bytes(path)?, choice)
    }

    /// Reads all tensors of a checkpoint from the bytes of its file; `place` names it in errors.
    ///
    /// # Errors
    /// Returns an error under the conditions of [`Checkpoint::read`].
    pub fn parse(place: &str, bytes: &[u8]) -> Result<Self> {
        Self::parse_chosen(place, bytes, &Choice::default())
    }

    /// Reads the chosen tensors of a checkpoint from the bytes of its file; `place` names it in errors.
    ///
    /// # Errors
    /// Returns an error under the conditions of [`Checkpoint::read_chosen`].
    pub fn parse_chosen(place: &str, bytes: &[u8], choice: &Choice) -> Result<Self> {
        let contents = Contents::parse(place, bytes, choice)?;
        contents.check_choice(place, choice)?;
        contents.put_in_order(place, choice)
    }
}

#[cfg(test)]
mod tests;
