//! The checkpoints of a folder, in the order of the run.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// The endings of the names of checkpoints. `.bin`, which PyTorch's files may have too, is left out: a folder may
/// have many such files.
pub const ENDINGS: [&str; 4] = [".safetensors", ".pt", ".pth", ".ckpt"];

/// The names of the checkpoints (by their endings) in a folder, in natural order: `step200` before `step1000`.
///
/// # Errors
/// Returns an error if the folder cannot be read.
pub fn checkpoints(folder: &Path) -> Result<Vec<OsString>> {
    let unreadable = |cause| Error::unreadable(folder, &cause);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let bytes = name.as_encoded_bytes();
        let is_checkpoint = ENDINGS
            .iter()
            .any(|ending| bytes.ends_with(ending.as_bytes()));
        if is_checkpoint && !bytes.starts_with(b".") {
            names.push(name);
        }
    }
    let shown = |name: &OsStr| name.to_string_lossy().into_owned();
    names.sort_by(|a, b| natural(&shown(a), &shown(b)).then_with(|| a.cmp(b)));
    Ok(names)
}

/// Compares two names in natural order: runs of digits by their numeric value, everything else by
/// character.
pub fn natural(a: &str, b: &str) -> Ordering {
    let pieces = |name: &str| {
        let mut endings = ENDINGS.iter();
        let text = endings.find_map(|ending| name.strip_suffix(ending));
        let text = text.unwrap_or(name);
        let mut pieces: Vec<(String, String)> = vec![Default::default()];
        for c in text.chars() {
            let (words, digits) = pieces.last_mut().expect("a piece");
            match (c.is_ascii_digit(), digits.is_empty()) {
                (true, _) => digits.push(c),
                (false, true) => words.push(c),
                (false, false) => pieces.push((c.to_string(), String::new())),
            }
        }
        let number = |digits: &str| digits.trim_start_matches('0').to_owned();
        let keyed = pieces.into_iter().map(|(words, digits)| {
            let number = number(&digits);
            (words, number.len(), number)
        });
        keyed.collect::<Vec<_>>()
    };
    pieces(a).cmp(&pieces(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_told_by_the_ends_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "10.pt",
            "2.pth",
            "1.safetensors",
            "3.ckpt",
            ".4.pt",
            "5.bin",
            "apt",
            "log.txt",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names = checkpoints(folder.path()).unwrap();
        assert_eq!(names, ["1.safetensors", "2.pth", "3.ckpt", "10.pt"]);
    }

    #[test]
    fn names_are_in_the_order_of_their_numbers() {
        let sorted = ["a", "step", "step9", "step009b", "step10", "step1000"];
        for ending in ["", ".safetensors", ".pt", ".pth", ".ckpt"] {
            let mut names = [3, 5, 0, 2, 4, 1].map(|k| format!("{}{ending}", sorted[k]));
            names.sort_by(|a, b| natural(a, b));
            assert_eq!(names, sorted.map(|name| format!("{name}{ending}")));
        }
    }
}
