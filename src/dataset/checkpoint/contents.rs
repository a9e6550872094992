//! The contents of one file, and the checkpoint built from them.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use safetensors::SafeTensors;
use sha2::{Digest, Sha256};

use super::choice::{Choice, wrapper};
use super::header;
use super::order::{self, Order};
use super::pytorch;
use super::tensor::{Alias, Raw, Tensor, Values};
use crate::dataset::text::{brief, hexadecimal};
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
    /// The prefix of wrappers that all names had and that has been taken off, such as `module.`; empty if there
    /// was none.
    pub wrapper: String,
    /// The names of entries that hold no tensor, such as the number of an epoch.
    pub without_numbers: Vec<String>,
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

    /// The names of the parameters in the order of `Module.parameters()`, tied ones once; `None` if the file does not
    /// tell it.
    pub fn parameter_order(&self) -> Option<Vec<&str>> {
        let is_parameter = |tensor: &&Tensor| {
            let part = tensor.name.rsplit('.').next();
            tensor.real().is_some() && !matches!(part, Some("running_mean" | "running_var"))
        };
        let mut parameters: Vec<&Tensor> = self.tensors.iter().filter(is_parameter).collect();
        match &self.order {
            Order::Kept => parameters.sort_by_key(|tensor| tensor.start),
            Order::Told(names) => {
                let place = |tensor: &&Tensor| names.iter().position(|name| *name == tensor.name);
                parameters.sort_by_key(place);
            }
            Order::Lost => return None,
        }
        Some(parameters.iter().map(|tensor| &tensor.name[..]).collect())
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
    /// Further names of the chosen tensors, in a file of PyTorch.
    pub aliases: Vec<Alias>,
    /// The names of the other tensors.
    pub ignored: Vec<String>,
    /// The names of the chosen entries that hold no tensor.
    pub without_numbers: Vec<String>,
    /// Whether the file is known to keep the order of a module.
    pub is_of_a_module: bool,
    pub metadata: HashMap<String, String>,
    pub digest: String,
}

impl Contents {
    pub fn parse(place: &str, bytes: &[u8], choice: &Choice) -> Result<Self> {
        if bytes.len() as u64 > LARGEST {
            return Err(too_large(place));
        }
        if pytorch::is_zip(bytes) {
            let saved = pytorch::read(place, bytes, choice)?;
            return Ok(Self::saved(saved, bytes));
        }
        pytorch::check_is_no_bare_pickle(place, bytes)?;
        if let Some(key) = choice.key() {
            let fault = format!(
                "leads into the dictionaries of a file of torch.save, and {place} is none; to take the tensors \
                 below a name, give --prefix"
            );
            return Err(Error::input("--key", brief(key), fault));
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
                    let raw = Raw {
                        name: &name,
                        dtype: &info.dtype.to_string(),
                        shape: info.shape.clone(),
                        start,
                        data: &data[start..end],
                    };
                    contents.tensors.push(Tensor::read(place, raw)?);
                }
                None => contents.ignored.push(name),
            }
        }
        contents.ignored.sort_unstable();
        Ok(contents)
    }

    /// The contents of a file of PyTorch.
    fn saved(saved: pytorch::Saved, bytes: &[u8]) -> Self {
        Contents {
            tensors: saved.tensors,
            aliases: saved.aliases,
            ignored: saved.ignored,
            without_numbers: saved.without_numbers,
            is_of_a_module: saved.is_of_a_module,
            metadata: HashMap::new(),
            digest: hexadecimal(&Sha256::digest(bytes)),
        }
    }

    /// Checks that every prefix of the choice matches a name and that at least one tensor is left.
    pub fn check_choice(&self, place: &str, choice: &Choice) -> Result<()> {
        let names = self.tensors.iter().map(|tensor| &tensor.name);
        let names = names.chain(&self.ignored).chain(&self.without_numbers);
        let names = names.chain(self.aliases.iter().map(|alias| &alias.name));
        let further = self.metadata.keys();
        let names = names.chain(further.filter(|name| *name != ORDER && *name != FORMAT));
        let mut names: Vec<&str> = names.map(String::as_str).collect();
        names.sort_unstable();
        choice.check(place, &names)
    }

    /// Builds the checkpoint, with the names as shortened by the choice and without the prefix of wrappers.
    pub fn put_in_order(mut self, place: &str, choice: &Choice) -> Result<Checkpoint> {
        let mut order = self.order(choice);
        let mut aliases = self.all_aliases(choice);
        for tensor in &mut self.tensors {
            let own = choice.name(&tensor.name).expect("a chosen tensor");
            tensor.name = own.to_owned();
        }
        let names = self.tensors.iter().map(|tensor| &tensor.name[..]);
        let names = names.chain(aliases.iter().map(|alias| &alias.name[..]));
        let wrapper = wrapper(names).to_owned();
        let unwrap = |name: &mut String| {
            if let Some(rest) = name.strip_prefix(&wrapper) {
                *name = rest.to_owned();
            }
        };
        self.tensors
            .iter_mut()
            .for_each(|tensor| unwrap(&mut tensor.name));
        for alias in &mut aliases {
            unwrap(&mut alias.name);
            unwrap(&mut alias.of);
        }
        match &mut order {
            Order::Told(names) => {
                names.iter_mut().for_each(unwrap);
                order::by_entry(place, &mut self.tensors, &aliases, names)?;
            }
            _ => order::by_name(&mut self.tensors),
        }
        Ok(Checkpoint {
            tensors: self.tensors,
            aliases,
            wrapper,
            without_numbers: self.without_numbers,
            order,
            ignored: self.ignored,
            digest: self.digest,
        })
    }

    /// What the file reveals about the order of its tensors.
    fn order(&self, choice: &Choice) -> Order {
        match self.metadata.get(ORDER) {
            Some(entry) => {
                let names = entry.lines().filter_map(|name| choice.name(name));
                Order::Told(names.map(str::to_owned).collect())
            }
            None if self.is_of_a_module => Order::Kept,
            // The maps of MLX are in the order of their hashes.
            None if self.metadata.get(FORMAT).is_some_and(|by| by == "mlx") => Order::Lost,
            None if order::is_by_type_and_name(&self.tensors) => Order::Lost,
            None => Order::Kept,
        }
    }

    /// The chosen additional names of the chosen tensors: those of a file of PyTorch, and metadata entries
    /// whose value is the name of a tensor and whose key is not.
    fn all_aliases(&self, choice: &Choice) -> Vec<Alias> {
        let names: HashSet<&str> = self.tensors.iter().map(|tensor| &tensor.name[..]).collect();
        let pairs = self.metadata.iter().filter(|(name, of)| {
            let is_new = !names.contains(&name[..]) && *name != ORDER && *name != FORMAT;
            is_new && names.contains(&of[..])
        });
        let told = pairs.map(|(name, of)| (name, of, None));
        let shared = self.aliases.iter();
        let shared = shared.map(|alias| (&alias.name, &alias.of, alias.start));
        let alias = |(name, of, start): (&String, &String, Option<usize>)| {
            Some(Alias {
                name: choice.name(name)?.to_owned(),
                of: choice.name(of)?.to_owned(),
                start,
            })
        };
        let mut aliases: Vec<Alias> = told.chain(shared).filter_map(alias).collect();
        aliases.sort_unstable();
        aliases
    }
}
