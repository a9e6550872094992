//! The order of the tensors in the network.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::Tensor;
use crate::dataset::brief;
use crate::error::{Error, Result};

/// The last parts of a layer's names, in PyTorch's order.
const PARTS: [&str; 5] = [
    "weight",
    "bias",
    "running_mean",
    "running_var",
    "num_batches_tracked",
];

/// Names of layers that begin a block, in their order when their numbers agree.
const FIRST: [&str; 4] = ["conv", "bn", "norm", "batchnorm"];

/// Names of layers that stand at the end of a block or network, in their order.
const LAST: [&str; 7] = [
    "shortcut",
    "downsample",
    "fc",
    "linear",
    "classifier",
    "head",
    "output",
];

/// Puts the tensors in the order of the names in `entry` (one a line), or else of
/// [`Checkpoint::read`](super::Checkpoint::read).
pub(super) fn sort(place: &str, tensors: &mut [Tensor], entry: Option<&String>) -> Result<()> {
    let Some(entry) = entry else {
        tensors.sort_by(|a, b| compare(&a.name, &b.name));
        return Ok(());
    };
    let refuse = |fault: String| Err(Error::input(place, "order", fault));
    let mut position = HashMap::new();
    for (i, name) in entry.lines().enumerate() {
        if position.insert(name, i).is_some() {
            return refuse(format!(
                "names {:?} twice; name each tensor once",
                brief(name)
            ));
        }
    }
    let unnamed = tensors
        .iter()
        .find(|tensor| !position.contains_key(&*tensor.name));
    match unnamed {
        Some(tensor) => refuse(format!(
            "does not name {:?}; name each tensor",
            brief(&tensor.name)
        )),
        None if position.len() > tensors.len() => refuse(format!(
            "has {} names, but there are {} tensors; name each tensor once",
            position.len(),
            tensors.len()
        )),
        None => {
            tensors.sort_by_key(|tensor| position[&*tensor.name]);
            Ok(())
        }
    }
}

/// Which of two names comes first in a network?
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

/// What decides the place of one part of a name: a family, and what counts within it.
///
/// The families are: parts of a layer itself, layers that begin a block, all others and plain
/// numbers, layers at the end.
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

/// The digits of a number without leading zeros, compared by its value.
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
