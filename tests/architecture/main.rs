//! Checks that each room of the library depends only on lower rooms.

mod circles;
mod rust_files;

use std::fs;
use std::path::{Path, PathBuf};

use rust_files::files;

/// The rooms of the library, highest first. Each may import only from the rooms below it.
const ROOMS: [&str; 21] = [
    "report",
    "sweep",
    "diagnosis",
    "experiment",
    "record",
    "reference",
    "threshold",
    "curvature",
    "train",
    "network",
    "trial",
    "kernel",
    "dataset",
    "oracle",
    "search",
    "claim",
    "decide",
    "criterion",
    "model",
    "matrix",
    "number",
];

/// Words that may occur in the code of one path only.
const HOMES: [(&str, &str); 7] = [
    ("rug::", "number"),
    ("plotters::", "report"),
    ("faer::", "threshold"),
    ("std::arch", "kernel"),
    ("indicatif::", "cli"),
    ("println!", "cli"),
    ("std::process", "cli"),
];

fn source() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
}

/// Pairs of a path below `src` and the code there, without comments and unit tests.
fn code() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(source(), &mut found);
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a readable file");
        let text = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let name = path
            .strip_prefix(source())
            .expect("below src")
            .display()
            .to_string();
        (name, lines.collect::<Vec<_>>().join("\n"))
    };
    let code = found
        .iter()
        .map(read)
        .filter(|(name, _)| !name.ends_with("tests.rs"));
    code.collect()
}

fn room(name: &str) -> &str {
    name.split(['/', '.']).next().unwrap_or_default()
}

#[test]
fn every_room_imports_only_rooms_below_it() {
    for (name, code) in code() {
        let Some(own) = ROOMS.iter().position(|r| *r == room(&name)) else {
            continue;
        };
        assert!(
            !code.contains("use crate::{"),
            "{name}: import one room a line"
        );
        for above in &ROOMS[..own] {
            let import = format!("crate::{above}");
            assert!(
                !code.contains(&import),
                "{name} imports the room {above} above it"
            );
        }
    }
}

#[test]
fn what_belongs_to_one_room_is_named_there_only() {
    for (name, code) in code() {
        for (word, home) in HOMES {
            let inside = room(&name) == home || (name == "main.rs" && home == "cli");
            assert!(inside || !code.contains(word), "{name} names {word}");
        }
    }
}

/// All files from outside are opened in one module, which knows what could block a reader forever.
#[test]
fn input_files_are_opened_in_one_place() {
    // Folders are opened only to be synced, and what the system reports about itself is not input.
    let exempt = ["read.rs", "write.rs", "diagnosis/machine.rs"];
    for (name, code) in code() {
        let opens = ["File::open", "fs::read(", "fs::read_to_string"];
        let found = opens.into_iter().find(|word| code.contains(word));
        let is_exempt = exempt.contains(&&name[..]);
        assert!(
            is_exempt || found.is_none(),
            "{name} opens a file with {found:?}; call crate::read"
        );
    }
}

#[test]
fn unsafe_code_stands_in_the_kernels_only() {
    for (name, code) in code() {
        let is_used = code.contains("unsafe {") || code.contains("unsafe fn");
        assert!(
            !is_used || room(&name) == "kernel",
            "{name} has unsafe code"
        );
    }
}

#[test]
fn every_room_is_on_the_map_and_has_one() {
    let map = fs::read_to_string(source().join("lib.rs")).expect("lib.rs");
    let mut places = Vec::new();
    for room in ROOMS {
        let text = fs::read_to_string(source().join(room).join("mod.rs")).expect("a room");
        assert!(text.starts_with(&format!("//! Room **{room}**")), "{room}");
        let place = map.find(&format!("//! | [`{room}`]"));
        places.push(place.unwrap_or_else(|| panic!("{room} is not on the map")));
    }
    assert!(
        places.is_sorted(),
        "the map is not in the order of the rooms"
    );
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let mut found = Vec::new();
    for folder in ["src", "theorems", "tests", "benches", "examples"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        files(&root.join(folder), &mut found);
    }
    for path in found {
        let lines = fs::read_to_string(&path)
            .expect("a readable file")
            .lines()
            .count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}
