//! Samples and their targets.

use sha2::{Digest, Sha256};

use super::exact::{Exact, count_rounded};
use super::selection::Selection;
use super::targets::Targets;
use super::text::hexadecimal;
use crate::error::Result;

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

    /// How many inputs, and how many targets, are not what the file says but the f32 nearest to it.
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
pub(super) fn shade(pixel: u8) -> f32 {
    f32::from(pixel) / 255.0
}

#[cfg(test)]
mod tests;
