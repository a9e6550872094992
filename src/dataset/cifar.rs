//! CIFAR-10 in its binary version.
//!
//! A file is a row of records of 3,073 bytes: the label (0 to 9), then 1,024 red, 1,024 green and
//! 1,024 blue pixels, each channel row major (so an image is channels × rows × columns).
//! Source: A. Krizhevsky, "Learning multiple layers of features from tiny images" (2009).

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{Dataset, Split, open};
use crate::error::{Error, Result};

/// The pixels of one image: 3 channels × 32 rows × 32 columns.
pub const FEATURES: usize = 3 * 32 * 32;

/// The classes of CIFAR-10.
const CLASSES: u8 = 10;

/// The most training batches there are.
const BATCHES: usize = 5;

/// The images of some classes, in the order of the files: `data_batch_1.bin` up to
/// `data_batch_5.bin`, as many as stand there in a row, or `test_batch.bin`. They are looked for
/// in `data_dir` and in `data_dir/cifar-10-batches-bin`, as the published archive unpacks.
///
/// The labels become positions in `classes`: with `[3, 5]`, class 3 is 0 and class 5 is 1.
///
/// # Errors
/// When `classes` is empty, repeats a class or names one above 9; when no file is there; when a
/// file is malformed; when a class has no image.
pub fn load(data_dir: &Path, split: Split, classes: &[u8]) -> Result<Dataset> {
    let mut selection = Selection::new(classes)?;
    let files = files(data_dir, split)?;
    for file in &files {
        selection.read(&file.display().to_string(), open(file)?)?;
    }
    selection.finish(&files[0].display().to_string())
}

/// The files of a split that are there.
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

/// The records of the wanted classes, as they come.
struct Selection<'a> {
    classes: &'a [u8],
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl<'a> Selection<'a> {
    fn new(classes: &'a [u8]) -> Result<Self> {
        let refuse = |fault: String| Err(Error::input("--classes", format!("{classes:?}"), fault));
        if classes.is_empty() {
            return refuse("is empty; name at least one class".to_owned());
        }
        for (i, class) in classes.iter().enumerate() {
            if *class >= CLASSES {
                return refuse(format!("{class} is not a class; the classes are 0 to 9"));
            }
            if classes[..i].contains(class) {
                return refuse(format!("{class} stands there twice; name each class once"));
            }
        }
        Ok(Selection {
            classes,
            pixels: Vec::new(),
            labels: Vec::new(),
        })
    }

    /// Takes every record of one file.
    fn read(&mut self, place: &str, mut source: impl Read) -> Result<()> {
        let mut record = [0; 1 + FEATURES];
        for index in 0.. {
            let read = read_up_to(&mut source, &mut record).map_err(|cause| {
                let fault = format!("cannot be read ({cause}); fetch the file again");
                Error::input(place, format!("record {index}"), fault)
            })?;
            match read {
                0 if index == 0 => {
                    return Err(Error::input(
                        place,
                        "records",
                        "there are none; the file is empty",
                    ));
                }
                0 => break,
                _ if read == record.len() => self.take(place, index, &record)?,
                _ => {
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

    fn take(&mut self, place: &str, index: usize, record: &[u8; 1 + FEATURES]) -> Result<()> {
        let (label, pixels) = (record[0], &record[1..]);
        if label >= CLASSES {
            let fault = format!("the label is {label}, but the classes of CIFAR-10 are 0 to 9");
            return Err(Error::input(place, format!("record {index}"), fault));
        }
        if let Some(position) = self.classes.iter().position(|class| *class == label) {
            self.pixels.extend_from_slice(pixels);
            self.labels.push(position as u8);
        }
        Ok(())
    }

    fn finish(self, place: &str) -> Result<Dataset> {
        let missing = (0..self.classes.len()).find(|&i| !self.labels.contains(&(i as u8)));
        if let Some(i) = missing {
            let fault = format!(
                "no image of class {}; choose other classes",
                self.classes[i]
            );
            return Err(Error::input(place, "labels", fault));
        }
        let classes = self.classes.len();
        Ok(Dataset::from_pixels(
            &self.pixels,
            self.labels,
            FEATURES,
            classes,
        ))
    }
}

/// Fills `buffer` as far as the source goes.
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
