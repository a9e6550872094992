//! Factors as fractions with one denominator, and a measure of how large such a model is when written.

use nalgebra::{DMatrix, DVector};

use super::factors::Factors;
use crate::model::{Linear, Model};
use crate::number::Exact;

/// The factors `G_i / q` with integer matrices `G_i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The numerators `G_i`.
    pub numerators: Factors<i64>,
    /// The denominator `q ≥ 1`.
    pub denominator: u64,
}

/// The size of a written model, compared field by field in this order; the search minimises it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// The number of samples `n`.
    pub samples: usize,
    /// The dimension `d`.
    pub dimension: usize,
    /// The number of columns `r` of the factors.
    pub columns: usize,
    /// The common denominator.
    pub denominator: u64,
    /// The sum of the magnitudes of the numerators.
    pub numerators: u64,
    /// The number of minus signs.
    pub negatives: usize,
}

impl Grid {
    /// The nearest factors with this denominator.
    pub fn rounded(factors: &Factors<f64>, denominator: u64) -> Self {
        let nearest = |entry: &f64| (entry * denominator as f64).round() as i64;
        Grid {
            numerators: factors.map(nearest),
            denominator,
        }
    }

    /// The factors rounded to another denominator.
    #[must_use]
    pub fn over(&self, denominator: u64) -> Self {
        Grid::rounded(&self.proposed(), denominator)
    }

    /// The factors in floating point.
    pub fn proposed(&self) -> Factors<f64> {
        let denominator = self.denominator as f64;
        self.numerators.map(|entry| *entry as f64 / denominator)
    }

    /// The factors as rationals.
    pub fn exact(&self) -> Factors<Exact> {
        let denominator = self.denominator;
        self.numerators
            .map(|entry| Exact::fraction(*entry, denominator))
    }

    /// The model as written to a model file: linear regression when the factors have one column.
    pub fn file(&self) -> Model {
        let exact = self.exact();
        let input = |g: &DMatrix<Exact>| DVector::from_iterator(g.nrows(), g.iter().cloned());
        match exact.shape() {
            (_, 1) => {
                let inputs = exact.of_samples.iter().map(input).collect();
                Model::Linear(Linear::new(inputs).expect("equally long inputs"))
            }
            _ => Model::Quadratic(exact.model()),
        }
    }

    /// The size of the written model.
    pub fn size(&self) -> Size {
        let (dimension, columns) = self.numerators.shape();
        let entries = || self.numerators.entries();
        Size {
            samples: self.numerators.samples(),
            dimension,
            columns,
            denominator: self.denominator,
            numerators: entries().map(|entry| entry.unsigned_abs()).sum(),
            negatives: entries().filter(|entry| **entry < 0).count(),
        }
    }

    /// The same model with its samples sorted and with no column that starts with a minus sign.
    #[must_use]
    pub fn tidy(mut self) -> Self {
        for g in &mut self.numerators.of_samples {
            for mut column in g.column_iter_mut() {
                if column.iter().find(|x| **x != 0).is_some_and(|x| *x < 0) {
                    column.neg_mut();
                }
            }
        }
        let key = |g: &DMatrix<i64>| g.iter().copied().collect::<Vec<_>>();
        self.numerators.of_samples.sort_by_key(key);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_rounded_sized_and_tidied() {
        let column = |entries: [f64; 2]| DMatrix::from_column_slice(2, 1, &entries);
        let factors = Factors {
            of_samples: vec![column([0.5, -0.26]), column([-0.24, 0.3])],
        };
        let grid = Grid::rounded(&factors, 4);
        let entries = |grid: &Grid| grid.numerators.entries().copied().collect::<Vec<_>>();
        assert_eq!(entries(&grid), [2, -1, -1, 1]);
        assert_eq!(entries(&grid.over(1)), [1, 0, 0, 0]);
        assert_eq!(entries(&grid.clone().tidy()), [1, -1, 2, -1]);
        let size = grid.size();
        assert_eq!((size.numerators, size.negatives), (5, 2));
        let text = serde_json::to_string(&grid.file()).unwrap();
        let expected = r#"{"kind":"linear","inputs":[["1/2","-1/4"],["-1/4","1/4"]]}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn fewer_samples_count_before_smaller_numbers() {
        let of = |numbers: &[i64]| Grid {
            numerators: Factors {
                of_samples: numbers
                    .iter()
                    .map(|x| DMatrix::from_element(1, 1, *x))
                    .collect(),
            },
            denominator: 1,
        };
        assert!(of(&[100, 7]).size() < of(&[1, 0, 1]).size());
        assert!(of(&[1, 2]).size() < of(&[2, 2]).size());
    }
}
