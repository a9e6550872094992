//! Every file of the fuzzing corpus, and every cut of it, is read or refused in one sentence.

mod readers;

use std::fs;
use std::path::{Path, PathBuf};

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
}
