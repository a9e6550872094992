//! The binary version of CIFAR-10.
//!
//! A file is a sequence of records of 3,073 bytes: the label (0 to 9), then 1,024 red, 1,024 green and
//! 1,024 blue pixels, each channel row major (so an image is channels × rows × columns).
//! Source: A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009).

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::text::open;
use super::{Dataset, Selection, Split};
use crate::error::{Error, Result};

/// The shape of an image: channels × rows × columns.
pub const SHAPE: [usize; 3] = [3, 32, 32];

/// The number of values in an image.
pub const FEATURES: usize = 3 * 32 * 32;

/// The number of classes in CIFAR-10.
const CLASSES: usize = 10;

/// The largest number of training batches.
const BATCHES: usize = 5;

/// Loads the images of a selection, in the order of the files: `data_batch_1.bin` to `data_batch_5.bin`,
/// up to the first one that is missing, or `test_batch.bin`. The files are looked for in `data_dir` and
/// in `data_dir/cifar-10-batches-bin`, the folder in the published archive. If a file is read at all,
/// the records after the last image taken must also be complete; their labels are not checked.
///
/// # Errors
/// Returns an error when a class above 9 is chosen; when there is no file; when a file is malformed;
/// when there are too few images, or none of a chosen class.
pub fn load(data_dir: &Path, split: Split, selection: &Selection) -> Result<Dataset> {
    let classes = selection.classes("CIFAR-10", CLASSES)?;
    let files = files(data_dir, split)?;
    let mut images = Images::default();
    for file in &files {
        if selection.is_complete(images.labels.len()) {
            break;
        }
        images.read(&file.display().to_string(), open(file)?, selection)?;
    }
    images.finish(&files[0].display().to_string(), selection, classes)
}

/// Whether [`load`] finds files with training images in this folder.
pub fn is_in(data_dir: &Path) -> bool {
    files(data_dir, Split::Train).is_ok()
}

/// Reads the images of a selection from one file, given as `source`; `place` names it in errors.
///
/// # Errors
/// Returns an error under the conditions of [`load`].
pub fn read(place: &str, source: impl Read, selection: &Selection) -> Result<Dataset> {
    let classes = selection.classes(place, CLASSES)?;
    let mut images = Images::default();
    images.read(place, source, selection)?;
    images.finish(place, selection, classes)
}

/// The existing files of a split.
fn files(data_dir: &Path, split: Split) -> Result<Vec<PathBuf>> {
    let names = match split {
        Split::Train => (1..=BATCHES)
            .map(|i| format!("data_batch_{i}.bin"))
            .collect(),
        Split::Test => vec!["test_batch.bin".to_owned()],
    };
    for dir in [data_dir, &data_dir.join("cifar-10-batches-bin")] {
        let there = names.iter().map(|name| dir.join(name));
        let files: Vec<PathBuf> = there.take_while(|file| file.exists()).collect();
        if !files.is_empty() {
            return Ok(files);
        }
    }
    let fault = "is not there; give --data-dir the folder of the binary version of CIFAR-10";
    Err(Error::input(data_dir.display(), &names[0], fault))
}

/// The images read so far.
#[derive(Default)]
struct Images {
    pixels: Vec<u8>,
    labels: Vec<usize>,
}

impl Images {
    /// Reads the selected images of one file; the other records are only counted.
    fn read(&mut self, place: &str, mut source: impl Read, selection: &Selection) -> Result<()> {
        let mut record = [0; 1 + FEATURES];
        for index in 0.. {
            let is_complete = selection.is_complete(self.labels.len());
            match read_up_to(&mut source, &mut record).map_err(|cause| {
                let fault = format!("cannot be read ({cause}); fetch the file again");
                Error::input(place, format!("record {index}"), fault)
            })? {
                0 if index == 0 => {
                    let fault = "there are none; the file is empty";
                    return Err(Error::input(place, "records", fault));
                }
                0 => break,
                read if read == record.len() && is_complete => {}
                read if read == record.len() => self.take(place, index, &record, selection)?,
                read => {
                    let fault = format!(
                        "ends after {read} of {} bytes; the file is cut short or is not the \
                         binary version of CIFAR-10",
                        record.len()
                    );
                    return Err(Error::input(place, format!("record {index}"), fault));
                }
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        place: &str,
        index: usize,
        record: &[u8; 1 + FEATURES],
        selection: &Selection,
    ) -> Result<()> {
        let (label, pixels) = (usize::from(record[0]), &record[1..]);
        if label >= CLASSES {
            let fault = format!("the label is {label}, but the classes of CIFAR-10 are 0 to 9");
            return Err(Error::input(place, format!("record {index}"), fault));
        }
        if let Some(label) = selection.label(label) {
            self.pixels.extend_from_slice(pixels);
            self.labels.push(label);
        }
        Ok(())
    }

    fn finish(self, place: &str, selection: &Selection, classes: usize) -> Result<Dataset> {
        selection.check(place, &self.labels)?;
        let Images { pixels, labels } = self;
        Ok(Dataset::from_pixels(&pixels, &SHAPE, labels, classes))
    }
}

/// Fills `buffer` as far as the source goes, and returns how many bytes were read.
fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
