//! Room **dataset**: readers for idx, CIFAR binary, npy, npz and safetensors files, and the
//! embedded Fashion-MNIST subset.
//!
//! Every reader takes its file for hostile: it never allocates what a header promises, only what
//! the file holds, and each way to be malformed has its own sentence.

pub mod checkpoint;
pub mod cifar;
mod exact;
pub mod fashion_mnist;
pub mod idx;
pub mod npy;
pub mod npz;
mod selection;
mod source;
mod targets;

pub use exact::Exact;
pub use selection::Selection;
pub use source::{Contents, Source, contents, load};
pub use targets::Targets;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::read;
use exact::count_rounded;

/// The most elements an array may hold, so that a small compressed file cannot unpack to fill the
/// memory: five times MNIST's training images (60,000 × 28 × 28 = 47 million).
const LARGEST: u64 = 5 * 60_000 * 28 * 28;

/// Which part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// The samples to train on.
    Train,
    /// The samples to test on.
    Test,
}

/// Samples: inputs and their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// n × features, row major, rows are samples. A value that was a byte is byte / 255, rounded
    /// to nearest; other values are as they were read.
    pub inputs: Vec<f32>,
    /// The shape of one sample, the last dimension fastest. Images are channels × rows × columns.
    pub shape: Vec<usize>,
    /// The n targets.
    pub targets: Targets,
    /// Inputs and targets in f64, where f32 has rounded some of them.
    pub exact: Exact,
}

impl Dataset {
    /// The data set with the images `pixels` (n × the product of `shape`, row major).
    ///
    /// # Panics
    /// When the shapes contradict each other or a label is not below `classes`.
    pub fn from_pixels(pixels: &[u8], shape: &[usize], labels: Vec<usize>, classes: usize) -> Self {
        let (n, bytes) = (labels.len(), pixels.len());
        let features: usize = shape.iter().product();
        assert!(
            n.checked_mul(features) == Some(bytes),
            "{bytes} pixels are not {n} labels x {features} features"
        );
        let largest = labels.iter().max();
        assert!(
            largest.is_none_or(|&label| label < classes),
            "label {largest:?} is not below {classes} classes"
        );
        Dataset {
            inputs: pixels.iter().map(|&pixel| shade(pixel)).collect(),
            shape: shape.to_vec(),
            targets: Targets::Labels { labels, classes },
            exact: Exact::default(),
        }
    }

    /// The number of samples n.
    pub fn samples(&self) -> usize {
        self.targets.samples()
    }

    /// The length of one sample: the product of its shape.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// The bytes that the samples take in memory, the rows of their targets included.
    pub fn bytes(&self) -> u64 {
        size_of_val(&self.inputs[..]) as u64 + self.targets.bytes() + self.exact.bytes()
    }

    /// The first `n` samples.
    ///
    /// # Errors
    /// When `n` is zero or more than there are.
    pub fn first(&self, n: usize) -> Result<Self> {
        self.select("data set", &Selection::new(None, Some(n))?)
    }

    /// The samples of a selection, in their order; `place` names the data set in errors.
    ///
    /// # Errors
    /// When there are fewer samples than the selection takes, when a chosen class is none of the
    /// data set's or has no sample among them, or when classes are chosen and the targets are no
    /// labels.
    pub fn select(&self, place: &str, selection: &Selection) -> Result<Self> {
        let (rows, targets) = selection.of(place, &self.targets)?;
        let features = self.features();
        let mut inputs = Vec::with_capacity(rows.len() * features);
        for row in &rows {
            inputs.extend_from_slice(&self.inputs[row * features..(row + 1) * features]);
        }
        Ok(Dataset {
            inputs,
            shape: self.shape.clone(),
            exact: self.exact.select(&rows, [features, targets.outputs()]),
            targets,
        })
    }

    /// SHA-256, in hexadecimal, of the inputs followed by the targets, whatever file they came
    /// from. Inputs that are all a byte / 255 enter as bytes, others as little-endian f32; labels
    /// of up to 256 classes enter as bytes, others as little-endian u64; values as little-endian
    /// f32. So it is that of the bodies of the idx files cut to these samples.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        match self.pixels() {
            Some(pixels) => hash.update(pixels),
            None => self
                .inputs
                .iter()
                .for_each(|value| hash.update(value.to_le_bytes())),
        }
        self.targets.digest(&mut hash);
        hexadecimal(&hash.finalize())
    }

    /// The bytes the inputs were made from, when every value is a byte / 255.
    fn pixels(&self) -> Option<Vec<u8>> {
        let pixel = |&value: &f32| {
            let byte = (value * 255.0).round() as u8;
            (shade(byte).to_bits() == value.to_bits()).then_some(byte)
        };
        self.inputs.iter().map(pixel).collect()
    }
}

/// The input that a byte stands for, rounded to nearest.
fn shade(pixel: u8) -> f32 {
    f32::from(pixel) / 255.0
}

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The start of a text that stands in a file, for an error of one sentence.
fn brief(text: &str) -> String {
    const LENGTH: usize = 100;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Opens a file of samples; their number is read before they are.
fn open(path: &Path) -> Result<BufReader<File>> {
    read::open_file(path).map(BufReader::new)
}

#[cfg(test)]
mod tests;
