//! The names of modules, and the numbers in them.

use std::collections::HashSet;

use super::super::group::Group;
use super::arranged::{Arranged, OrderedBy};

/// A list of names, cut short: `fc1, fc2 and 3 more`.
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

/// The modules in the natural order of their names.
pub fn natural<'a>(groups: &[&'a Group<'a>]) -> Vec<&'a Group<'a>> {
    let mut groups = groups.to_vec();
    groups.sort_by_key(|group| pieces(group.name));
    groups
}

/// The name of a module, or of its first tensor if it has none.
pub fn call<'a>(group: &Group<'a>) -> &'a str {
    match group.name {
        "" => group.tensors[0].name,
        name => name,
    }
}

/// The order of the numbers in the names; `None` if the names differ in more than numbers.
pub fn by_numbers(groups: &[&Group<'_>]) -> Option<Arranged> {
    let keys: Vec<Vec<Piece<'_>>> = groups.iter().map(|group| pieces(group.name)).collect();
    let is_same = keys.iter().all(|key| template(key) == template(&keys[0]));
    let distinct: HashSet<_> = keys.iter().collect();
    let proves = is_same && distinct.len() == keys.len();
    proves.then(|| Arranged::by(keys, OrderedBy::Numbers))
}

/// A piece of a name, compared as text or, for a run of digits, as a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece<'a> {
    /// The digits without leading zeros, preceded by their count, so that the derived order is that of
    /// the numbers.
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

/// A name with its numbers removed.
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
