//! The curvature of a [`Graph`] in f64, for networks of real sizes.
//!
//! Reverse mode over numbers `a + t·b` with `t² = 0`: the derivative by the parameters at `w + t·v`
//! has `Hv` as the coefficient of `t`. Products are nalgebra's, convolutions go through the matrix
//! of their windows, images are channels first. The slopes of the loss along `v`, carried down at `w`,
//! give the Gauss–Newton product. `Σv` is `(1/n) Σ H_i(H_i v) − H(Hv)`, with every `H_i v` formed. Nothing of it is shared with the engine, which works in f32, channels last, and
//! on derivatives written by hand.
//!
//! | file | what is in it |
//! |---|---|
//! | [`Double`] | a point, loss, gradient, `Hv`, `Σv` |
//! | `pass`, `down` | up and down through the layers |
//! | `bilinear`, `matrix`, `windows` | dense layers, convolutions, pools |
//! | `dual` | `a + t·b`; batch normalisation and losses over it |
//! | [`Refined`] | numbers that f32 does not hold |
//! | [`Lanczos`], [`Measurement`] | ends of the spectra, with residuals |

mod bilinear;
mod down;
mod dual;
mod lanczos;
mod matrix;
mod measure;
mod pass;
mod refined;
#[cfg(test)]
mod tests;
mod windows;

use std::ops::Range;

use rayon::prelude::*;

use super::graph::{Graph, Second, Statistics, numbers};
use pass::Pass;

pub use lanczos::{Eigenvalue, Ends, Lanczos};
pub use measure::Measurement;
pub use refined::Refined;

/// Sums that are kept side by side and added in order: threads change no bit.
pub(crate) const SHARES: usize = 8;

/// Numbers of all activations of the samples that pass together.
pub(crate) const CHUNK: usize = 1 << 19;

/// The loss of a graph over samples, at one point of its parameters, in f64.
#[derive(Clone, Debug)]
pub struct Double {
    graph: Graph,
    parameters: Vec<f64>,
    statistics: Vec<f64>,
    inputs: Vec<f64>,
    targets: Vec<f64>,
    samples: usize,
    second: Second,
}

impl Double {
    /// The point with these parameters (PyTorch's order, [`Graph::weights`]), these statistics
    /// (means and then variances, layer after layer; none are read where the batch gives them),
    /// over these inputs (samples × channels × height × width) and targets (samples × outputs).
    ///
    /// # Panics
    /// When a length does not fit.
    pub fn new(
        graph: Graph,
        parameters: &[f32],
        statistics: &[f32],
        (inputs, targets): (&[f32], &[f32]),
    ) -> Self {
        let samples = targets.len() / graph.outputs();
        assert_eq!(parameters.len(), graph.parameters(), "parameters");
        assert_eq!(inputs.len(), samples * graph.features(), "inputs");
        assert_eq!(targets.len(), samples * graph.outputs(), "targets");
        let wide = |values: &[f32]| values.iter().map(|&x| f64::from(x)).collect();
        Double {
            parameters: wide(parameters),
            statistics: wide(statistics),
            inputs: wide(inputs),
            targets: wide(targets),
            graph,
            samples,
            second: Second::Hessian,
        }
    }

    /// The same point, where `H_i` is this second derivative of the loss of one sample. Without it,
    /// it is the Hessian.
    #[must_use]
    pub fn with_second(self, second: Second) -> Self {
        Double { second, ..self }
    }

    /// The same point with the statistics of all its samples, held fixed.
    #[must_use]
    pub fn frozen(self) -> Self {
        let batch = Double {
            graph: self.graph.clone().with_statistics(Statistics::Batch),
            ..self
        };
        let still = vec![0.0; batch.dimension()];
        let statistics = Pass::up(&batch, 0..batch.samples, &still).moments();
        Double {
            graph: batch.graph.with_statistics(Statistics::Fixed),
            statistics,
            ..batch
        }
    }

    /// The number of parameters: the length of every vector here.
    pub fn dimension(&self) -> usize {
        self.parameters.len()
    }

    /// Does a Hessian of one sample exist? Not where batch normalisation couples the samples.
    pub fn has_samples(&self) -> bool {
        !self.graph.is_coupled()
    }

    /// The mean loss.
    pub fn loss(&self) -> f64 {
        let still = vec![0.0; self.dimension()];
        let losses = self.shares(|samples, (): &mut ()| Pass::up(self, samples, &still).loss());
        let sum: f64 = losses.into_iter().flat_map(|(losses, _)| losses).sum();
        sum / self.samples as f64
    }

    /// The share of samples whose largest output is their target's, in [0, 1].
    pub fn accuracy(&self) -> f64 {
        let still = vec![0.0; self.dimension()];
        let hits = self.shares(|samples, (): &mut ()| Pass::up(self, samples, &still).hits());
        let sum: usize = hits.into_iter().flat_map(|(hits, _)| hits).sum();
        sum as f64 / self.samples as f64
    }

    /// `∇f = (1/n) Σ ∇f_i`.
    pub fn gradient(&self) -> Vec<f64> {
        let still = vec![0.0; self.dimension()];
        self.mean(self.dimension(), |samples, sum| {
            Pass::up(self, samples, &still).gradient(sum)
        })
    }

    /// `Hv`, `H = (1/n) Σ H_i`.
    ///
    /// # Panics
    /// When the direction is not as long as the parameters.
    pub fn hessian_product(&self, direction: &[f64]) -> Vec<f64> {
        assert_eq!(direction.len(), self.dimension(), "a direction");
        self.mean(self.dimension(), |samples, sum| {
            Pass::up(self, samples, direction).product(sum)
        })
    }

    /// `Σv`, `Σ = (1/n) Σ H_i² − H²`.
    ///
    /// # Panics
    /// When the direction is not as long as the parameters, or the samples are coupled.
    pub fn covariance_product(&self, direction: &[f64]) -> Vec<f64> {
        assert!(self.has_samples(), "coupled samples have no Hessians");
        assert_eq!(direction.len(), self.dimension(), "a direction");
        let length = self.dimension();
        // The sum of H_i v, and that of H_i (H_i v) behind it.
        let mut sums = self.mean(2 * length, |samples, sums| {
            let (first, second) = sums.split_at_mut(length);
            let mut own = vec![0.0; length];
            for sample in samples {
                self.sample_product(sample, direction, &mut own);
                Pass::up(self, sample..sample + 1, &own).product(second);
                first.iter_mut().zip(&own).for_each(|(sum, x)| *sum += x);
            }
        });
        let mut squares = sums.split_off(length);
        let square = self.hessian_product(&sums);
        squares.iter_mut().zip(square).for_each(|(s, m)| *s -= m);
        squares
    }

    /// `vᵀH_i v` of every sample.
    ///
    /// # Panics
    /// When the direction is not as long as the parameters, or the samples are coupled.
    pub fn sample_quotients(&self, direction: &[f64]) -> Vec<f64> {
        assert!(self.has_samples(), "coupled samples have no Hessians");
        assert_eq!(direction.len(), self.dimension(), "a direction");
        let shares = self.shares(|samples, own: &mut Vec<f64>| {
            own.resize(direction.len(), 0.0);
            let quotient = |sample| {
                self.sample_product(sample, direction, own);
                own.iter().zip(direction).map(|(x, v)| x * v).sum()
            };
            samples.map(quotient).collect::<Vec<f64>>()
        });
        shares
            .into_iter()
            .flat_map(|(chunks, _)| chunks.into_iter().flatten())
            .collect()
    }

    /// `H_i v`.
    fn sample_product(&self, sample: usize, direction: &[f64], product: &mut [f64]) {
        product.fill(0.0);
        Pass::up(self, sample..sample + 1, direction).product(product);
    }

    /// The mean over the samples of what is added for chunks of them, a vector of this length.
    fn mean(&self, length: usize, add: impl Fn(Range<usize>, &mut [f64]) + Sync) -> Vec<f64> {
        let shares = self.shares(|samples, sum: &mut Vec<f64>| {
            sum.resize(length, 0.0);
            add(samples, sum);
        });
        let mut total = vec![0.0; length];
        for (_, sum) in shares {
            total.iter_mut().zip(sum).for_each(|(total, x)| *total += x);
        }
        let samples = self.samples as f64;
        total.iter_mut().for_each(|total| *total /= samples);
        total
    }

    /// What `each` gives for the chunks of each share of the samples, and what it left in the
    /// share's own place.
    fn shares<R: Send, S: Send + Default>(
        &self,
        each: impl Fn(Range<usize>, &mut S) -> R + Sync,
    ) -> Vec<(Vec<R>, S)> {
        let all = 0..=self.graph.layers().len();
        let size: usize = all
            .map(|activation| numbers(self.graph.size(activation)))
            .sum();
        let (shares, chunk) = match self.graph.is_coupled() {
            true => (1, self.samples),
            false => (SHARES.min(self.samples), (CHUNK / size).clamp(1, 128)),
        };
        let cut = |share: usize| share * self.samples / shares.max(1);
        let share = |share| {
            let mut own = S::default();
            let (start, end) = (cut(share), cut(share + 1));
            let chunks = (start..end).step_by(chunk.max(1));
            let results = chunks.map(|first| each(first..end.min(first + chunk), &mut own));
            (results.collect(), own)
        };
        (0..shares).into_par_iter().map(share).collect()
    }
}
