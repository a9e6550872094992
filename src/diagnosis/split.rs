//! Whether samples are training samples, judged by the name of their file.

use std::path::Path;

use crate::dataset::{Source, Split};

/// Words that mark training data in the name of a file. They are delimited by anything but letters and
/// digits.
const TRAIN: [&str; 3] = ["train", "training", "trainset"];
const TEST: [&str; 9] = [
    "test",
    "testing",
    "testset",
    "t10k",
    "val",
    "valid",
    "validation",
    "dev",
    "heldout",
];

/// The split of a source of samples. A named data set is training data; for a file the name decides, and
/// the result is `None` if it does not tell.
pub fn of(source: &str) -> Option<Split> {
    if !Source::named(source).is_file() {
        return Some(Split::Train);
    }
    let stem = Path::new(source).file_name().unwrap_or_default();
    let name = stem.to_string_lossy().to_lowercase();
    let has = |words: &[&str]| {
        let mut parts = name.split(|c: char| !c.is_alphanumeric());
        parts.any(|part| words.contains(&part))
    };
    match (has(&TRAIN), has(&TEST)) {
        (true, false) => Some(Split::Train),
        (false, true) => Some(Split::Test),
        (true, true) | (false, false) => None,
    }
}

/// The name of a split in JSON.
pub fn name(split: Option<Split>) -> &'static str {
    match split {
        Some(Split::Train) => "train",
        Some(Split::Test) => "test",
        None => "unknown",
    }
}

/// The name of the loss over these samples.
pub fn loss(split: Option<Split>) -> &'static str {
    match split {
        Some(Split::Train) => "train loss",
        Some(Split::Test) => "test loss",
        None => "loss of these samples",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_name_says_and_nothing_more() {
        for (source, split) in [
            ("fashion-mnist", Some(Split::Train)),
            ("cifar-10", Some(Split::Train)),
            ("mnist/train-images-idx3-ubyte.gz", Some(Split::Train)),
            ("train/t10k-images-idx3-ubyte", Some(Split::Test)),
            ("x_test.npz", Some(Split::Test)),
            ("runs/CIFAR_Val.npz", Some(Split::Test)),
            ("data.npz", None),
            ("latest.npz", None),
            ("train_test.npz", None),
        ] {
            assert_eq!(of(source), split, "{source}");
        }
    }
}
