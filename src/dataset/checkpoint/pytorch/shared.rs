//! The tensors of one storage. Two names of the same view are one tensor, which is tied. Two views that have
//! only some elements in common, or the same in another order, are refused: as two tensors they would be
//! trained apart.

use std::collections::HashMap;

use super::view::View;

/// A name with its view.
pub struct Named<'a> {
    /// The name.
    pub name: &'a str,
    /// The number of entries before it in the state dictionary.
    pub place: usize,
    /// The elements that it has.
    pub view: View,
}

/// Names in the order of the dictionary, by whether they are the first of their view.
#[derive(Default)]
pub struct Shared<'a, 'b> {
    /// The first name of each view.
    pub first: Vec<&'b Named<'a>>,
    /// The further names, each with the first one.
    pub further: Vec<Further<'a, 'b>>,
}

/// A further name of a view.
pub struct Further<'a, 'b> {
    pub named: &'b Named<'a>,
    pub of: &'b Named<'a>,
}

impl<'a, 'b> Shared<'a, 'b> {
    /// Sorts out the names of the tensors of one storage, which are in the order of the dictionary.
    pub fn of(all: &'b [Named<'a>]) -> Self {
        let mut shared = Shared::default();
        let mut seen = HashMap::new();
        for named in all {
            match seen.get(&named.view) {
                Some(&of) => shared.further.push(Further { named, of }),
                None => {
                    seen.insert(&named.view, named);
                    shared.first.push(named);
                }
            }
        }
        shared
    }

    /// Two names whose views have an element in common, if there are any. All views have been checked
    /// against this storage of `length` bytes.
    pub fn overlap(&self, length: usize) -> Option<[&'a str; 2]> {
        let mut spans: Vec<(usize, usize)> =
            self.first.iter().map(|named| named.view.bytes()).collect();
        spans.sort_unstable();
        if spans.windows(2).all(|pair| pair[0].1 <= pair[1].0) {
            return None;
        }
        // Views may be interleaved, like the columns of a matrix. Marking stops at the first byte that is
        // marked twice, so it takes no longer than the storage.
        let mut is_taken = vec![false; length];
        for (number, named) in self.first.iter().enumerate() {
            let mut twice = None;
            bytes_of(&named.view, |byte| {
                if is_taken[byte] {
                    twice = twice.or(Some(byte));
                }
                is_taken[byte] = true;
            });
            if let Some(twice) = twice {
                let has_it = |other: &&&Named<'_>| {
                    let mut has = false;
                    bytes_of(&other.view, |byte| has |= byte == twice);
                    has
                };
                let other = self.first[..number].iter().find(has_it);
                return other.map(|other| [other.name, named.name]);
            }
        }
        None
    }
}

/// Calls `visit` with the place of each byte of a view.
fn bytes_of(view: &View, mut visit: impl FnMut(usize)) {
    let width = view.element.width();
    view.places(|place| (place * width..(place + 1) * width).for_each(&mut visit));
}
