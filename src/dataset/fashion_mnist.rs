//! Fashion-MNIST: 28 × 28 grey images of ten kinds of clothing.
//!
//! Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
//! machine learning algorithms", arXiv 1708.07747. The folder `embedded/` documents how the embedded
//! subset was made, and contains its licence.

use std::path::{Path, PathBuf};

use super::{Dataset, Split, idx};
use crate::error::{Error, Result};

/// The number of classes in Fashion-MNIST.
const CLASSES: usize = 10;

const TRAIN_IMAGES: &[u8] = include_bytes!("embedded/train-1200-images-idx3-ubyte.gz");
const TRAIN_LABELS: &[u8] = include_bytes!("embedded/train-1200-labels-idx1-ubyte.gz");
const TEST_IMAGES: &[u8] = include_bytes!("embedded/t10k-1000-images-idx3-ubyte.gz");
const TEST_LABELS: &[u8] = include_bytes!("embedded/t10k-1000-labels-idx1-ubyte.gz");

/// Loads a split. With `data_dir`, it is the whole split from the published files in that folder
/// (`train-images-idx3-ubyte` and so on, each with or without `.gz`). Without, it is the embedded
/// subset: the first 1,200 training or the first 1,000 test samples.
///
/// # Errors
/// Returns an error when a file is missing or malformed.
pub fn load(data_dir: Option<&Path>, split: Split) -> Result<Dataset> {
    let Some(dir) = data_dir else {
        return embedded(split);
    };
    let images = images(dir, split)?;
    let labels = find(dir, &format!("{}-labels-idx1-ubyte", prefix(split)))?;
    let data = idx::read_pair(&images, &labels, CLASSES)?;
    if data.features() != FEATURES {
        let fault = format!(
            "an image has {} pixels; Fashion-MNIST has 28 × 28 = {FEATURES}",
            data.features()
        );
        return Err(Error::input(images.display(), "images", fault));
    }
    Ok(data)
}

/// The path of the published file with the images of a split in `dir`.
///
/// # Errors
/// Returns an error when the file does not exist.
pub fn images(dir: &Path, split: Split) -> Result<PathBuf> {
    find(dir, &format!("{}-images-idx3-ubyte", prefix(split)))
}

fn prefix(split: Split) -> &'static str {
    match split {
        Split::Train => "train",
        Split::Test => "t10k",
    }
}

/// The number of pixels in an image.
pub const FEATURES: usize = 28 * 28;

fn embedded(split: Split) -> Result<Dataset> {
    let (images, labels) = match split {
        Split::Train => (TRAIN_IMAGES, TRAIN_LABELS),
        Split::Test => (TEST_IMAGES, TEST_LABELS),
    };
    idx::pair(
        idx::Named {
            place: "embedded images",
            source: images,
        },
        idx::Named {
            place: "embedded labels",
            source: labels,
        },
        CLASSES,
    )
}

fn find(dir: &Path, name: &str) -> Result<PathBuf> {
    idx::find(dir, name.as_ref()).ok_or_else(|| {
        let fault = "is not there, nor with .gz after it; give --data-dir the folder of the published \
                     files, or leave it out to use the embedded part";
        Error::input(dir.display(), name, fault)
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sha2::{Digest, Sha256};

    use super::super::{Targets, text::hexadecimal};
    use super::*;

    fn labels(dataset: &Dataset) -> Vec<u8> {
        let Targets::Labels { labels, .. } = &dataset.targets else {
            panic!("Fashion-MNIST has labels");
        };
        labels.iter().map(|&label| label as u8).collect()
    }

    #[test]
    fn the_embedded_part_is_what_its_readme_says() {
        for (split, n) in [(Split::Train, 1200), (Split::Test, 1000)] {
            let dataset = load(None, split).unwrap();
            assert_eq!((dataset.samples(), dataset.features()), (n, 784));
            assert_eq!(dataset.inputs.len(), n * 784);
            let labels = labels(&dataset);
            assert!((0..10).all(|class| labels.contains(&class)));
        }
        let readme = include_str!("embedded/README.md");
        for file in [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS] {
            let digest = hexadecimal(&Sha256::digest(file));
            assert!(readme.contains(&digest), "{digest} is not in the README");
        }
    }

    #[test]
    fn published_files_are_found_with_and_without_gz() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("train-images-idx3-ubyte.gz"), TRAIN_IMAGES).unwrap();
        let labels = labels(&load(None, Split::Train).unwrap());
        let plain = [&[0, 0, 8, 1, 0, 0, 4, 0xb0][..], &labels];
        fs::write(dir.path().join("train-labels-idx1-ubyte"), plain.concat()).unwrap();
        let from_files = load(Some(dir.path()), Split::Train).unwrap();
        assert_eq!(from_files, load(None, Split::Train).unwrap());
    }

    #[test]
    fn a_folder_without_the_files_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let message = load(Some(dir.path()), Split::Test).unwrap_err().message;
        assert!(message.contains("t10k-images-idx3-ubyte"), "{message}");
        assert!(
            message.contains(&dir.path().display().to_string()),
            "{message}"
        );
    }
}
