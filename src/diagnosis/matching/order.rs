//! Which comes first of modules that could be exchanged: what the user says, else what the exporter
//! said, else what names and places in the file prove. Never a guess.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::str::FromStr;

use serde::Serialize;

use crate::dataset::checkpoint::{Checkpoint, Order};
use crate::error::{Error, Result};

use super::group::Group;

/// What a user says of the order of the modules, `--order`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Of these modules, named themselves or by a tensor, an earlier one comes first.
    Names(Vec<String>),
    /// As their elements stand in the file: the word `file`.
    File,
    /// In the natural order of their names, numbers by value: the word `natural`.
    Natural,
}

impl FromStr for Wish {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(match text {
            "file" => Wish::File,
            "natural" => Wish::Natural,
            names => Wish::Names(
                names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect(),
            ),
        })
    }
}

/// Why modules that could be exchanged stand in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grounds {
    /// The exporter's entry `order`.
    Exporter,
    /// The user's `--order`.
    Asked,
    /// Their names differ in numbers alone.
    Numbers,
    /// The file keeps an order of its own.
    File,
    /// Each stands behind a convolution of its name.
    Neighbours,
}

impl Grounds {
    /// Those that a page names.
    pub const NAMED: [Grounds; 4] = [
        Grounds::Asked,
        Grounds::Numbers,
        Grounds::File,
        Grounds::Neighbours,
    ];

    /// In front of the modules.
    pub fn text(self) -> &'static str {
        match self {
            Grounds::Exporter => "as the file's entry `order` says",
            Grounds::Asked => "as --order says",
            Grounds::Numbers => "by the numbers in their names",
            Grounds::File => "as they stand in the file",
            Grounds::Neighbours => "each behind the convolution of its name",
        }
    }
}

/// Modules in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::diagnosis) struct Arranged {
    /// Places in the list that was to be put in order.
    pub places: Vec<usize>,
    /// Why.
    pub grounds: Grounds,
}

impl Arranged {
    fn by<K: Ord>(keys: Vec<K>, grounds: Grounds) -> Self {
        let mut places: Vec<usize> = (0..keys.len()).collect();
        places.sort_by(|&a, &b| keys[a].cmp(&keys[b]));
        Arranged { places, grounds }
    }
}

/// What is known of the order of a checkpoint's modules.
pub(in crate::diagnosis) struct Evidence<'a> {
    place: &'a str,
    wish: Option<&'a Wish>,
    /// The positions of names that the user or the exporter has put in order.
    told: Option<HashMap<&'a str, usize>>,
    /// Does the file keep an order of its own?
    is_kept: bool,
    /// Do modules whose names differ in numbers alone stand there in the order of these?
    is_ascending: bool,
}

impl<'a> Evidence<'a> {
    /// That of a checkpoint with these modules; `place` names it in errors.
    ///
    /// # Errors
    /// When the user names what is not there, or something twice.
    pub fn new(
        (place, checkpoint): (&'a str, &'a Checkpoint),
        groups: &[Group<'_>],
        wish: Option<&'a Wish>,
    ) -> Result<Self> {
        let names = match (wish, &checkpoint.order) {
            (Some(Wish::Names(names)), _) => {
                check_names(place, names, groups)?;
                Some(names)
            }
            (None, Order::Told(names)) => Some(names),
            _ => None,
        };
        let position = |(position, name): (usize, &'a String)| (&name[..], position);
        Ok(Evidence {
            place,
            wish,
            told: names.map(|names| names.iter().enumerate().map(position).collect()),
            is_kept: checkpoint.order == Order::Kept && in_file(groups).is_some(),
            is_ascending: in_file(groups).is_some_and(|groups| is_ascending(&groups)),
        })
    }

    /// Has the user or the exporter put all these modules in order?
    pub fn tells(&self, groups: &[&Group<'_>]) -> bool {
        match (self.wish, &self.told) {
            (Some(Wish::File | Wish::Natural), _) => true,
            (_, Some(told)) => groups.iter().all(|group| position(told, group).is_some()),
            (_, None) => false,
        }
    }

    /// The order of modules that could be exchanged; `None` when nothing proves one.
    ///
    /// # Errors
    /// When what the user says does not reach, or names and file contradict each other.
    pub fn arrange(&self, groups: &[&Group<'_>]) -> Result<Option<Arranged>> {
        match self.wish {
            Some(Wish::File) => self.as_asked(groups).map(Some),
            Some(Wish::Natural) => self.as_numbered(groups).map(Some),
            Some(Wish::Names(_)) | None => match &self.told {
                Some(told) => self.as_told(told, groups).map(Some),
                None => self.as_proved(groups),
            },
        }
    }

    /// By the names that the user or the exporter has put in order.
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
        let grounds = match self.wish {
            Some(_) => Grounds::Asked,
            None => Grounds::Exporter,
        };
        Ok(Arranged::by(keys, grounds))
    }

    /// By the numbers in their names.
    fn as_numbered(&self, groups: &[&Group<'_>]) -> Result<Arranged> {
        match by_numbers(groups) {
            Some(arranged) => Ok(Arranged {
                grounds: Grounds::Asked,
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

    /// By their places in the file, whatever else there is.
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
            None => Ok(Arranged::by(keys, Grounds::Asked)),
        }
    }

    /// By what proves an order, if anything does.
    fn as_proved(&self, groups: &[&Group<'_>]) -> Result<Option<Arranged>> {
        let by_numbers = by_numbers(groups);
        let starts: Vec<_> = groups.iter().map(|group| start(group)).collect();
        let is_placed = self.is_kept && starts.iter().all(Option::is_some);
        let by_file = is_placed.then(|| Arranged::by(starts, Grounds::File));
        match (by_numbers, by_file) {
            (Some(numbers), Some(file)) if numbers.places != file.places => {
                let fault = format!(
                    "the numbers in the names of {} say another order than their places in the file; \
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

/// The position of a module by its own name or that of a tensor.
fn position(told: &HashMap<&str, usize>, group: &Group<'_>) -> Option<usize> {
    let names = group.tensors.iter().map(|named| named.name);
    let names = names.chain([group.name]);
    names.filter_map(|name| told.get(name).copied()).min()
}

/// Is every name that of a module or a tensor, once?
fn check_names(place: &str, names: &[String], groups: &[Group<'_>]) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        let is_there = groups.iter().any(|group| {
            let mut tensors = group.tensors.iter();
            group.name == name || tensors.any(|named| named.name == name)
        });
        let fault = match (is_there, seen.insert(name)) {
            (false, _) => format!("is no module of {place}; it has {}", list(groups)),
            (true, false) => "is named twice; name each module once".to_owned(),
            (true, true) => continue,
        };
        return Err(Error::input("--order", name, fault));
    }
    Ok(())
}

/// `fc1, fc2 and 3 more`.
pub(super) fn list<'a>(groups: impl IntoIterator<Item = &'a Group<'a>>) -> String {
    const MOST: usize = 24;
    let names: Vec<&str> = groups.into_iter().map(call).collect();
    match names.len() {
        count if count > MOST => {
            let more = count - MOST;
            format!("{} and {more} more", names[..MOST].join(", "))
        }
        _ => names.join(", "),
    }
}

/// In the natural order of their names.
pub(super) fn natural<'a>(groups: &[&'a Group<'a>]) -> Vec<&'a Group<'a>> {
    let mut groups = groups.to_vec();
    groups.sort_by_key(|group| pieces(group.name));
    groups
}

/// What a module is called; one without a name by its first tensor.
pub(in crate::diagnosis) fn call<'a>(group: &Group<'a>) -> &'a str {
    match group.name {
        "" => group.tensors[0].name,
        name => name,
    }
}

/// By the numbers in their names, when these differ in nothing else.
fn by_numbers(groups: &[&Group<'_>]) -> Option<Arranged> {
    let keys: Vec<Vec<Piece<'_>>> = groups.iter().map(|group| pieces(group.name)).collect();
    let is_same = keys.iter().all(|key| template(key) == template(&keys[0]));
    let distinct: HashSet<_> = keys.iter().collect();
    let proves = is_same && distinct.len() == keys.len();
    proves.then(|| Arranged::by(keys, Grounds::Numbers))
}

/// A part of a name: compared as text, or as the number that it writes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Piece<'a> {
    /// The count of the digits without leading zeros, and these.
    Number(usize, &'a str),
    Text(&'a str),
}

fn pieces(name: &str) -> Vec<Piece<'_>> {
    let bytes = name.as_bytes();
    let runs = bytes.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    let mut end = 0;
    let piece = |run: &[u8]| {
        let text = &name[end..end + run.len()];
        end += run.len();
        match run[0].is_ascii_digit() {
            true => {
                let digits = text.trim_start_matches('0');
                Piece::Number(digits.len(), digits)
            }
            false => Piece::Text(text),
        }
    };
    runs.map(piece).collect()
}

/// A name without its numbers.
fn template<'a>(pieces: &[Piece<'a>]) -> Vec<Option<&'a str>> {
    let text = |piece: &Piece<'a>| match piece {
        Piece::Text(text) => Some(*text),
        Piece::Number(..) => None,
    };
    pieces.iter().map(text).collect()
}

/// Where the elements of a module begin in the file; not of one that is another's further name.
fn start(group: &Group<'_>) -> Option<usize> {
    let own = group
        .tensors
        .iter()
        .filter(|named| named.name == named.tensor.name);
    own.map(|named| named.tensor.start).min()
}

/// The modules as they stand in the file; `None` where the tensors of one do not stand together, as a
/// writer leaves them that keeps the order of the model.
fn in_file<'a, 'b>(groups: &'b [Group<'a>]) -> Option<Vec<&'b Group<'a>>> {
    let places = groups.iter().enumerate().flat_map(|(place, group)| {
        let own = group
            .tensors
            .iter()
            .filter(|named| named.name == named.tensor.name);
        own.map(move |named| (named.tensor.start, place))
    });
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    let mut runs: Vec<usize> = places.into_iter().map(|(_, place)| place).collect();
    runs.dedup();
    let distinct: HashSet<_> = runs.iter().collect();
    let is_whole = distinct.len() == runs.len();
    is_whole.then(|| runs.iter().map(|&place| &groups[place]).collect())
}

/// Are modules whose names differ in numbers alone in the order of these?
fn is_ascending(groups: &[&Group<'_>]) -> bool {
    let mut last = HashMap::new();
    groups.iter().all(|group| {
        let pieces = pieces(group.name);
        let before = last.insert(template(&pieces), pieces.clone());
        before.is_none_or(|before| before < pieces)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_their_numbers_wherever_they_stand() {
        for names in [
            ["0_fc", "2_fc", "11_fc"],
            ["h1_dense", "h2_dense", "h12_dense"],
            ["conv1_1", "conv9_1", "conv11_1"],
            ["layer1.0.conv2", "layer1.1.conv1", "layer2.0.conv1"],
            ["fc.0", "fc.007", "fc.10"],
        ] {
            let keys = names.map(pieces);
            assert!(keys.is_sorted(), "{names:?}");
            assert!(keys.iter().all(|key| template(key) == template(&keys[0])));
        }
        assert_ne!(template(&pieces("fc1")), template(&pieces("fc")));
        assert_eq!(pieces("é1"), [Piece::Text("é"), Piece::Number(1, "1")]);
    }
}
