//! Samples and their targets.

use sha2::{Digest, Sha256};

use super::exact::{Exact, count_rounded};
use super::selection::Selection;
use super::targets::Targets;
use super::text::hexadecimal;
use crate::error::Result;

/// A data set: inputs and their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The inputs, n × features, row major, one row per sample. A byte is stored as byte / 255, rounded
    /// to nearest; other values are stored as read.
    pub inputs: Vec<f32>,
    /// The shape of one sample, last dimension fastest. Images are channels × rows × columns.
    pub shape: Vec<usize>,
    /// The n targets.
    pub targets: Targets,
    /// The inputs and targets in f64, where f32 rounds some of them.
    pub exact: Exact,
}

impl Dataset {
    /// Builds a data set from images `pixels` (n × the product of `shape`, row major).
    ///
    /// # Panics
    /// When the lengths contradict each other, or a label is not below `classes`.
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

    /// How many inputs, and how many targets, had to be rounded to the nearest f32.
    pub fn rounded(&self) -> [usize; 2] {
        let of = |narrow: &[f32], exact: &Option<Vec<f64>>| {
            let exact = exact.as_ref();
            exact.map_or(0, |exact| count_rounded(narrow, exact))
        };
        let targets = match &self.targets {
            Targets::Values { values, .. } => of(values, &self.exact.targets),
            Targets::Labels { .. } => 0,
        };
        [of(&self.inputs, &self.exact.inputs), targets]
    }

    /// The number of samples, n.
    pub fn samples(&self) -> usize {
        self.targets.samples()
    }

    /// The number of values in one sample: the product of its shape.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// The memory that the samples take, in bytes, including the rows of their targets.
    pub fn bytes(&self) -> u64 {
        size_of_val(&self.inputs[..]) as u64 + self.targets.bytes() + self.exact.bytes()
    }

    /// The first `n` samples.
    ///
    /// # Errors
    /// Returns an error when `n` is zero or larger than the number of samples.
    pub fn first(&self, n: usize) -> Result<Self> {
        self.select("data set", &Selection::new(None, Some(n))?)
    }

    /// The samples of a selection, in order; `place` names the data set in errors.
    ///
    /// # Errors
    /// Returns an error when there are fewer samples than selected; when a chosen class does not exist
    /// in the data set or has no sample; when classes are chosen although the targets are not labels.
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

    /// The SHA-256, in hexadecimal, of the inputs followed by the targets; it does not depend on the
    /// file format. If all inputs are multiples byte / 255, they are hashed as bytes, otherwise as
    /// little-endian f32. Labels of up to 256 classes are hashed as bytes, others as little-endian u64,
    /// and values as little-endian f32. For data from idx files this is the digest of the files' element
    /// data, cut to these samples.
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

    /// The bytes that the inputs were made from, if every input is a byte / 255.
    fn pixels(&self) -> Option<Vec<u8>> {
        let pixel = |&value: &f32| {
            let byte = (value * 255.0).round() as u8;
            (shade(byte).to_bits() == value.to_bits()).then_some(byte)
        };
        self.inputs.iter().map(pixel).collect()
    }
}

/// The input value of a byte, rounded to nearest.
pub(super) fn shade(pixel: u8) -> f32 {
    f32::from(pixel) / 255.0
}

#[cfg(test)]
mod tests;
