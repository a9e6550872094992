//! Every file of the fuzzing corpus, every prefix of it, and random changes of it are either read or
//! refused in one sentence.

mod readers;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;

fn files(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let entries = fs::read_dir(folder.join(target)).expect("the corpus of the target");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_corpus_holds_files_that_are_read_and_files_that_are_not() {
    for (target, reader) in readers::READERS {
        let files = files(target);
        let read = files
            .iter()
            .filter(|path| reader(&fs::read(path).expect("a readable file")))
            .count();
        assert!(
            0 < read && read < files.len(),
            "{target}: {read} of {} files are read",
            files.len()
        );
    }
}

#[test]
fn every_cut_of_a_corpus_file_is_read_or_refused() {
    const CUTS: usize = 200;
    for (target, reader) in readers::READERS {
        for path in files(target) {
            let bytes = fs::read(path).expect("a readable file");
            let step = bytes.len().div_ceil(CUTS).max(1);
            for end in (0..bytes.len()).step_by(step) {
                reader(&bytes[..end]);
            }
        }
    }
}

#[test]
fn every_reader_has_a_fuzz_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the manifest");
    for (target, _) in readers::READERS {
        let path = format!("fuzz_targets/{target}.rs");
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target}"
        );
        let text = fs::read_to_string(root.join(path)).expect("the target");
        assert!(
            text.contains(&format!("readers::read_{target}")),
            "{target}"
        );
    }
    for folder in ["fuzz_targets", "corpus"] {
        let entries = fs::read_dir(root.join(folder)).expect("a folder");
        let paths = entries.map(|entry| entry.expect("a readable folder").path());
        let mut names: Vec<_> = paths
            .filter_map(|path| path.file_stem().map(|s| s.to_owned()))
            .collect();
        let mut readers = readers::READERS.map(|(name, _)| name);
        names.sort();
        readers.sort_unstable();
        assert_eq!(names, readers, "{folder}");
    }
}

/// A change of a file.
#[derive(Clone, Debug)]
enum Change {
    /// Replaces a byte.
    Set(Index, u8),
    /// Flips one bit of a byte.
    Flip(Index, u8),
    /// Inserts bytes.
    Insert(Index, Vec<u8>),
    /// Removes some bytes, starting at a position.
    Remove(Index, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        match self {
            Change::Set(index, byte) => {
                let at = place(index, bytes);
                bytes.splice(at..bytes.len().min(at + 1), [*byte]);
            }
            Change::Flip(index, bit) => {
                let at = place(index, bytes);
                bytes
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|byte| *byte ^= 1 << bit);
            }
            Change::Insert(index, more) => {
                let at = place(index, bytes);
                bytes.splice(at..at, more.iter().copied());
            }
            Change::Remove(index, length) => {
                let at = place(index, bytes);
                bytes.drain(at..bytes.len().min(at + length));
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let special = prop_oneof![any::<u8>(), Just(0), Just(0xff), Just(b'9'), Just(b'"')];
    prop_oneof![
        (any::<Index>(), special).prop_map(|(index, byte)| Change::Set(index, byte)),
        (any::<Index>(), 0u8..8).prop_map(|(index, bit)| Change::Flip(index, bit)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(index, more)| Change::Insert(index, more)),
        (any::<Index>(), 1usize..9).prop_map(|(index, length)| Change::Remove(index, length)),
    ]
}

proptest! {
    #[test]
    fn a_changed_file_is_read_or_refused(changes in prop::collection::vec(change(), 1..6)) {
        for (target, reader) in readers::READERS {
            for path in files(target) {
                let mut bytes = fs::read(path).expect("a readable file");
                changes.iter().for_each(|change| change.apply(&mut bytes));
                reader(&bytes);
            }
        }
    }
}
