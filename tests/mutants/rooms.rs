//! The files of the rooms that are tried, and of the rooms that they need.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in which changes are made.
pub const TRIED: [&str; 3] = ["kernel", "oracle", "trial"];

/// Every file below a folder, or the file itself, in a fixed order.
pub fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let Ok(entries) = fs::read_dir(place) else {
        return Vec::new();
    };
    let mut entries: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    entries.iter().flat_map(|entry| files(entry)).collect()
}

/// Whether a file is Rust.
pub fn is_rust(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "rs")
}

/// The files in which changes are made: those of the tried rooms, except their tests.
pub fn changed() -> Vec<PathBuf> {
    let rooms = TRIED.iter().map(|room| Path::new("src").join(room));
    let all = rooms.flat_map(|room| files(&room));
    let is_test = |file: &Path| {
        let mut parts = file.iter();
        parts.any(|part| part == "tests" || part == "tests.rs")
    };
    all.filter(|file| is_rust(file) && !is_test(file)).collect()
}

/// The tried rooms and every room or single file of `src/` that these use.
pub fn needed() -> BTreeSet<String> {
    let mut needed: BTreeSet<String> = TRIED.iter().map(|room| (*room).to_owned()).collect();
    loop {
        let used: BTreeSet<String> = needed
            .iter()
            .flat_map(|room| sources(room))
            .filter(|file| is_rust(file))
            .flat_map(|file| used_by(&fs::read_to_string(file).expect("a Rust file")))
            .collect();
        let before = needed.len();
        needed.extend(used);
        if needed.len() == before {
            return needed;
        }
    }
}

/// The files of a room.
pub fn sources(room: &str) -> Vec<PathBuf> {
    let folder = Path::new("src").join(room);
    let file = folder.with_extension("rs");
    [files(&folder), files(&file)].concat()
}

/// The rooms whose names stand behind `crate::` in code.
fn used_by(text: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let code = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    let uses = code.flat_map(|line| line.split("crate::").skip(1));
    let words = uses.flat_map(|rest| match rest.strip_prefix('{') {
        Some(list) => list.split([',', '}']).map(str::trim).collect(),
        None => vec![rest],
    });
    let names = words.filter_map(|word| word.split(|c| !is_name(c)).next());
    let rooms = names.filter(|name| !name.is_empty() && !sources(name).is_empty());
    rooms.map(str::to_owned).collect()
}
