//! Room **dataset**: readers for idx and CIFAR binary files, and the embedded Fashion-MNIST subset.
//!
//! Every reader takes its file for hostile: it never allocates what a header promises, only what
//! the file holds, and each way to be malformed has its own sentence.

pub mod cifar;
pub mod fashion_mnist;
pub mod idx;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Which part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// The samples to train on.
    Train,
    /// The samples to test on.
    Test,
}

/// Labelled images.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// n × `features`, row major, rows are samples; each value is pixel / 255, rounded to nearest.
    pub images: Vec<f32>,
    /// n labels, each below `classes`.
    pub labels: Vec<u8>,
    /// The length of one image: channels × rows × columns, in that order.
    pub features: usize,
    /// The number of classes.
    pub classes: usize,
}

impl Dataset {
    /// The data set with the images `pixels` (n × `features`, row major).
    ///
    /// # Panics
    /// When the shapes contradict each other or a label is not below `classes`.
    pub fn from_pixels(pixels: &[u8], labels: Vec<u8>, features: usize, classes: usize) -> Self {
        let (n, bytes) = (labels.len(), pixels.len());
        assert!(
            n.checked_mul(features) == Some(bytes),
            "{bytes} pixels are not {n} labels x {features} features"
        );
        let largest = labels.iter().max();
        assert!(
            largest.is_none_or(|&label| usize::from(label) < classes),
            "label {largest:?} is not below {classes} classes"
        );
        let images = pixels.iter().map(|&p| f32::from(p) / 255.0).collect();
        Dataset {
            images,
            labels,
            features,
            classes,
        }
    }

    /// The number of samples n.
    pub fn samples(&self) -> usize {
        self.labels.len()
    }

    /// The first `n` samples.
    ///
    /// # Errors
    /// When `n` is zero or more than there are.
    pub fn first(&self, n: usize) -> Result<Self> {
        let there = self.samples();
        if n == 0 || n > there {
            return Err(Error::input(
                "data set",
                "samples",
                format!("{n} are asked for; it holds {there}, ask for 1 to {there}"),
            ));
        }
        Ok(Dataset {
            images: self.images[..n * self.features].to_vec(),
            labels: self.labels[..n].to_vec(),
            ..*self
        })
    }

    /// The labels as unit vectors: n × `classes`, row major.
    pub fn one_hot(&self) -> Vec<f32> {
        let mut targets = vec![0.0; self.samples() * self.classes];
        for (row, &label) in targets.chunks_exact_mut(self.classes).zip(&self.labels) {
            row[usize::from(label)] = 1.0;
        }
        targets
    }

    /// SHA-256, in hexadecimal, of the pixel bytes followed by the label bytes: the same as that of
    /// the bodies of the idx files cut to these samples.
    ///
    /// Images that were not made from bytes are digested as little-endian f32 instead.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        match self.pixels() {
            Some(pixels) => hash.update(pixels),
            None => self
                .images
                .iter()
                .for_each(|value| hash.update(value.to_le_bytes())),
        }
        hash.update(&self.labels);
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The bytes the images were made from, when every value is a byte / 255.
    fn pixels(&self) -> Option<Vec<u8>> {
        let pixel = |&value: &f32| {
            let byte = (value * 255.0).round() as u8;
            (f32::from(byte) / 255.0 == value).then_some(byte)
        };
        self.images.iter().map(pixel).collect()
    }
}

/// Opens a file from outside for reading.
fn open(path: &Path) -> Result<impl Read + use<>> {
    let file = File::open(path).map_err(|cause| Error::unreadable(path, &cause))?;
    Ok(BufReader::new(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_byte_once() -> Dataset {
        let pixels: Vec<u8> = (0..=255).collect();
        Dataset::from_pixels(&pixels, vec![2, 0, 1, 2], 64, 3)
    }

    #[test]
    fn every_pixel_is_recovered_from_its_image_value() {
        let dataset = every_byte_once();
        assert_eq!(dataset.pixels().unwrap(), (0..=255).collect::<Vec<u8>>());
        assert_eq!(dataset.images[255], 1.0);
    }

    #[test]
    fn the_digest_is_that_of_the_pixel_and_label_bytes() {
        let dataset = Dataset::from_pixels(b"ab", b"\x00".to_vec(), 2, 1);
        let expected = Sha256::digest(b"ab\x00");
        let expected: String = expected.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(dataset.digest(), expected);
    }

    #[test]
    fn the_digest_sees_every_image_value_and_every_label() {
        let dataset = every_byte_once();
        let mut other = dataset.clone();
        other.labels[3] = 1;
        assert_ne!(other.digest(), dataset.digest());
        let mut other = dataset.clone();
        other.images[7] = 0.3;
        assert_eq!(other.pixels(), None);
        assert_ne!(other.digest(), dataset.digest());
        assert_ne!(dataset.first(3).unwrap().digest(), dataset.digest());
    }

    #[test]
    fn one_hot_rows_are_unit_vectors() {
        let expected = [[0., 0., 1.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
        assert_eq!(every_byte_once().one_hot(), expected.concat());
    }

    #[test]
    fn the_first_samples_are_a_prefix_and_no_more_than_there_are() {
        let dataset = every_byte_once();
        let first = dataset.first(2).unwrap();
        assert_eq!((first.samples(), first.classes), (2, 3));
        assert_eq!(first.images, dataset.images[..128]);
        for n in [0, 5, usize::MAX] {
            let message = dataset.first(n).unwrap_err().message;
            assert!(message.contains(&format!("samples: {n}")), "{message}");
            assert!(message.contains("1 to 4"), "{message}");
        }
    }

    #[test]
    #[should_panic(expected = "3 pixels are not 2 labels x 2 features")]
    fn contradicting_shapes_are_refused() {
        Dataset::from_pixels(&[0; 3], vec![0; 2], 2, 1);
    }
}
