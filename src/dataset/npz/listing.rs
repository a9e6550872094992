//! Lists the contents of an npz file, for error messages.

use std::io::{Read, Seek};

use zip::ZipArchive;

use crate::dataset::npy::Header;
use crate::dataset::text::brief;

/// The largest number of arrays that are listed.
const MOST: usize = 12;

/// A list such as `images (60000 × 28 × 28, uint8), labels (60000, int64)`; further arrays are only
/// counted.
pub(super) fn of<S: Read + Seek>(archive: &mut ZipArchive<S>) -> String {
    let count = archive.len();
    let mut listed: Vec<String> = (0..count.min(MOST))
        .map(|index| array(archive, index))
        .collect();
    if count > MOST {
        listed.push(format!("{} more", count - MOST));
    }
    if listed.is_empty() {
        "no array".to_owned()
    } else {
        listed.join(", ")
    }
}

/// The name, shape and type of an array; only the name if the entry is not an array.
fn array<S: Read + Seek>(archive: &mut ZipArchive<S>, index: usize) -> String {
    let Ok(mut file) = archive.by_index(index) else {
        return "something that cannot be read".to_owned();
    };
    let name = brief(&String::from_utf8_lossy(file.name_raw()));
    let Some(array) = name.strip_suffix(".npy") else {
        return format!("{name} (no array)");
    };
    match Header::read(array, &mut file) {
        Ok(header) => format!("{array} ({})", header.describe()),
        Err(_) => format!("{array} (not readable)"),
    }
}
