//! What all readers share: opening a file, the limit of an array, texts in messages.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::error::Result;
use crate::read;

/// The most elements an array may hold, so that a small compressed file cannot unpack to fill the
/// memory: five times MNIST's training images (60,000 × 28 × 28 = 47 million).
pub(super) const LARGEST: u64 = 5 * 60_000 * 28 * 28;

/// Bytes as hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The start of a text that stands in a file, for an error of one sentence.
pub(super) fn brief(text: &str) -> String {
    const LENGTH: usize = 100;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Opens a file of samples; their number is read before they are.
pub(super) fn open(path: &Path) -> Result<BufReader<File>> {
    read::open_file(path).map(BufReader::new)
}
