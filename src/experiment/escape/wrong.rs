//! Images with wrong labels.

use crate::dataset::{Dataset, Targets};

/// The same images, of which the last `count` bear a wrong label: the image number i among them, of class c out
/// of k, bears `(c + 1 + i mod (k − 1)) mod k`, so that each wrong class occurs about equally often.
///
/// The authors draw theirs at random from all classes but the last, so that some of them are right by chance.
pub fn with_wrong_labels(mut data: Dataset, count: usize) -> Dataset {
    if let Targets::Labels { labels, classes } = &mut data.targets {
        let first = labels.len().saturating_sub(count);
        for (i, label) in labels[first..].iter_mut().enumerate() {
            *label = (*label + 1 + i % (*classes - 1)) % *classes;
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_labels_change_and_every_one_of_them_does() {
        let before = vec![0, 1, 2, 2, 2, 2];
        let data = Dataset::from_pixels(&[0; 6], &[1], before.clone(), 3);
        let Targets::Labels { labels, .. } = with_wrong_labels(data, 4).targets else {
            panic!("the images have labels");
        };
        assert_eq!(labels, [0, 1, 0, 1, 0, 1]);
        assert!(labels[2..].iter().zip(&before[2..]).all(|(a, b)| a != b));
    }
}
