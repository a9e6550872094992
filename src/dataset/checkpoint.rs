//! The weights of a network in the safetensors format.
//!
//! Eight bytes give the length of a header (little endian), the header is a JSON object of tensors
//! (`{"fc.0.weight": {"dtype": "F32", "shape": [10, 784], "data_offsets": [0, 31360]}}`), and the
//! elements follow, little endian and row major.
//! Source: Hugging Face, "safetensors: format", github.com/huggingface/safetensors.
//!
//! The library's writers sort the tensors, so their order in the network is lost. It is taken from
//! the metadata entry `order` (the names, one a line) when the exporter wrote one; else the file may
//! still tell something of it ([`Order`]).
//!
//! | file | what |
//! |---|---|
//! | `header`, `tensor`, `contents` | one file: what its header must be, its tensors, all that it holds |
//! | `choice` | which tensors are the model's own |
//! | `order` | the order of the tensors |
//! | `shards` | a checkpoint in parts, with its index |

mod choice;
mod contents;
mod header;
mod order;
mod shards;
mod tensor;

use std::path::Path;

pub use choice::Choice;
pub use contents::Checkpoint;
pub use order::Order;
pub use shards::size;
pub use tensor::{Alias, Dtype, Tensor, Values};

use crate::error::{Error, Result};
use contents::{Contents, bytes};

impl Checkpoint {
    /// Reads all tensors of a checkpoint.
    ///
    /// Without a metadata entry `order`, tensors are in the usual order of their names, which proves
    /// nothing ([`Checkpoint::order`]): part by part
    /// between the dots, numbers by value (`fc.2` before `fc.10`). Within a layer weight, bias,
    /// `running_mean`, `running_var`, `num_batches_tracked`; within a block convolutions and
    /// normalisations by their number (`conv1`, `bn1`, `conv2`, `bn2`), then other layers, then a
    /// shortcut, then the classifier (`fc`, `linear`, `classifier`, `head`).
    ///
    /// # Errors
    /// When the file cannot be read, is cut short, is larger than 4 GB or is no safetensors file;
    /// when its header is malformed, names a tensor twice, or gives elements that do not lie in
    /// the file one tensor after the other; when it has no tensor; when a tensor is not of the
    /// type F32, F64, F16 or BF16 (`num_batches_tracked`: I64) or holds a number that is not
    /// finite in f32; when the entry `order` does not name each tensor once.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_chosen(path, &Choice::default())
    }

    /// Reads the chosen tensors of a checkpoint. A file whose name ends in `.json` is the index of a
    /// checkpoint in parts, which stand in its folder.
    ///
    /// # Errors
    /// As [`Checkpoint::read`]; when the choice names no tensor or leaves none; when an index is
    /// malformed, or it and its parts contradict each other.
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
    /// As [`Checkpoint::read`].
    pub fn parse(place: &str, bytes: &[u8]) -> Result<Self> {
        Self::parse_chosen(place, bytes, &Choice::default())
    }

    /// Reads the chosen tensors of a checkpoint from the bytes of its file; `place` names it in errors.
    ///
    /// # Errors
    /// As [`Checkpoint::read_chosen`].
    pub fn parse_chosen(place: &str, bytes: &[u8], choice: &Choice) -> Result<Self> {
        let contents = Contents::parse(place, bytes, choice)?;
        contents.check_choice(place, choice)?;
        contents.put_in_order(place, choice)
    }
}

#[cfg(test)]
mod tests;
