//! The targets of samples.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The targets of n samples.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One class per sample.
    Labels {
        /// n labels, each below `classes`.
        labels: Vec<usize>,
        /// The number of classes.
        classes: usize,
    },
    /// One or more numbers per sample.
    Values {
        /// n × `outputs`, row major, one row per sample.
        values: Vec<f32>,
        /// The number of values per sample.
        outputs: usize,
    },
}

impl Targets {
    /// Labels, with the largest label plus one as the number of classes.
    pub fn of_labels(labels: Vec<usize>) -> Self {
        let classes = 1 + labels.iter().max().copied().unwrap_or_default();
        Targets::Labels { labels, classes }
    }

    /// The number of samples, n.
    pub fn samples(&self) -> usize {
        match self {
            Targets::Labels { labels, .. } => labels.len(),
            Targets::Values { values, outputs } => values.len() / outputs,
        }
    }

    /// The number of outputs a network needs for these targets: the number of classes, or of values per
    /// sample.
    pub fn outputs(&self) -> usize {
        match *self {
            Targets::Labels { classes, .. } => classes,
            Targets::Values { outputs, .. } => outputs,
        }
    }

    /// The targets as n × [`outputs`](Self::outputs), row major: labels as one-hot vectors, values
    /// unchanged.
    pub fn rows(&self) -> Vec<f32> {
        match self {
            Targets::Labels { labels, classes } => {
                let mut rows = vec![0.0; labels.len() * classes];
                for (row, &label) in rows.chunks_exact_mut(*classes).zip(labels) {
                    row[label] = 1.0;
                }
                rows
            }
            Targets::Values { values, .. } => values.clone(),
        }
    }

    /// The memory that the targets and their [`rows`](Self::rows) take, in bytes.
    pub fn bytes(&self) -> u64 {
        let kept = match self {
            Targets::Labels { labels, .. } => size_of_val(&labels[..]),
            Targets::Values { values, .. } => size_of_val(&values[..]),
        };
        (kept + self.samples() * self.outputs() * size_of::<f32>()) as u64
    }

    /// Adapts the targets to a network with `outputs` outputs, which may include classes without
    /// samples; `place` names the data set in errors.
    ///
    /// # Errors
    /// Returns an error when a label is not below `outputs`; when there are labels but only one output;
    /// when the number of values per sample is not `outputs`.
    pub fn with_outputs(self, place: &str, outputs: usize) -> Result<Self> {
        match self {
            Targets::Labels { .. } if outputs == 1 => {
                let fault = "is a class, and a class needs an output of its own, but the network has one \
                             output; give it target values: y of an npz file as float32";
                Err(Error::input(place, "label of a sample", fault))
            }
            Targets::Labels { labels, .. } => {
                if let Some(i) = labels.iter().position(|&label| label >= outputs) {
                    let fault = format!(
                        "has label {}, but the network has {outputs} outputs, for labels below \
                         {outputs}; give the network of this data set, choose --classes, or, where y is \
                         no class, make it float32",
                        labels[i]
                    );
                    return Err(Error::input(place, format!("sample {i}"), fault));
                }
                let classes = outputs;
                Ok(Targets::Labels { labels, classes })
            }
            Targets::Values { outputs: there, .. } if there != outputs => {
                let fault = format!(
                    "a sample has {there}, but the network has {outputs} outputs; give the \
                     network of this data set, or make labels whole numbers (int64)"
                );
                Err(Error::input(place, "target values", fault))
            }
            values => Ok(values),
        }
    }

    /// Feeds the targets to a hash, as described in [`super::Dataset::digest`].
    pub(super) fn digest(&self, hash: &mut Sha256) {
        match self {
            Targets::Labels { labels, classes } if *classes <= 256 => {
                labels.iter().for_each(|&label| hash.update([label as u8]));
            }
            Targets::Labels { labels, .. } => labels
                .iter()
                .for_each(|&label| hash.update((label as u64).to_le_bytes())),
            Targets::Values { values, .. } => values
                .iter()
                .for_each(|value| hash.update(value.to_le_bytes())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(labels: &[usize], classes: usize) -> Targets {
        let labels = labels.to_vec();
        Targets::Labels { labels, classes }
    }

    fn values() -> Targets {
        Targets::Values {
            values: vec![1., 2., 3., 4., 5., 6.],
            outputs: 2,
        }
    }

    #[test]
    fn labels_are_unit_vectors_and_values_are_themselves() {
        let expected = [[0., 0., 1.], [1., 0., 0.], [0., 1., 0.]];
        assert_eq!(labels(&[2, 0, 1], 3).rows(), expected.concat());
        assert_eq!(values().rows(), [1., 2., 3., 4., 5., 6.]);
        assert_eq!((values().samples(), values().outputs()), (3, 2));
        assert_eq!(values().bytes(), 2 * 6 * 4);
        assert_eq!(labels(&[2, 0, 1], 3).bytes(), 3 * 8 + 9 * 4);
    }

    #[test]
    fn a_network_may_know_more_classes_but_not_fewer() {
        let two = labels(&[0, 1, 1], 2);
        assert_eq!(
            two.clone().with_outputs("d", 10).unwrap(),
            labels(&[0, 1, 1], 10)
        );
        let message = labels(&[0, 2], 3).with_outputs("d", 2).unwrap_err().message;
        assert!(
            message.starts_with("d: sample 1: has label 2, "),
            "{message}"
        );
        // Integers of a regression, even all zeros: a network with one output has no classes.
        for whole in [two, labels(&[0, 0], 1)] {
            let message = whole.with_outputs("d", 1).unwrap_err().message;
            assert!(message.contains("y of an npz file as float32"), "{message}");
        }
        assert_eq!(values().with_outputs("d", 2).unwrap(), values());
        let message = values().with_outputs("d", 3).unwrap_err().message;
        assert!(message.contains("has 2, but"), "{message}");
    }
}
