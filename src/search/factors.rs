//! Models stored as their factors, `H_i = G_i G_iᵀ`, so that any change of a `G_i` gives a minimum
//! again.

use nalgebra::{DMatrix, Scalar};

use crate::model::Quadratic;
use crate::number::Field;

/// The factors `G_1 … G_n`, each d × r; `r = 1` is linear regression on the inputs `G_i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors<T: Scalar> {
    /// The `G_i`, all of the same shape.
    pub of_samples: Vec<DMatrix<T>>,
}

impl<T: Scalar> Factors<T> {
    /// The number of samples `n`.
    pub fn samples(&self) -> usize {
        self.of_samples.len()
    }

    /// The dimension `d` and the number of columns `r`, which bounds the rank of every `H_i`.
    pub fn shape(&self) -> (usize, usize) {
        self.of_samples.first().map_or((0, 0), DMatrix::shape)
    }

    /// Iterates over all entries, sample by sample and column by column.
    pub fn entries(&self) -> impl Iterator<Item = &T> {
        self.of_samples.iter().flat_map(|g| g.iter())
    }

    /// Iterates over mutable references to all entries, in the order of [`Factors::entries`].
    pub fn entries_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.of_samples.iter_mut().flat_map(|g| g.iter_mut())
    }

    /// The factors with `change` applied to every entry.
    pub fn map<S: Scalar>(&self, change: impl Fn(&T) -> S) -> Factors<S> {
        let changed = |g: &DMatrix<T>| g.map(|entry| change(&entry));
        Factors {
            of_samples: self.of_samples.iter().map(changed).collect(),
        }
    }

    /// All factors that result from removing one sample, one coordinate, or one column; at least one of
    /// each remains.
    pub fn smaller(&self) -> Vec<Self> {
        let ((d, r), n) = (self.shape(), self.samples());
        let several = |count: usize| 0..if count > 1 { count } else { 0 };
        let fewer = several(n).map(|i| {
            let mut fewer = self.clone();
            fewer.of_samples.remove(i);
            fewer
        });
        let flatter = several(d).map(|i| self.each(|g| g.remove_row(i)));
        let thinner = several(r).map(|i| self.each(|g| g.remove_column(i)));
        fewer.chain(flatter).chain(thinner).collect()
    }

    fn each(&self, change: impl Fn(DMatrix<T>) -> DMatrix<T>) -> Self {
        Factors {
            of_samples: self.of_samples.iter().cloned().map(change).collect(),
        }
    }
}

impl<T: Field> Factors<T> {
    /// The model, `H_i = G_i G_iᵀ`.
    pub fn model(&self) -> Quadratic<T> {
        let square = |g: &DMatrix<T>| g * g.transpose();
        Quadratic::of_symmetric(self.of_samples.iter().map(square).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_smaller_lacks_one_sample_coordinate_or_column() {
        let g = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
        let factors = Factors {
            of_samples: vec![g, DMatrix::zeros(2, 2), DMatrix::identity(2, 2)],
        };
        let sizes: Vec<_> = factors
            .smaller()
            .iter()
            .map(|f| (f.samples(), f.shape()))
            .collect();
        let expected = [
            vec![(2, (2, 2)); 3],
            vec![(3, (1, 2)); 2],
            vec![(3, (2, 1)); 2],
        ];
        assert_eq!(sizes, expected.concat());
        let single = Factors {
            of_samples: vec![DMatrix::from_element(1, 1, 1.0)],
        };
        assert!(single.smaller().is_empty());
        assert_eq!(factors.model().hessians()[0][(0, 1)], 11.0);
    }
}
