//! The order of modules that could be exchanged. It is the order that the user asks for, else the one
//! that the exporter recorded, else one that names and positions in the file prove; it is never guessed.

mod arranged;
mod names;
mod places;
mod requested;

use std::collections::{HashMap, HashSet};

use crate::dataset::checkpoint::{Checkpoint, Order};
use crate::error::{Error, Result};

pub use arranged::{Arranged, OrderedBy};
pub use names::{call, list};
pub use requested::RequestedOrder;

use super::group::Group;
use names::{by_numbers, natural};
use places::{in_file, is_ascending, start};

/// What is known about the order of the modules of a checkpoint.
pub struct KnownOrder<'a> {
    place: &'a str,
    wish: Option<&'a RequestedOrder>,
    /// The position of each name in the order given by the user or the exporter.
    told: Option<HashMap<&'a str, usize>>,
    /// Whether the order of the file carries information.
    is_kept: bool,
    /// Whether modules whose names differ only in numbers are stored in the order of these numbers.
    is_ascending: bool,
}

impl<'a> KnownOrder<'a> {
    /// Collects what is known about a checkpoint with these modules. Errors name it as `place`.
    ///
    /// # Errors
    /// Returns an error if the user names a module that does not exist, or names one twice.
    pub fn new(
        place: &'a str,
        checkpoint: &'a Checkpoint,
        groups: &[Group<'_>],
        wish: Option<&'a RequestedOrder>,
    ) -> Result<Self> {
        let names = match (wish, &checkpoint.order) {
            (Some(RequestedOrder::Names(names)), _) => {
                let names = (names.iter()).map(|name| own(name, &checkpoint.wrapper, groups));
                let names: Vec<&str> = names.collect();
                check_names(place, &names, groups)?;
                Some(names)
            }
            (None, Order::Told(names)) => Some(names.iter().map(String::as_str).collect()),
            _ => None,
        };
        let position = |(position, name): (usize, &'a str)| (name, position);
        Ok(KnownOrder {
            place,
            wish,
            told: names.map(|names| names.into_iter().enumerate().map(position).collect()),
            is_kept: checkpoint.order == Order::Kept && in_file(groups).is_some(),
            is_ascending: in_file(groups).is_some_and(|groups| is_ascending(&groups)),
        })
    }

    /// Whether the user or the exporter has ordered all these modules.
    pub fn tells(&self, groups: &[&Group<'_>]) -> bool {
        match (self.wish, &self.told) {
            (Some(RequestedOrder::File | RequestedOrder::Natural), _) => true,
            (_, Some(told)) => groups.iter().all(|group| position(told, group).is_some()),
            (_, None) => false,
        }
    }

    /// The order of modules that could be exchanged; `None` if nothing proves one.
    ///
    /// # Errors
    /// Returns an error if the order that the user gave does not cover them, or if names and file
    /// contradict each other.
    pub fn arrange(&self, groups: &[&Group<'_>]) -> Result<Option<Arranged>> {
        match self.wish {
            Some(RequestedOrder::File) => self.as_asked(groups).map(Some),
            Some(RequestedOrder::Natural) => self.as_numbered(groups).map(Some),
            Some(RequestedOrder::Names(_)) | None => match &self.told {
                Some(told) => self.as_told(told, groups).map(Some),
                None => self.as_proved(groups),
            },
        }
    }

    /// The order given by the user or the exporter.
    fn as_told(&self, told: &HashMap<&str, usize>, groups: &[&Group<'_>]) -> Result<Arranged> {
        let keys: Vec<_> = groups.iter().map(|group| position(told, group)).collect();
        if let Some(missing) = keys.iter().position(Option::is_none) {
            let fault = format!(
                "does not name {}, whose place {} could take; name them all, in the order of the \
                 network",
                call(groups[missing]),
                list(
                    groups
                        .iter()
                        .filter(|group| group.name != groups[missing].name)
                        .copied()
                ),
            );
            return Err(Error::input("--order", self.place, fault));
        }
        let ordered_by = match self.wish {
            Some(_) => OrderedBy::Asked,
            None => OrderedBy::Exporter,
        };
        Ok(Arranged::by(keys, ordered_by))
    }

    /// The order of the numbers in their names.
    fn as_numbered(&self, groups: &[&Group<'_>]) -> Result<Arranged> {
        match by_numbers(groups) {
            Some(arranged) => Ok(Arranged {
                ordered_by: OrderedBy::Asked,
                ..arranged
            }),
            None => {
                let fault = format!(
                    "cannot be taken: the names of {} differ in more than numbers; name them in the order \
                     of the network",
                    list(groups.iter().copied())
                );
                Err(Error::input("--order", "natural", fault))
            }
        }
    }

    /// The order of the file, as the user asked.
    fn as_asked(&self, groups: &[&Group<'_>]) -> Result<Arranged> {
        let keys: Vec<_> = groups.iter().map(|group| start(group)).collect();
        match keys.iter().position(Option::is_none) {
            Some(tied) => {
                let fault = format!(
                    "cannot be taken: {} is tied and has no place of its own in the file; name the \
                     modules in the order of the network",
                    call(groups[tied])
                );
                Err(Error::input("--order", "file", fault))
            }
            None => Ok(Arranged::by(keys, OrderedBy::Asked)),
        }
    }

    /// The order that names and file prove, if they prove one.
    fn as_proved(&self, groups: &[&Group<'_>]) -> Result<Option<Arranged>> {
        let by_numbers = by_numbers(groups);
        let starts: Vec<_> = groups.iter().map(|group| start(group)).collect();
        let is_placed = self.is_kept && starts.iter().all(Option::is_some);
        let by_file = is_placed.then(|| Arranged::by(starts, OrderedBy::File));
        match (by_numbers, by_file) {
            (Some(numbers), Some(file)) if numbers.places != file.places => {
                let fault = format!(
                    "the numbers in the names of {} give another order than their places in the file; \
                     give --order natural, --order file, or --order with the names",
                    list(groups.iter().copied())
                );
                Err(Error::input(self.place, "order", fault))
            }
            (Some(numbers), _) => Ok(Some(numbers)),
            (None, by_file) => Ok(by_file.filter(|_| self.is_ascending)),
        }
    }
}

/// The position of a module, which may be listed by its own name or by that of one of its tensors.
fn position(told: &HashMap<&str, usize>, group: &Group<'_>) -> Option<usize> {
    let names = group.tensors.iter().map(|named| named.name);
    let names = names.chain([group.name]);
    names.filter_map(|name| told.get(name).copied()).min()
}

/// Whether a module or a tensor is called so.
fn is_there(name: &str, groups: &[Group<'_>]) -> bool {
    groups.iter().any(|group| {
        let mut tensors = group.tensors.iter();
        group.name == name || tensors.any(|named| named.name == name)
    })
}

/// The name that a module or a tensor has here, which the user may have given with the prefix of wrappers.
fn own<'a>(name: &'a str, wrapper: &str, groups: &[Group<'_>]) -> &'a str {
    match name.strip_prefix(wrapper) {
        Some(rest) if !is_there(name, groups) => rest,
        _ => name,
    }
}

/// Checks that every name is that of a module or a tensor, and occurs once.
fn check_names(place: &str, names: &[&str], groups: &[Group<'_>]) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        let fault = match (is_there(name, groups), seen.insert(name)) {
            (false, _) => format!("is no module of {place}; it has {}", list(groups)),
            (true, false) => "is named twice; name each module once".to_owned(),
            (true, true) => continue,
        };
        return Err(Error::input("--order", name, fault));
    }
    Ok(())
}

/// The error for modules whose order is not known; `why` says why they could be exchanged.
pub fn undecided(place: &str, why: &str, classes: &[Vec<&Group<'_>>]) -> Error {
    let classes: Vec<_> = classes.iter().map(|groups| natural(groups)).collect();
    let lists = classes.iter().map(|groups| list(groups.iter().copied()));
    let lists: Vec<String> = lists.collect();
    let names = classes.iter().flatten().map(|group| call(group));
    let fault = format!(
        "{} could be exchanged: {why}, and neither their names nor their places \
         in the file prove which comes first; name them in the order in which the network runs them \
         (--order {} if that is it), or export again as docs/your-own-network.md shows",
        lists.join("; "),
        names.collect::<Vec<_>>().join(",")
    );
    Error::input(place, "order", fault)
}
