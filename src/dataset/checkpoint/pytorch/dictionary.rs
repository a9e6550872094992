//! Which dictionary of a pickle is the state dictionary.

use std::collections::{HashSet, VecDeque};

use super::super::pickle::{Dictionary, Global, Id, Pickle, Value};
use super::archive::SAVE;
use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// The key that names the whole of a file.
const WHOLE: &str = ".";

/// The largest number of dictionaries that are looked at, and the length of the longest path, for a list.
const MOST_LOOKED_AT: usize = 10_000;
const LONGEST_PATH: usize = 200;

/// The largest number of keys in an error.
const MOST_LISTED: usize = 8;

/// What is wrong with an object of another program in the place of a dictionary or a tensor.
pub fn unknown(object: &Global<'_>) -> String {
    let name = format!("{}.{}", object.module, object.name);
    let is_a_tensor = object.module == "torch._utils" || object.module == "torch._tensor";
    let what = if is_a_tensor {
        "a tensor of a kind that is not read (quantised, sparse, of 8 bits, a subclass)"
    } else {
        "an object that only its own program can build"
    };
    format!("is {what}, {}, and nothing of a file is run", brief(&name))
}

/// A dictionary that has tensors of its own.
struct Candidate {
    /// The keys that lead to it, joined by dots.
    path: String,
    tensors: usize,
}

/// The state dictionary of a pickle: the one that the key leads to, or else the whole, if no other dictionary has
/// tensors.
///
/// # Errors
/// Returns an error if there is no such dictionary, or if no key is given and a dictionary inside has tensors.
pub fn choose(place: &str, pickle: &Pickle<'_>, key: Option<&str>) -> Result<Id> {
    match key {
        Some(key) => by_key(place, pickle, key),
        None => without_key(place, pickle),
    }
}

fn by_key(place: &str, pickle: &Pickle<'_>, key: &str) -> Result<Id> {
    let refuse = |fault: String| Err(Error::input("--key", brief(key), fault));
    let found = if key == WHOLE {
        Some(pickle.root)
    } else {
        descend(pickle, key)
    };
    let Some(found) = found else {
        let there = list(&candidates(pickle));
        return refuse(format!("is not in {place}, which has {there}"));
    };
    match pickle.value(found) {
        Value::Dictionary(dictionary) if may_have_tensors(pickle, dictionary) => Ok(found),
        Value::Object(object) => refuse(format!("{} in {place}; {SAVE}", unknown(object))),
        _ => {
            let there = list(&candidates(pickle));
            refuse(format!(
                "is no dictionary with tensors in {place}, which has {there}"
            ))
        }
    }
}

/// Whether an entry of the dictionary is a tensor, or an object that may be one.
fn may_have_tensors(pickle: &Pickle<'_>, dictionary: &Dictionary) -> bool {
    let mut values = (dictionary.entries.iter()).map(|entry| pickle.value(entry.value));
    values.any(|value| matches!(value, Value::Tensor(_) | Value::Object(_)))
}

/// The value to which keys joined by dots lead. A key may itself have dots.
fn descend(pickle: &Pickle<'_>, key: &str) -> Option<Id> {
    let (mut here, mut rest) = (pickle.root, key);
    loop {
        if let Some(found) = entry(pickle, here, rest) {
            return Some(found);
        }
        let mut dots = rest.match_indices('.').map(|(at, _)| at);
        let step = dots.find_map(|at| Some((entry(pickle, here, &rest[..at])?, at)));
        let (next, at) = step?;
        (here, rest) = (next, &rest[at + 1..]);
    }
}

/// The value at a key of a dictionary.
fn entry(pickle: &Pickle<'_>, dictionary: Id, key: &str) -> Option<Id> {
    let Value::Dictionary(dictionary) = pickle.value(dictionary) else {
        return None;
    };
    let mut entries = dictionary.entries.iter().rev();
    let entry = entries.find(|entry| pickle.text(entry.key) == Some(key));
    entry.map(|entry| entry.value)
}

fn without_key(place: &str, pickle: &Pickle<'_>) -> Result<Id> {
    let refuse = |fault: String| Err(Error::input(place, "file", fault));
    let found = candidates(pickle);
    match (pickle.value(pickle.root), &found[..]) {
        (Value::Object(object), _) => refuse(format!("{}; {SAVE}", unknown(object))),
        (Value::Dictionary(_), [only]) if only.path == WHOLE => Ok(pickle.root),
        (Value::Dictionary(_), []) => refuse(format!("{}; {SAVE}", without_tensors(pickle))),
        (Value::Dictionary(_), [only]) => refuse(format!(
            "is a dictionary in which {} has tensors; if these are the model's, give --key {}",
            list(&found),
            quoted(&only.path)
        )),
        (Value::Dictionary(_), [first, ..]) => refuse(format!(
            "has several dictionaries with tensors: {}; name that of the model, such as --key {}",
            list(&found),
            quoted(&first.path)
        )),
        (Value::Tensor(_), _) => refuse(format!("is one tensor without a name; {SAVE}")),
        _ => refuse(format!("holds no dictionary; {SAVE}")),
    }
}

/// What a dictionary is in which no dictionary has tensors.
fn without_tensors(pickle: &Pickle<'_>) -> String {
    let Value::Dictionary(root) = pickle.value(pickle.root) else {
        return "holds no dictionary".to_owned();
    };
    let object = root.entries.iter().find_map(|entry| {
        let key = pickle.text(entry.key)?;
        match pickle.value(entry.value) {
            Value::Object(object) => Some((key, object)),
            _ => None,
        }
    });
    match object {
        Some((key, object)) => format!(
            "has no tensor in a dictionary by name, and its entry {:?} {}",
            brief(key),
            unknown(object)
        ),
        None => "has no tensor in a dictionary by name".to_owned(),
    }
}

/// The dictionaries with tensors of their own, to which names lead, the nearest first.
fn candidates(pickle: &Pickle<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([pickle.root]);
    let mut open = VecDeque::from([(pickle.root, String::new())]);
    while let Some((id, path)) = open.pop_front() {
        let Value::Dictionary(dictionary) = pickle.value(id) else {
            continue;
        };
        let mut tensors = 0;
        for entry in &dictionary.entries {
            let Some(key) = pickle.text(entry.key) else {
                continue;
            };
            match pickle.value(entry.value) {
                Value::Tensor(_) => tensors += 1,
                Value::Dictionary(_)
                    if path.len() + key.len() < LONGEST_PATH
                        && seen.len() < MOST_LOOKED_AT
                        && seen.insert(entry.value) =>
                {
                    let dot = if path.is_empty() { "" } else { "." };
                    open.push_back((entry.value, format!("{path}{dot}{key}")));
                }
                _ => {}
            }
        }
        if tensors > 0 {
            let path = if id == pickle.root {
                WHOLE.to_owned()
            } else {
                path
            };
            found.push(Candidate { path, tensors });
        }
    }
    found
}

/// The keys, each with its number of tensors.
fn list(candidates: &[Candidate]) -> String {
    let one = |candidate: &Candidate| {
        let plural = if candidate.tensors == 1 { "" } else { "s" };
        let path = match &candidate.path[..] {
            WHOLE => "the top (--key .)".to_owned(),
            path => path.to_owned(),
        };
        format!("{} ({} tensor{plural})", brief(&path), candidate.tensors)
    };
    let mut listed: Vec<String> = candidates.iter().take(MOST_LISTED).map(one).collect();
    if candidates.len() > MOST_LISTED {
        listed.push(format!("{} more", candidates.len() - MOST_LISTED));
    }
    match listed.len() {
        0 => "no dictionary with tensors".to_owned(),
        _ => listed.join(", "),
    }
}

/// A key as it is typed in a shell.
fn quoted(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if key.chars().all(is_plain) {
        key.to_owned()
    } else {
        format!("'{}'", key.replace('\'', r"'\''"))
    }
}
