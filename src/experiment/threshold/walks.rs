//! Simulated walks of the linearised SGD, `x ← x − (η/B) Σ_{i in batch} B_iᵀ B_i x`.

use nalgebra::DMatrix;
use rand::RngExt;
use rand::seq::index;
use rayon::prelude::*;

use crate::experiment::statistics::Mean;
use crate::threshold::Linearised;
use crate::train::random::{Purpose, stream};

/// The law of the starts: unit vectors with a given second moment.
pub struct Starts {
    /// Orthonormal vectors, one per column.
    vectors: DMatrix<f64>,
    /// The probabilities of the vectors up to this one, in units of their sum.
    cumulated: Vec<f64>,
}

impl Starts {
    /// Eigenvectors of a moment, drawn with probabilities proportional to their eigenvalues: their second
    /// moment is this one, divided by its trace, and none has a length other than 1.
    pub fn new(moment: &[f64], rank: usize) -> Self {
        let eigen = DMatrix::from_column_slice(rank, rank, moment).symmetric_eigen();
        let mut sum = 0.0;
        let cumulated = eigen.eigenvalues.iter().map(|value| {
            sum += value.max(0.0);
            sum
        });
        Starts {
            cumulated: cumulated.collect(),
            vectors: eigen.eigenvectors,
        }
    }

    /// The start that belongs to a number from 0 to 1.
    fn at(&self, share: f64) -> Vec<f64> {
        let last = self.cumulated.len() - 1;
        let height = share * self.cumulated[last];
        let chosen = self.cumulated.partition_point(|sum| *sum <= height);
        self.vectors
            .column(chosen.min(last))
            .iter()
            .copied()
            .collect()
    }
}

/// How walks are taken. The walks of different learning rates have the same starts and batches.
pub struct Walks<'a> {
    pub model: &'a Linearised,
    pub starts: &'a Starts,
    /// The batch size B; batches are drawn without replacement, anew in every step.
    pub batch: usize,
    pub steps: usize,
    pub walks: u64,
    pub seed: u64,
}

impl Walks<'_> {
    /// The mean of ‖x_t‖² after the last step, for this learning rate.
    pub fn squared_norm(&self, learning_rate: f64) -> Mean {
        let walks = (0..self.walks).into_par_iter();
        let norms: Vec<f64> = walks.map(|walk| self.walk(learning_rate, walk)).collect();
        Mean::of(&norms)
    }

    fn walk(&self, learning_rate: f64, walk: u64) -> f64 {
        let mut random = stream(self.seed, Purpose::Walk, walk);
        let mut x = self.starts.at(random.random());
        let factor = learning_rate / self.batch as f64;
        let mut move_by = vec![0.0; x.len()];
        for _ in 0..self.steps {
            move_by.fill(0.0);
            for sample in index::sample(&mut random, self.model.samples(), self.batch) {
                for row in self.model.factor_of(sample).chunks_exact(x.len()) {
                    let slope: f64 = row.iter().zip(&x).map(|(b, x)| b * x).sum();
                    (move_by.iter_mut().zip(row)).for_each(|(m, b)| *m += factor * slope * b);
                }
            }
            x.iter_mut().zip(&move_by).for_each(|(x, m)| *x -= m);
        }
        x.iter().map(|x| x * x).sum()
    }
}
