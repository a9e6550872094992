//! What a file reveals about the order in which a network uses its tensors.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::tensor::{Alias, Tensor};
use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// The last parts of the names in a layer, in PyTorch's order.
const PARTS: [&str; 5] = [
    "weight",
    "bias",
    "running_mean",
    "running_var",
    "num_batches_tracked",
];

/// Names of layers that begin a block, in the order used when their numbers are equal.
const FIRST: [&str; 4] = ["conv", "bn", "norm", "batchnorm"];

/// Names of layers at the end of a block or network, in their order.
const LAST: [&str; 7] = [
    "shortcut",
    "downsample",
    "fc",
    "linear",
    "classifier",
    "head",
    "output",
];

/// What a file reveals about the order in which a network uses its tensors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// The names of all tensors, including the additional names of tied ones, first to last, from the
    /// exporter's entry `order`.
    Told(Vec<String>),
    /// There are no names, but the elements are not sorted by type and name, so the writer has kept an
    /// order of its own.
    Kept,
    /// Nothing: the elements are sorted by type and name, as by safetensors' own writers, or lie in
    /// several files, or come from a writer that keeps no order.
    Lost,
}

/// Sorts the tensors into the usual order of their names
/// ([`Checkpoint::read`](super::Checkpoint::read)).
pub(super) fn by_name(tensors: &mut [Tensor]) {
    tensors.sort_by(|a, b| compare(&a.name, &b.name));
}

/// Whether the elements are sorted by type and then by name, as by safetensors' own writers.
pub(super) fn is_by_type_and_name(tensors: &[Tensor]) -> bool {
    let mut by_start: Vec<&Tensor> = tensors.iter().collect();
    by_start.sort_by_key(|tensor| tensor.start);
    let mut types = by_start.chunk_by(|a, b| a.dtype == b.dtype);
    let mut seen = Vec::new();
    types.all(|run| {
        let is_new = !seen.contains(&run[0].dtype);
        seen.push(run[0].dtype);
        is_new && run.is_sorted_by(|a, b| a.name <= b.name)
    })
}

/// Sorts the tensors into the order of these names.
///
/// # Errors
/// Returns an error when a tensor or one of its additional names is not listed, or when a name is listed
/// twice or is unknown.
pub(super) fn by_entry(
    place: &str,
    tensors: &mut [Tensor],
    aliases: &[Alias],
    entry: &[String],
) -> Result<()> {
    let refuse = |fault: String| Err(Error::input(place, "order", fault));
    let mut position = HashMap::new();
    for (i, name) in entry.iter().enumerate() {
        if position.insert(&name[..], i).is_some() {
            return refuse(format!(
                "names {:?} twice; name each tensor once",
                brief(name)
            ));
        }
    }
    let names = tensors.iter().map(|tensor| &tensor.name);
    let mut names = names.chain(aliases.iter().map(|alias| &alias.name));
    let count = tensors.len() + aliases.len();
    match names.find(|name| !position.contains_key(&name[..])) {
        Some(name) => refuse(format!("does not name {:?}; name each tensor", brief(name))),
        None if position.len() > count => refuse(format!(
            "has {} names, but there are {count} tensors; name each tensor once",
            position.len(),
        )),
        None => {
            tensors.sort_by_key(|tensor| position[&*tensor.name]);
            Ok(())
        }
    }
}

/// Compares two names by the usual order of tensors in a network.
fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match key(a).cmp(&key(b)) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

/// The sort key of one part of a name: its family, then what decides within the family.
///
/// The families are, in order: parts of a layer itself; layers that begin a block; all other layers and
/// plain numbers; layers at the end.
fn key(part: &str) -> (u8, usize, &str, Number<'_>, usize, &str) {
    let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = Number(part[stem.len()..].trim_start_matches('0'));
    let at = |list: &[&str]| list.iter().position(|name| *name == stem);
    if let Some(i) = PARTS.iter().position(|name| *name == part) {
        return (0, i, "", number, 0, part);
    }
    if let Some(i) = at(&FIRST) {
        return (1, 0, "", number, i, part);
    }
    if let Some(i) = at(&LAST) {
        return (3, i, "", number, 0, part);
    }
    (2, 0, stem, number, 0, part)
}

/// The digits of a number without leading zeros, compared by numeric value.
#[derive(PartialEq, Eq)]
struct Number<'a>(&'a str);

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.0.len().cmp(&other.0.len());
        length.then_with(|| self.0.cmp(other.0))
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
