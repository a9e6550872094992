//! Are samples those that a run was trained on?

use std::path::Path;

use serde::Serialize;

use crate::dataset::Source;

/// Which part of its data set samples are, by the name of their file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// The samples to train on: what a named data set gives, or a file named so.
    Train,
    /// Held out, for a test or for validation.
    Test,
    /// The name does not say.
    Unknown,
}

/// Words of a file's name, between anything but letters and digits.
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

impl Split {
    /// That of a source of samples.
    pub fn of(source: &str) -> Self {
        if !Source::named(source).is_file() {
            return Split::Train;
        }
        let stem = Path::new(source).file_name().unwrap_or_default();
        let name = stem.to_string_lossy().to_lowercase();
        let has = |words: &[&str]| {
            let mut parts = name.split(|c: char| !c.is_alphanumeric());
            parts.any(|part| words.contains(&part))
        };
        match (has(&TRAIN), has(&TEST)) {
            (true, false) => Split::Train,
            (false, true) => Split::Test,
            _ => Split::Unknown,
        }
    }

    /// What the loss over these samples is called.
    pub fn loss(self) -> &'static str {
        match self {
            Split::Train => "train loss",
            Split::Test => "test loss",
            Split::Unknown => "loss of these samples",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_name_says_and_nothing_more() {
        for (source, split) in [
            ("fashion-mnist", Split::Train),
            ("cifar-10", Split::Train),
            ("mnist/train-images-idx3-ubyte.gz", Split::Train),
            ("train/t10k-images-idx3-ubyte", Split::Test),
            ("x_test.npz", Split::Test),
            ("runs/CIFAR_Val.npz", Split::Test),
            ("data.npz", Split::Unknown),
            ("latest.npz", Split::Unknown),
            ("train_test.npz", Split::Unknown),
        ] {
            assert_eq!(Split::of(source), split, "{source}");
        }
    }
}
