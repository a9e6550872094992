//! A point of the loss in f64.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::forward::Pass;
use super::numbers::{Numbers, Unrounded};
use super::ties::Ties;
use crate::oracle::graph::{Graph, SecondDerivative, Statistics, Values};

/// The number of partial sums, which are added in order so that the number of threads never changes the
/// result.
pub(crate) const SHARES: usize = 8;

/// The limit on the number of activation values of samples that are processed together.
pub(crate) const CHUNK: usize = 1 << 19;

/// The loss of a graph over samples, at one point in parameter space, in f64. Vectors have one entry per
/// parameter, in PyTorch's order ([`Graph::weights`]).
#[derive(Clone, Debug)]
pub struct ReferencePoint {
    numbers: Numbers,
    second: SecondDerivative,
    ties: Option<Ties>,
}

impl ReferencePoint {
    /// The point of a graph at these values, with the Hessian as `H_i`.
    ///
    /// # Panics
    /// When a length does not match the graph.
    pub fn new(graph: Graph, values: &Values<'_>) -> Self {
        ReferencePoint {
            numbers: Numbers::new(graph, values),
            second: SecondDerivative::Hessian,
            ties: None,
        }
    }

    /// Returns the same point with tied parameters: number `k` of the graph's weights and biases is
    /// parameter `places[k]`. Every vector then has one entry per distinct parameter.
    ///
    /// # Panics
    /// When the length does not match, or when a parameter is not used.
    #[must_use]
    pub fn tied(self, places: Vec<usize>) -> Self {
        assert_eq!(places.len(), self.numbers.parameters.len(), "places");
        ReferencePoint {
            ties: Some(Ties::new(places)),
            ..self
        }
    }

    /// Returns the same point with this second derivative of the loss of one sample as `H_i`.
    #[must_use]
    pub fn with_second(self, second: SecondDerivative) -> Self {
        ReferencePoint { second, ..self }
    }

    /// Returns the same point with these numbers instead of the rounded ones.
    ///
    /// # Panics
    /// When a length changes.
    #[must_use]
    pub fn with_unrounded(self, unrounded: Unrounded) -> Self {
        ReferencePoint {
            numbers: self.numbers.with_unrounded(unrounded),
            ..self
        }
    }

    /// Returns the same point with the statistics of all its samples, held fixed.
    #[must_use]
    pub fn frozen(self) -> Self {
        let numbers = self.numbers.with_statistics(Statistics::Batch);
        let still = vec![0.0; numbers.parameters.len()];
        let statistics = Pass::new(&numbers, 0..numbers.samples, &still).moments();
        ReferencePoint {
            numbers: Numbers {
                statistics,
                ..numbers.with_statistics(Statistics::Fixed)
            },
            ..self
        }
    }

    /// The fixed means, then the variances, layer after layer.
    pub fn statistics(&self) -> &[f64] {
        &self.numbers.statistics
    }

    /// The number of parameters, which is the length of every vector here.
    pub fn dimension(&self) -> usize {
        match &self.ties {
            Some(ties) => ties.dimension(),
            None => self.numbers.parameters.len(),
        }
    }

    /// The zero direction, with one entry per weight and bias of the graph.
    fn still(&self) -> Vec<f64> {
        vec![0.0; self.numbers.parameters.len()]
    }

    /// `E v`: expands a vector over the parameters to all weights and biases of the graph.
    fn spread<'a>(&self, vector: &'a [f64]) -> Cow<'a, [f64]> {
        match &self.ties {
            Some(ties) => Cow::Owned(ties.spread(vector)),
            None => Cow::Borrowed(vector),
        }
    }

    /// `Eᵀ u`: turns a derivative with respect to all weights and biases of the graph into one with
    /// respect to the parameters.
    fn gather(&self, vector: Vec<f64>) -> Vec<f64> {
        match &self.ties {
            Some(ties) => ties.gather(&vector),
            None => vector,
        }
    }

    /// The distinct parameters.
    fn values(&self) -> Cow<'_, [f64]> {
        match &self.ties {
            Some(ties) => Cow::Owned(ties.values(&self.numbers.parameters)),
            None => Cow::Borrowed(&self.numbers.parameters),
        }
    }

    /// Whether single samples have Hessians. They do not when batch normalisation couples the samples.
    pub fn has_samples(&self) -> bool {
        !self.numbers.graph.is_coupled()
    }

    /// The mean loss, without the weight-decay penalty.
    pub fn loss(&self) -> f64 {
        let still = self.still();
        let losses =
            self.shares(|samples, (): &mut ()| Pass::new(&self.numbers, samples, &still).loss());
        let sum: f64 = losses.into_iter().flat_map(|(losses, _)| losses).sum();
        sum / self.numbers.samples as f64
    }

    /// The weight-decay penalty `(λ/2)·Σ_j w_j²`.
    pub fn penalty(&self) -> f64 {
        let values = self.values();
        let squares = values.iter().map(|w| w * w);
        self.numbers.graph.weight_decay() / 2.0 * squares.sum::<f64>()
    }

    /// The fraction of samples whose largest output has the same index as their largest target, in [0,
    /// 1].
    pub fn accuracy(&self) -> f64 {
        let still = self.still();
        let hits =
            self.shares(|samples, (): &mut ()| Pass::new(&self.numbers, samples, &still).hits());
        let sum: usize = hits.into_iter().flat_map(|(hits, _)| hits).sum();
        sum as f64 / self.numbers.samples as f64
    }

    /// `∇f = (1/n) Σ ∇f_i`, including the `λw` of weight decay.
    pub fn gradient(&self) -> Vec<f64> {
        let still = self.still();
        let gradient = self.mean(still.len(), |samples, sum| {
            Pass::new(&self.numbers, samples, &still).gradient(sum)
        });
        self.decayed(self.gather(gradient), &self.values())
    }

    /// `Hv` with `H = (1/n) Σ H_i`, including the `λI` of weight decay.
    ///
    /// # Panics
    /// When the direction does not have one entry per parameter.
    pub fn hessian_product(&self, direction: &[f64]) -> Vec<f64> {
        assert_eq!(direction.len(), self.dimension(), "a direction");
        self.decayed(self.mean_product(direction), direction)
    }

    /// `(1/n) Σ H_i v`, without weight decay.
    fn mean_product(&self, direction: &[f64]) -> Vec<f64> {
        let direction = self.spread(direction);
        let product = self.mean(direction.len(), |samples, sum| {
            Pass::new(&self.numbers, samples, &direction).hessian_product(self.second, sum)
        });
        self.gather(product)
    }

    /// `vector + λ·x`.
    fn decayed(&self, mut vector: Vec<f64>, x: &[f64]) -> Vec<f64> {
        let decay = self.numbers.graph.weight_decay();
        vector.iter_mut().zip(x).for_each(|(v, x)| *v += decay * x);
        vector
    }

    /// `Σv` with `Σ = (1/n) Σ H_i² − H²`, in which weight decay cancels and is therefore left out.
    ///
    /// # Panics
    /// When the direction does not have one entry per parameter, or the samples are coupled.
    pub fn covariance_product(&self, direction: &[f64]) -> Vec<f64> {
        assert!(self.has_samples(), "coupled samples have no Hessians");
        assert_eq!(direction.len(), self.dimension(), "a direction");
        let direction = self.spread(direction);
        let length = direction.len();
        // The sum of H_i v, followed by the sum of H_i (H_i v).
        let mut sums = self.mean(2 * length, |samples, sums| {
            let (first, second) = sums.split_at_mut(length);
            let mut own = vec![0.0; length];
            for sample in samples {
                self.sample_product(sample, &direction, &mut own);
                first.iter_mut().zip(&own).for_each(|(sum, x)| *sum += x);
                // With ties, H_i is EᵀH_iE, so EEᵀ is applied between the two products.
                if let Some(ties) = &self.ties {
                    own = ties.spread(&ties.gather(&own));
                }
                Pass::new(&self.numbers, sample..sample + 1, &own)
                    .hessian_product(self.second, second);
            }
        });
        let mut squares = self.gather(sums.split_off(length));
        let square = self.mean_product(&self.gather(sums));
        squares.iter_mut().zip(square).for_each(|(s, m)| *s -= m);
        squares
    }

    /// `vᵀH_i v` for every sample.
    ///
    /// # Panics
    /// When the direction does not have one entry per parameter, or the samples are coupled.
    pub fn sample_quotients(&self, direction: &[f64]) -> Vec<f64> {
        assert!(self.has_samples(), "coupled samples have no Hessians");
        assert_eq!(direction.len(), self.dimension(), "a direction");
        let decay = self.numbers.graph.weight_decay();
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

    /// `H_i v` without weight decay, for every weight and bias of the graph.
    fn sample_product(&self, sample: usize, direction: &[f64], product: &mut [f64]) {
        product.fill(0.0);
        Pass::new(&self.numbers, sample..sample + 1, direction)
            .hessian_product(self.second, product);
    }

    /// The mean over the samples of vectors of this length; `add` adds the vectors of a chunk of samples
    /// to a sum.
    fn mean(&self, length: usize, add: impl Fn(Range<usize>, &mut [f64]) + Sync) -> Vec<f64> {
        let shares = self.shares(|samples, sum: &mut Vec<f64>| {
            sum.resize(length, 0.0);
            add(samples, sum);
        });
        let mut total = vec![0.0; length];
        for (_, sum) in shares {
            total.iter_mut().zip(sum).for_each(|(total, x)| *total += x);
        }
        let samples = self.numbers.samples as f64;
        total.iter_mut().for_each(|total| *total /= samples);
        total
    }

    /// For each share of the samples: the results of `each` for its chunks, and the final state of the
    /// share.
    fn shares<R: Send, S: Send + Default>(
        &self,
        each: impl Fn(Range<usize>, &mut S) -> R + Sync,
    ) -> Vec<(Vec<R>, S)> {
        let size = self.numbers.graph.activation_numbers();
        let samples = self.numbers.samples;
        let (shares, chunk) = if self.numbers.graph.is_coupled() {
            (1, samples)
        } else {
            (SHARES.min(samples), (CHUNK / size).clamp(1, 128))
        };
        let cut = |share: usize| share * samples / shares.max(1);
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
