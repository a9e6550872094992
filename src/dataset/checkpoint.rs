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
//! | `header`, `values` | one file: what its header must be, the elements |
//! | `choice` | which tensors are the model's own |
//! | `order` | the order of the tensors |
//! | `shards` | a checkpoint in parts, with its index |

mod choice;
mod header;
mod order;
mod shards;
mod values;

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use safetensors::SafeTensors;
use sha2::{Digest, Sha256};

pub use choice::Choice;
pub use order::Order;
pub use shards::size;
pub use values::{Dtype, Values};

use super::hexadecimal;
use crate::error::{Error, Result};
use crate::read;

/// The largest file that is read, in bytes: a thousand million weights in f32.
const LARGEST: u64 = 4_000_000_000;

/// The metadata entry with the names in their order, and that which names the writer.
const ORDER: &str = "order";
const FORMAT: &str = "format";

/// Tensors with their names, as they stand in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The tensors, in the order of the exporter or else in the usual order of their names.
    pub tensors: Vec<Tensor>,
    /// Further names of tensors: tied weights, of which the file holds one.
    pub aliases: Vec<Alias>,
    /// What the file tells of the order in which the network uses them.
    pub order: Order,
    /// The names of the tensors that a [`Choice`] has left out.
    pub ignored: Vec<String>,
    /// SHA-256 of the file, in hexadecimal; of a file in parts, that of the digests of its parts, one
    /// a line, in the order of their names.
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
    /// Where its first byte stands among those of all tensors.
    pub start: usize,
    /// The elements, row major; as many as the product of the dimensions.
    pub values: Values,
}

/// Another name of a tensor. Source: `safetensors.torch.save_model`, which writes one of several
/// tensors that share their memory, and for each other one `"other name": "name"` among the metadata.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// The other name.
    pub name: String,
    /// That of the tensor in the file.
    pub of: String,
}

fn too_large(place: &str) -> Error {
    let fault =
        format!("has more than the {LARGEST} bytes that are read; export the weights alone");
    Error::input(place, "file", fault)
}

/// The bytes of a file.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    let file = read::open(path)?;
    if file.length().is_some_and(|length| length > LARGEST) {
        return Err(too_large(&path.display().to_string()));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| Error::unreadable(path, &cause))?;
    Ok(bytes)
}

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

/// What stands in one file.
#[derive(Default)]
struct Contents {
    /// The chosen tensors, by their whole names.
    tensors: Vec<Tensor>,
    /// The names of the others.
    ignored: Vec<String>,
    metadata: HashMap<String, String>,
    digest: String,
}

impl Contents {
    fn parse(place: &str, bytes: &[u8], choice: &Choice) -> Result<Self> {
        if bytes.len() as u64 > LARGEST {
            return Err(too_large(place));
        }
        header::check(place, bytes, choice)?;
        let (length, header) =
            SafeTensors::read_metadata(bytes).map_err(|cause| header::fault(place, &cause))?;
        let data = &bytes[size_of::<u64>() + length..];
        let mut contents = Contents {
            metadata: header.metadata().clone().unwrap_or_default(),
            digest: hexadecimal(&Sha256::digest(bytes)),
            ..Contents::default()
        };
        for (name, info) in header.tensors() {
            let (start, end) = info.data_offsets;
            match choice.name(&name) {
                Some(_) => {
                    let tensor = Tensor::read(place, &name, info, &data[start..end])?;
                    contents.tensors.push(tensor);
                }
                None => contents.ignored.push(name),
            }
        }
        contents.ignored.sort_unstable();
        Ok(contents)
    }

    /// Does every prefix of the choice begin a name, and is a tensor left?
    fn check_choice(&self, place: &str, choice: &Choice) -> Result<()> {
        let names = self.tensors.iter().map(|tensor| &tensor.name);
        let names = names.chain(&self.ignored);
        let further = self.metadata.keys();
        let names = names.chain(further.filter(|name| *name != ORDER && *name != FORMAT));
        let mut names: Vec<&str> = names.map(String::as_str).collect();
        names.sort_unstable();
        choice.check(place, &names)
    }

    /// The checkpoint, with the names that the choice leaves.
    fn put_in_order(mut self, place: &str, choice: &Choice) -> Result<Checkpoint> {
        let order = match self.metadata.get(ORDER) {
            Some(entry) => {
                let names = entry.lines().filter_map(|name| choice.name(name));
                Order::Told(names.map(str::to_owned).collect())
            }
            // Maps of MLX are in the order of their hashes.
            None if self.metadata.get(FORMAT).is_some_and(|by| by == "mlx") => Order::Lost,
            None if order::is_by_type_and_name(&self.tensors) => Order::Lost,
            None => Order::Kept,
        };
        let aliases = self.aliases(choice);
        for tensor in &mut self.tensors {
            let own = choice.name(&tensor.name).expect("a chosen tensor");
            tensor.name = own.to_owned();
        }
        match &order {
            Order::Told(names) => order::by_entry(place, (&mut self.tensors, &aliases), names)?,
            _ => order::by_name(&mut self.tensors),
        }
        Ok(Checkpoint {
            tensors: self.tensors,
            aliases,
            order,
            ignored: self.ignored,
            digest: self.digest,
        })
    }

    /// The chosen further names of chosen tensors: metadata whose value is the name of a tensor, and
    /// whose key is none.
    fn aliases(&self, choice: &Choice) -> Vec<Alias> {
        let names: HashSet<&str> = self.tensors.iter().map(|tensor| &tensor.name[..]).collect();
        let pairs = self.metadata.iter().filter(|(name, of)| {
            let is_new = !names.contains(&name[..]) && *name != ORDER && *name != FORMAT;
            is_new && names.contains(&of[..])
        });
        let alias = |(name, of): (&String, &String)| {
            Some(Alias {
                name: choice.name(name)?.to_owned(),
                of: choice.name(of)?.to_owned(),
            })
        };
        let mut aliases: Vec<Alias> = pairs.filter_map(alias).collect();
        aliases.sort_unstable();
        aliases
    }
}

#[cfg(test)]
mod tests;
