//! The targets that each loss accepts. Anything else is refused.
//!
//! | loss | targets of one sample |
//! |---|---|
//! | squared losses | any finite numbers; a label is a unit vector |
//! | cross-entropy | a distribution; a label is a unit vector |
//! | binary cross-entropy | numbers from 0 to 1; a label is a unit vector, or 0 or 1 itself at one output |
//! | squared hinge | −1 and 1, or 0 and 1 in their place; the same for a label |

use crate::dataset::Targets;
use crate::error::{Error, Result};
use crate::network::{Loss, Network};

/// The largest accepted deviation of the sum of a distribution from one.
const MASS: f32 = 1e-3;

/// The targets in the form that a network's loss reads, samples × outputs. Errors name the data set as
/// `place`.
///
/// # Errors
/// Returns an error if they do not match the outputs, or are not what the loss accepts.
pub fn rows(place: &str, targets: &Targets, network: &Network) -> Result<Vec<f32>> {
    let (loss, outputs) = (network.loss(), network.outputs());
    let refuse = |row: usize, fault: &str| {
        let fault = fault.replace("LOSS", loss.name());
        Err(Error::input(place, format!("target {row}"), fault))
    };
    let rows = match of_one_output(place, targets, network)? {
        Some(rows) => rows,
        None => targets.clone().with_outputs(place, outputs)?.rows(),
    };
    let first = |is: &dyn Fn(&[f32]) -> bool| rows.chunks_exact(outputs).position(|row| !is(row));
    let all = |is: fn(f32) -> bool| move |row: &[f32]| row.iter().all(|&y| is(y));
    if let Some(row) = first(&all(f32::is_finite)) {
        return refuse(row, "is not finite; mend or leave out this sample");
    }
    match loss {
        Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared => Ok(rows),
        Loss::CrossEntropy { .. } if outputs == 1 => {
            let fault = "is for one output, and the loss is LOSS, under which the softmax of one output is 1 \
                         whatever the network does; give --loss binary-cross-entropy";
            refuse(0, fault)
        }
        Loss::CrossEntropy { .. } => {
            let is_distribution = |row: &[f32]| {
                row.iter().all(|&y| y >= 0.0) && (row.iter().sum::<f32>() - 1.0).abs() < MASS
            };
            match first(&is_distribution) {
                Some(row) => refuse(
                    row,
                    "is no distribution, as the loss LOSS needs it; give labels, or rows of numbers that are \
                     not negative and sum to one",
                ),
                None => Ok(rows),
            }
        }
        Loss::BinaryCrossEntropy => match first(&all(|y| (0.0..=1.0).contains(&y))) {
            Some(row) => refuse(
                row,
                "is outside of the range 0 to 1, in which the loss LOSS needs it; give labels, or numbers \
                 from 0 to 1",
            ),
            None => Ok(rows),
        },
        Loss::HingeSquared => signs(rows, outputs).or_else(|row| {
            refuse(
                row,
                "is none of the signs -1 and 1 that the loss LOSS needs; give labels, or write all of y with \
                 -1 and 1, or all of it with 0 and 1",
            )
        }),
    }
}

/// Labels for a network with one output, where there are no unit vectors: only losses of two classes give
/// them a meaning.
fn of_one_output(place: &str, targets: &Targets, network: &Network) -> Result<Option<Vec<f32>>> {
    let (1, Targets::Labels { labels, .. }) = (network.outputs(), targets) else {
        return Ok(None);
    };
    let has_two_classes = matches!(
        network.loss(),
        Loss::BinaryCrossEntropy | Loss::HingeSquared
    );
    match labels.iter().position(|&label| label > 1) {
        None if has_two_classes => Ok(Some(labels.iter().map(|&label| label as f32).collect())),
        beyond => {
            let row = beyond.unwrap_or(0);
            let fault = format!(
                "is the whole number {}, which is read as the label of a class, but the network has one \
                 output; make y float32 if it holds the values that the output is to have, or labels 0 and 1 \
                 for binary-cross-entropy and hinge-squared",
                labels.get(row).unwrap_or(&0)
            );
            Err(Error::input(place, format!("target {row}"), fault))
        }
    }
}

/// Converts targets to signs; they may be signs already, or zeros and ones. The error is the first row
/// that is neither.
fn signs(mut rows: Vec<f32>, outputs: usize) -> std::result::Result<Vec<f32>, usize> {
    let other = |allowed: [f32; 2]| rows.iter().position(|y| !allowed.contains(y));
    match (other([0.0, 1.0]), other([-1.0, 1.0])) {
        (None, _) => Ok(rows),
        (_, None) => {
            rows.iter_mut().for_each(|y| *y = (*y + 1.0) / 2.0);
            Ok(rows)
        }
        (Some(one), Some(other)) => Err(one.max(other) / outputs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(loss: Loss, outputs: usize, targets: Targets) -> std::result::Result<Vec<f32>, String> {
        let network = Network::fnn(&[2, outputs]).with_loss(loss);
        rows("d", &targets, &network).map_err(|error| error.message)
    }

    fn values(loss: Loss, outputs: usize, values: &[f32]) -> std::result::Result<Vec<f32>, String> {
        let values = values.to_vec();
        read(loss, outputs, Targets::Values { values, outputs })
    }

    fn labels(
        loss: Loss,
        outputs: usize,
        labels: &[usize],
    ) -> std::result::Result<Vec<f32>, String> {
        read(loss, outputs, Targets::of_labels(labels.to_vec()))
    }

    #[test]
    fn signs_are_what_hinge_squared_reads_however_they_are_written() {
        let hinge = |y: &[f32]| values(Loss::HingeSquared, 1, y);
        assert_eq!(hinge(&[-1.0, 1.0, 1.0]), Ok(vec![0.0, 1.0, 1.0]));
        assert_eq!(hinge(&[0.0, 1.0, 1.0]), Ok(vec![0.0, 1.0, 1.0]));
        assert_eq!(hinge(&[1.0, 1.0]), Ok(vec![1.0, 1.0]));
        assert_eq!(hinge(&[-1.0, -1.0]), Ok(vec![0.0, 0.0]));
        assert_eq!(labels(Loss::HingeSquared, 1, &[0, 1]), Ok(vec![0.0, 1.0]));
        for mixed in [&[-1.0, 0.0, 1.0][..], &[0.5, 1.0], &[2.0], &[-3.0, 1.0]] {
            let fault = hinge(mixed).unwrap_err();
            assert!(fault.contains("none of the signs -1 and 1"), "{fault}");
        }
        // If another number is neither 0 nor 1, the first number that is not a sign is at fault.
        let fault = values(Loss::HingeSquared, 2, &[1.0, 1.0, -1.0, 1.0, 1.0, 0.0]).unwrap_err();
        assert!(fault.starts_with("d: target 2: "), "{fault}");
    }

    #[test]
    fn one_output_takes_labels_where_two_classes_are_meant() {
        for loss in Loss::ALL {
            let taken = matches!(loss, Loss::BinaryCrossEntropy | Loss::HingeSquared);
            for y in [&[0, 1, 0][..], &[0, 0]] {
                let fault = labels(loss, 1, y).err();
                assert_eq!(fault.is_none(), taken, "{loss:?} {fault:?}");
                assert!(fault.is_none_or(|fault| fault.contains("float32")));
            }
            assert!(labels(loss, 1, &[0, 2]).unwrap_err().contains("float32"));
            assert_eq!(labels(loss, 2, &[1, 0]), Ok(vec![0.0, 1.0, 1.0, 0.0]));
        }
    }

    #[test]
    fn every_loss_refuses_what_it_is_not_of() {
        let refused = |loss, outputs, y: &[f32], word: &str| {
            let fault = values(loss, outputs, y).unwrap_err();
            assert!(fault.contains(word) && fault.contains("target"), "{fault}");
        };
        for loss in Loss::ALL {
            refused(loss, 2, &[0.0, f32::NAN], "not finite");
        }
        for loss in Loss::SQUARED {
            assert_eq!(values(loss, 2, &[-7.0, 1e9]), Ok(vec![-7.0, 1e9]));
        }
        let (soft, binary) = (Loss::CROSS_ENTROPY, Loss::BinaryCrossEntropy);
        assert!(values(soft, 2, &[0.25, 0.75]).is_ok());
        refused(soft, 2, &[0.5, 0.75], "no distribution");
        refused(soft, 2, &[-0.5, 1.5], "no distribution");
        refused(soft, 1, &[1.0], "binary-cross-entropy");
        assert!(values(binary, 2, &[0.25, 1.0]).is_ok());
        refused(binary, 1, &[-1.0], "0 to 1");
        refused(binary, 1, &[1.5], "0 to 1");
    }
}
