//! The positions of modules in their file.

use std::collections::{HashMap, HashSet};

use super::super::group::Group;
use super::names::{pieces, template};

/// The first place in the file of a module; names that have none are not counted.
pub fn start(group: &Group<'_>) -> Option<usize> {
    group.tensors.iter().filter_map(|named| named.start).min()
}

/// The modules in the order of the file. `None` if the tensors of some module are not adjacent, as they
/// would be if the writer had kept the order of the model.
pub fn in_file<'a, 'b>(groups: &'b [Group<'a>]) -> Option<Vec<&'b Group<'a>>> {
    let places = groups.iter().enumerate().flat_map(|(place, group)| {
        let starts = group.tensors.iter().filter_map(|named| named.start);
        starts.map(move |start| (start, place))
    });
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    let mut runs: Vec<usize> = places.into_iter().map(|(_, place)| place).collect();
    runs.dedup();
    let distinct: HashSet<_> = runs.iter().collect();
    let is_whole = distinct.len() == runs.len();
    is_whole.then(|| runs.iter().map(|&place| &groups[place]).collect())
}

/// Whether modules whose names differ only in numbers are in the order of these numbers.
pub fn is_ascending(groups: &[&Group<'_>]) -> bool {
    let mut last = HashMap::new();
    groups.iter().all(|group| {
        let pieces = pieces(group.name);
        let before = last.insert(template(&pieces), pieces.clone());
        before.is_none_or(|before| before < pieces)
    })
}
