//! All that one file holds, and the checkpoint that it becomes.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use safetensors::SafeTensors;
use sha2::{Digest, Sha256};

use super::choice::Choice;
use super::header;
use super::order::{self, Order};
use super::tensor::{Alias, Tensor, Values};
use crate::dataset::text::hexadecimal;
use crate::error::{Error, Result};
use crate::read;

/// The largest file that is read, in bytes: a thousand million weights in f32.
const LARGEST: u64 = 4_000_000_000;

/// The metadata entry with the names in their order, and that which names the writer.
pub(super) const ORDER: &str = "order";
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

impl Checkpoint {
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

fn too_large(place: &str) -> Error {
    let fault =
        format!("has more than the {LARGEST} bytes that are read; export the weights alone");
    Error::input(place, "file", fault)
}

/// The bytes of a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>> {
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

/// What stands in one file.
#[derive(Default)]
pub(super) struct Contents {
    /// The chosen tensors, by their whole names.
    pub tensors: Vec<Tensor>,
    /// The names of the others.
    pub ignored: Vec<String>,
    pub metadata: HashMap<String, String>,
    pub digest: String,
}

impl Contents {
    pub fn parse(place: &str, bytes: &[u8], choice: &Choice) -> Result<Self> {
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
    pub fn check_choice(&self, place: &str, choice: &Choice) -> Result<()> {
        let names = self.tensors.iter().map(|tensor| &tensor.name);
        let names = names.chain(&self.ignored);
        let further = self.metadata.keys();
        let names = names.chain(further.filter(|name| *name != ORDER && *name != FORMAT));
        let mut names: Vec<&str> = names.map(String::as_str).collect();
        names.sort_unstable();
        choice.check(place, &names)
    }

    /// The checkpoint, with the names that the choice leaves.
    pub fn put_in_order(mut self, place: &str, choice: &Choice) -> Result<Checkpoint> {
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
            Order::Told(names) => order::by_entry(place, &mut self.tensors, &aliases, names)?,
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
