//! Simulated walks of the linearised SGD, `x ← x − (η/B) Σ_{i in batch} B_iᵀ B_i x`.
//!
//! The mean square of independent walks is soon dominated by walks so rare that no sample contains them. Here
//! the walks of a *population* are chosen anew after every step, each with a probability proportional to
//! its ‖x‖², and given length 1. The product over the steps of the means of ‖x‖² before that choice has the
//! expectation `E‖x_t‖²/E‖x_0‖²` (it is the estimator of sequential Monte Carlo; Del Moral, "Feynman–Kac
//! Formulae", 2004, section 2.4), and only what is rare within one step has to be sampled. Several populations
//! give a mean with its standard error.

use nalgebra::DMatrix;
use rand::RngExt;
use rand::seq::index;
use rayon::prelude::*;

use crate::experiment::statistics::Mean;
use crate::threshold::Linearised;
use crate::train::random::{Purpose, stream};

use super::cell::WalkSettings;

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

/// How walks are taken. Populations of different learning rates begin with the same random numbers.
pub struct Walks<'a> {
    pub model: &'a Linearised,
    pub starts: &'a Starts,
    /// The batch size B; batches are drawn without replacement, anew in every step.
    pub batch: usize,
    pub settings: &'a WalkSettings,
    pub seed: u64,
}

impl Walks<'_> {
    /// The mean of the estimates of `E‖x_t‖²/E‖x_0‖²` after the last step, over the populations.
    pub fn squared_norm(&self, learning_rate: f64) -> Mean {
        let numbers = (0..self.settings.populations).into_par_iter();
        let estimates = numbers.map(|number| self.population(learning_rate, number));
        Mean::of(&estimates.collect::<Vec<f64>>())
    }

    /// The estimate of one population.
    fn population(&self, learning_rate: f64, number: u64) -> f64 {
        let mut random = stream(self.seed, Purpose::Walk, number);
        let size = self.settings.size;
        let mut walks: Vec<Vec<f64>> = (0..size).map(|_| self.starts.at(random.random())).collect();
        let mut estimate = 1.0;
        for _ in 0..self.settings.steps {
            for x in &mut walks {
                let batch = index::sample(&mut random, self.model.samples(), self.batch);
                self.step(x, learning_rate / self.batch as f64, batch.into_iter());
            }
            let squares: Vec<f64> = walks.iter().map(|x| square(x)).collect();
            estimate *= squares.iter().sum::<f64>() / size as f64;
            let chosen = choose(&squares, random.random());
            let unit = |i: &usize| {
                let length = squares[*i].sqrt();
                walks[*i].iter().map(|x| x / length).collect()
            };
            walks = chosen.iter().map(unit).collect();
        }
        estimate
    }

    /// `x ← x − factor·Σ_i B_iᵀ B_i x` over the samples of a batch.
    fn step(&self, x: &mut [f64], factor: f64, batch: impl Iterator<Item = usize>) {
        let mut sum = vec![0.0; x.len()];
        for sample in batch {
            for row in self.model.factor_of(sample).chunks_exact(x.len()) {
                let slope: f64 = row.iter().zip(&*x).map(|(b, x)| b * x).sum();
                (sum.iter_mut().zip(row)).for_each(|(sum, b)| *sum += slope * b);
            }
        }
        x.iter_mut()
            .zip(&sum)
            .for_each(|(x, sum)| *x -= factor * sum);
    }
}

/// `‖x‖²`.
fn square(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

/// As many places as there are weights, each chosen in proportion to its weight (systematic resampling): those
/// at which the sums of the weights pass `offset`, `offset + 1`, … times their mean.
fn choose(weights: &[f64], offset: f64) -> Vec<usize> {
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    let (mut place, mut sum) = (0, weights[0]);
    let heights = (0..weights.len()).map(|k| (offset + k as f64) * mean);
    let pass = |height: f64| {
        while sum <= height && place + 1 < weights.len() {
            place += 1;
            sum += weights[place];
        }
        place
    };
    heights.map(pass).collect()
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn places_are_chosen_in_proportion_to_their_weights() {
        assert_eq!(choose(&[1.0, 0.0, 2.0, 1.0], 0.5), [0, 2, 2, 3]);
        assert_eq!(choose(&[0.0, 5.0], 0.999), [1, 1]);
    }
}
