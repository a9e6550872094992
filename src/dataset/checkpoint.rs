//! The weights of a network in the safetensors format.
//!
//! Eight bytes give the length of a header (little endian), the header is a JSON object of tensors
//! (`{"fc.0.weight": {"dtype": "F32", "shape": [10, 784], "data_offsets": [0, 31360]}}`), and the
//! elements follow, little endian and row major.
//! Source: Hugging Face, "safetensors: format", github.com/huggingface/safetensors.
//!
//! The library's writers sort the tensors, so their order in the network is lost. It is taken from
//! the metadata entry `order` (the names, one a line) when the exporter wrote one, else
//! reconstructed from the names: see [`Checkpoint::read`].

mod header;
mod order;
mod values;

use std::io::Read;
use std::path::Path;

use safetensors::SafeTensors;
use sha2::{Digest, Sha256};

pub use values::{Dtype, Values};

use super::hexadecimal;
use crate::error::{Error, Result};
use crate::read;

/// The largest file that is read, in bytes: a thousand million weights in f32.
const LARGEST: u64 = 4_000_000_000;

/// Tensors with their names, as they stand in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The tensors, in the order in which the network uses them.
    pub tensors: Vec<Tensor>,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
}

/// A named array.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// The name, such as `fc.0.weight`.
    pub name: String,
    /// The dimensions, the slowest first.
    pub shape: Vec<usize>,
    /// The type of an element in the file.
    pub dtype: Dtype,
    /// The elements, row major; as many as the product of the dimensions.
    pub values: Values,
}

fn too_large(place: &str) -> Error {
    let fault =
        format!("has more than the {LARGEST} bytes that are read; export the weights alone");
    Error::input(place, "file", fault)
}

impl Checkpoint {
    /// Reads a checkpoint.
    ///
    /// Without a metadata entry `order`, tensors are in the order of their names: part by part
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
        let file = read::open(path)?;
        let place = path.display().to_string();
        if file.length().is_some_and(|length| length > LARGEST) {
            return Err(too_large(&place));
        }
        let mut bytes = Vec::new();
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(|cause| Error::unreadable(path, &cause))?;
        Self::parse(&place, &bytes)
    }

    /// Reads a checkpoint from the bytes of its file; `place` names it in errors.
    ///
    /// # Errors
    /// As [`Checkpoint::read`].
    pub fn parse(place: &str, bytes: &[u8]) -> Result<Self> {
        if bytes.len() as u64 > LARGEST {
            return Err(too_large(place));
        }
        header::check(place, bytes)?;
        let (length, metadata) =
            SafeTensors::read_metadata(bytes).map_err(|cause| header::fault(place, &cause))?;
        let data = &bytes[size_of::<u64>() + length..];
        let mut tensors = Vec::new();
        for (name, info) in metadata.tensors() {
            let (start, end) = info.data_offsets;
            tensors.push(Tensor::read(place, name, info, &data[start..end])?);
        }
        let entries = metadata.metadata().as_ref();
        order::sort(
            place,
            &mut tensors,
            entries.and_then(|all| all.get("order")),
        )?;
        Ok(Checkpoint {
            tensors,
            digest: hexadecimal(&Sha256::digest(bytes)),
        })
    }

    /// The number of weights: elements of all tensors but `num_batches_tracked`.
    pub fn weights(&self) -> usize {
        let real = self.tensors.iter().filter_map(Tensor::real);
        real.map(<[f32]>::len).sum()
    }

    /// How many weights are not what the file says but the f32 nearest to it.
    pub fn rounded(&self) -> usize {
        let rounded = |tensor: &Tensor| match tensor.values {
            Values::Real { rounded, .. } => rounded,
            Values::Whole(_) => 0,
        };
        self.tensors.iter().map(rounded).sum()
    }
}

impl Tensor {
    /// The elements, unless they are whole numbers.
    pub fn real(&self) -> Option<&[f32]> {
        match &self.values {
            Values::Real { values, .. } => Some(values),
            Values::Whole(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
