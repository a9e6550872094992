//! The places of modules in their file.

use std::collections::{HashMap, HashSet};

use super::super::group::Group;
use super::names::{pieces, template};

/// Where the elements of a module begin in the file; not of one that is another's further name.
pub fn start(group: &Group<'_>) -> Option<usize> {
    let own = group
        .tensors
        .iter()
        .filter(|named| named.name == named.tensor.name);
    own.map(|named| named.tensor.start).min()
}

/// The modules as they stand in the file; `None` where the tensors of one do not stand together, as a
/// writer leaves them that keeps the order of the model.
pub fn in_file<'a, 'b>(groups: &'b [Group<'a>]) -> Option<Vec<&'b Group<'a>>> {
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
pub fn is_ascending(groups: &[&Group<'_>]) -> bool {
    let mut last = HashMap::new();
    groups.iter().all(|group| {
        let pieces = pieces(group.name);
        let before = last.insert(template(&pieces), pieces.clone());
        before.is_none_or(|before| before < pieces)
    })
}
