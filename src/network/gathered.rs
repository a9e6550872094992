//! Copies rows of a batch side by side, in any order.

use crate::kernel::{self, MatrixMut, MatrixRef};

use super::shape::move_channels_last;
use super::{Batch, Shape};

/// An owned batch of samples.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    inputs: Vec<f32>,
    targets: Vec<f32>,
    samples: usize,
}

impl Gathered {
    /// Copies all samples of a batch, in the order of [`Batch::by_target`].
    pub fn by_target(data: &Batch<'_>) -> Self {
        let mut gathered = Gathered::default();
        gathered.gather(data, &data.by_target());
        gathered
    }

    /// Reorders images of this shape from channels first, as they are given, to channels last, as [`Batch::inputs`] has
    /// them.
    ///
    /// # Panics
    /// When the inputs do not have this shape.
    #[must_use]
    pub fn with_channels_last(mut self, shape: Shape) -> Self {
        move_channels_last(shape, &mut self.inputs);
        self
    }

    /// Replaces the samples by those at the given indices.
    ///
    /// # Panics
    /// When an index is out of range.
    pub fn gather(&mut self, data: &Batch<'_>, indices: &[usize]) {
        self.samples = indices.len();
        for (rows, from) in [
            (&mut self.inputs, data.inputs),
            (&mut self.targets, data.targets),
        ] {
            let width = from.len() / data.samples.max(1);
            rows.resize(indices.len() * width, 0.0);
            let from = MatrixRef::new(from, data.samples, width);
            kernel::gather(from, indices, MatrixMut::new(rows, indices.len(), width));
        }
    }

    /// The samples as a batch.
    pub fn batch(&self) -> Batch<'_> {
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.samples,
        }
    }
}

impl Batch<'_> {
    /// The order in which the samples are sorted by target and, within a target, by the number of
    /// nonzero inputs.
    ///
    /// The order changes a sum over samples only by rounding. Samples of the same class tend to leave
    /// the same units at zero, and matrix products skip entries that are zero in several neighbouring
    /// rows ([`crate::kernel::gemm`]), so this order makes them faster.
    pub fn by_target(&self) -> Vec<usize> {
        let row = |numbers, i| {
            let numbers: &[f32] = numbers;
            let width = numbers.len() / self.samples;
            &numbers[i * width..(i + 1) * width]
        };
        let bright = |i| row(self.inputs, i).iter().filter(|x| **x != 0.0).count();
        let bright: Vec<usize> = (0..self.samples).map(bright).collect();
        let compare = |&i: &usize, &j: &usize| {
            let pairs = row(self.targets, i).iter().zip(row(self.targets, j));
            let unequal = pairs.map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne());
            unequal.unwrap_or_else(|| bright[i].cmp(&bright[j]))
        };
        let mut places: Vec<usize> = (0..self.samples).collect();
        places.sort_by(compare);
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_one_target_stand_side_by_side() {
        let data = Batch {
            inputs: &[5.0, 1.0, 2.0, 3.0, 0.0],
            targets: &[0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.5, 0.5, 1.0, 0.0],
            samples: 5,
        };
        assert_eq!(data.by_target(), [0, 2, 3, 4, 1]);
        let gathered = Gathered::by_target(&data);
        let batch = gathered.batch();
        assert_eq!(batch.inputs, [5.0, 2.0, 3.0, 0.0, 1.0]);
        assert_eq!(batch.targets[2..6], [0.0, 1.0, 0.5, 0.5]);
        assert_eq!(batch.samples, 5);
    }

    #[test]
    fn a_batch_may_hold_a_sample_twice_or_none() {
        let data = Batch {
            inputs: &[0.0, 1.0, 2.0, 3.0],
            targets: &[5.0, 6.0],
            samples: 2,
        };
        let mut gathered = Gathered::by_target(&data);
        gathered.gather(&data, &[1, 1]);
        assert_eq!(gathered.batch().inputs, [2.0, 3.0, 2.0, 3.0]);
        gathered.gather(&data, &[]);
        assert_eq!(gathered.batch().samples, 0);
        assert!(gathered.batch().targets.is_empty());
    }
}
