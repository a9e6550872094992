//! The contents of one file, and the checkpoint built from them.

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

/// The largest file that is read, in bytes: one thousand million weights in f32.
const LARGEST: u64 = 4_000_000_000;

/// The metadata entry that lists the names in order; `FORMAT` is the one that names the writer.
pub(super) const ORDER: &str = "order";
const FORMAT: &str = "format";

/// The tensors of a checkpoint, with their names.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The tensors, in the exporter's order or else in the usual order of their names.
    pub tensors: Vec<Tensor>,
    /// Additional names of tensors: for tied weights, the file holds one tensor only.
    pub aliases: Vec<Alias>,
    /// What the file reveals about the order in which the network uses the tensors.
    pub order: Order,
    /// The names of the tensors that a [`Choice`] excluded.
    pub ignored: Vec<String>,
    /// The SHA-256 of the file, in hexadecimal. For a checkpoint in several files, the SHA-256 of the
    /// digests of its files, one per line, in the order of the file names.
    pub digest: String,
}

impl Checkpoint {
    /// The number of weights: the elements of all tensors except `num_batches_tracked`.
    pub fn weights(&self) -> usize {
        let real = self.tensors.iter().filter_map(Tensor::real);
        real.map(<[f32]>::len).sum()
    }

    /// How many weights had to be rounded to the nearest f32.
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

/// Reads the bytes of a file.
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

/// The contents of one file.
#[derive(Default)]
pub(super) struct Contents {
    /// The chosen tensors, with their full names.
    pub tensors: Vec<Tensor>,
    /// The names of the other tensors.
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

    /// Checks that every prefix of the choice matches a name and that at least one tensor is left.
    pub fn check_choice(&self, place: &str, choice: &Choice) -> Result<()> {
        let names = self.tensors.iter().map(|tensor| &tensor.name);
        let names = names.chain(&self.ignored);
        let further = self.metadata.keys();
        let names = names.chain(further.filter(|name| *name != ORDER && *name != FORMAT));
        let mut names: Vec<&str> = names.map(String::as_str).collect();
        names.sort_unstable();
        choice.check(place, &names)
    }

    /// Builds the checkpoint, with the names as shortened by the choice.
    pub fn put_in_order(mut self, place: &str, choice: &Choice) -> Result<Checkpoint> {
        let order = match self.metadata.get(ORDER) {
            Some(entry) => {
                let names = entry.lines().filter_map(|name| choice.name(name));
                Order::Told(names.map(str::to_owned).collect())
            }
            // The maps of MLX are in the order of their hashes.
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

    /// The chosen additional names of the chosen tensors: metadata entries whose value is the name of a
    /// tensor and whose key is not.
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
