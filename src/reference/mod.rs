//! Room **reference**: loss, gradient and curvature of a network in f64, by another road than the engine's.
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
//! | [`translate`] | a network of the engine, told to this one; orders of numbers |
//! | `ties` | parameters that are used in several places |
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
mod ties;
pub mod translate;
mod windows;

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use crate::oracle::graph::{Graph, Second, Statistics, numbers};
use pass::Pass;
use ties::Ties;

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
    ties: Option<Ties>,
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
            ties: None,
        }
    }

    /// The same point, where number `k` of the graph's parameters is number `places[k]` of the
    /// parameters that there are: every vector is then as long as these.
    ///
    /// # Panics
    /// When the length does not fit, or a number of them is missing.
    #[must_use]
    pub fn tied(self, places: Vec<usize>) -> Self {
        assert_eq!(places.len(), self.parameters.len(), "places");
        Double {
            ties: Some(Ties::new(places)),
            ..self
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
        let still = batch.still();
        let statistics = Pass::up(&batch, 0..batch.samples, &still).moments();
        Double {
            graph: batch.graph.with_statistics(Statistics::Fixed),
            statistics,
            ..batch
        }
    }

    /// The number of parameters: the length of every vector here.
    pub fn dimension(&self) -> usize {
        match &self.ties {
            Some(ties) => ties.dimension(),
            None => self.parameters.len(),
        }
    }

    /// No direction, for every number of the graph.
    fn still(&self) -> Vec<f64> {
        vec![0.0; self.parameters.len()]
    }

    /// A vector over the parameters for every number of the graph.
    fn spread<'a>(&self, vector: &'a [f64]) -> Cow<'a, [f64]> {
        match &self.ties {
            Some(ties) => Cow::Owned(ties.spread(vector)),
            None => Cow::Borrowed(vector),
        }
    }

    /// What came back to every number of the graph, for the parameters.
    fn collect(&self, vector: Vec<f64>) -> Vec<f64> {
        match &self.ties {
            Some(ties) => ties.collect(&vector),
            None => vector,
        }
    }

    /// The parameters themselves, each once.
    fn values(&self) -> Cow<'_, [f64]> {
        match &self.ties {
            Some(ties) => Cow::Owned(ties.values(&self.parameters)),
            None => Cow::Borrowed(&self.parameters),
        }
    }

    /// Does a Hessian of one sample exist? Not where batch normalisation couples the samples.
    pub fn has_samples(&self) -> bool {
        !self.graph.is_coupled()
    }

    /// The mean loss, without the penalty of weight decay.
    pub fn loss(&self) -> f64 {
        let still = self.still();
        let losses = self.shares(|samples, (): &mut ()| Pass::up(self, samples, &still).loss());
        let sum: f64 = losses.into_iter().flat_map(|(losses, _)| losses).sum();
        sum / self.samples as f64
    }

    /// `(λ/2)·Σ_j w_j²`, the penalty of weight decay.
    pub fn penalty(&self) -> f64 {
        let values = self.values();
        let squares = values.iter().map(|w| w * w);
        self.graph.weight_decay() / 2.0 * squares.sum::<f64>()
    }

    /// The share of samples whose largest output is their target's, in [0, 1].
    pub fn accuracy(&self) -> f64 {
        let still = self.still();
        let hits = self.shares(|samples, (): &mut ()| Pass::up(self, samples, &still).hits());
        let sum: usize = hits.into_iter().flat_map(|(hits, _)| hits).sum();
        sum as f64 / self.samples as f64
    }

    /// `∇f = (1/n) Σ ∇f_i`, weight decay's `λw` included.
    pub fn gradient(&self) -> Vec<f64> {
        let still = self.still();
        let gradient = self.mean(still.len(), |samples, sum| {
            Pass::up(self, samples, &still).gradient(sum)
        });
        self.decayed(self.collect(gradient), &self.values())
    }

    /// `Hv`, `H = (1/n) Σ H_i`, weight decay's `λI` included.
    ///
    /// # Panics
    /// When the direction is not as long as the parameters.
    pub fn hessian_product(&self, direction: &[f64]) -> Vec<f64> {
        assert_eq!(direction.len(), self.dimension(), "a direction");
        self.decayed(self.mean_product(direction), direction)
    }

    /// `(1/n) Σ H_i v` without weight decay.
    fn mean_product(&self, direction: &[f64]) -> Vec<f64> {
        let direction = self.spread(direction);
        let product = self.mean(direction.len(), |samples, sum| {
            Pass::up(self, samples, &direction).product(sum)
        });
        self.collect(product)
    }

    /// `vector + λ·x`.
    fn decayed(&self, mut vector: Vec<f64>, x: &[f64]) -> Vec<f64> {
        let decay = self.graph.weight_decay();
        vector.iter_mut().zip(x).for_each(|(v, x)| *v += decay * x);
        vector
    }

    /// `Σv`, `Σ = (1/n) Σ H_i² − H²`, in which weight decay cancels: it is left out.
    ///
    /// # Panics
    /// When the direction is not as long as the parameters, or the samples are coupled.
    pub fn covariance_product(&self, direction: &[f64]) -> Vec<f64> {
        assert!(self.has_samples(), "coupled samples have no Hessians");
        assert_eq!(direction.len(), self.dimension(), "a direction");
        let direction = self.spread(direction);
        let length = direction.len();
        // The sum of H_i v, and that of H_i (H_i v) behind it.
        let mut sums = self.mean(2 * length, |samples, sums| {
            let (first, second) = sums.split_at_mut(length);
            let mut own = vec![0.0; length];
            for sample in samples {
                self.sample_product(sample, &direction, &mut own);
                first.iter_mut().zip(&own).for_each(|(sum, x)| *sum += x);
                // H_i = EᵀH_iE: what came back is collected before it is a direction again.
                if let Some(ties) = &self.ties {
                    own = ties.spread(&ties.collect(&own));
                }
                Pass::up(self, sample..sample + 1, &own).product(second);
            }
        });
        let mut squares = self.collect(sums.split_off(length));
        let square = self.mean_product(&self.collect(sums));
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
        let decay = self.graph.weight_decay();
        let penalty: f64 = direction.iter().map(|v| decay * v * v).sum();
        let direction = self.spread(direction);
        let shares = self.shares(|samples, own: &mut Vec<f64>| {
            own.resize(direction.len(), 0.0);
            let quotient = |sample| {
                self.sample_product(sample, &direction, own);
                let pairs = own.iter().zip(&*direction);
                pairs.map(|(x, v)| x * v).sum::<f64>() + penalty
            };
            samples.map(quotient).collect::<Vec<f64>>()
        });
        shares
            .into_iter()
            .flat_map(|(chunks, _)| chunks.into_iter().flatten())
            .collect()
    }

    /// `H_i v` without weight decay, for every number of the graph.
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
