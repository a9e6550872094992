//! Helpers that all readers share: opening a file, the limit on array sizes, and text for messages.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::error::Result;
use crate::read;

/// The largest number of elements in an array, so that a small compressed file cannot unpack to fill the
/// memory: five times the size of MNIST's training images (60,000 × 28 × 28 = 47 million).
pub(super) const LARGEST: u64 = 5 * 60_000 * 28 * 28;

/// Formats bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The start of a text from a file, short enough for a one-sentence error.
pub(super) fn brief(text: &str) -> String {
    const LENGTH: usize = 100;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Opens a file of samples, buffered.
pub(super) fn open(path: &Path) -> Result<BufReader<File>> {
    read::open_file(path).map(BufReader::new)
}
