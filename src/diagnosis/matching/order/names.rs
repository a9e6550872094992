//! The names of modules: what a module is called, and the numbers in its name.

use std::collections::HashSet;

use super::super::group::Group;
use super::arranged::{Arranged, OrderedBy};

/// `fc1, fc2 and 3 more`.
pub fn list<'a>(groups: impl IntoIterator<Item = &'a Group<'a>>) -> String {
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
pub fn natural<'a>(groups: &[&'a Group<'a>]) -> Vec<&'a Group<'a>> {
    let mut groups = groups.to_vec();
    groups.sort_by_key(|group| pieces(group.name));
    groups
}

/// What a module is called; one without a name by its first tensor.
pub fn call<'a>(group: &Group<'a>) -> &'a str {
    match group.name {
        "" => group.tensors[0].name,
        name => name,
    }
}

/// By the numbers in their names, when these differ in nothing else.
pub fn by_numbers(groups: &[&Group<'_>]) -> Option<Arranged> {
    let keys: Vec<Vec<Piece<'_>>> = groups.iter().map(|group| pieces(group.name)).collect();
    let is_same = keys.iter().all(|key| template(key) == template(&keys[0]));
    let distinct: HashSet<_> = keys.iter().collect();
    let proves = is_same && distinct.len() == keys.len();
    proves.then(|| Arranged::by(keys, OrderedBy::Numbers))
}

/// A part of a name: compared as text, or as the number that it writes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece<'a> {
    /// The count of the digits without leading zeros, and these.
    Number(usize, &'a str),
    Text(&'a str),
}

pub fn pieces(name: &str) -> Vec<Piece<'_>> {
    let bytes = name.as_bytes();
    let runs = bytes.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    let mut end = 0;
    let piece = |run: &[u8]| {
        let text = &name[end..end + run.len()];
        end += run.len();
        if run[0].is_ascii_digit() {
            let digits = text.trim_start_matches('0');
            Piece::Number(digits.len(), digits)
        } else {
            Piece::Text(text)
        }
    };
    runs.map(piece).collect()
}

/// A name without its numbers.
pub fn template<'a>(pieces: &[Piece<'a>]) -> Vec<Option<&'a str>> {
    let text = |piece: &Piece<'a>| match piece {
        Piece::Text(text) => Some(*text),
        Piece::Number(..) => None,
    };
    pieces.iter().map(text).collect()
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
