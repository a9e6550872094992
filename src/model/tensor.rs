//! Moments of any order, computed by evolving the whole moment tensor. Feasible for small dimensions
//! only.
//!
//! `E[x_t^{⊗k}]` is multiplied in each step by `E[A_b^{⊗k}]`, the mean over all batches. A step costs
//! `batches · k · d^{k+1}`. With `k = 4` this gives the exact variance of `‖x_t‖²`, and hence exact
//! error bars for a simulated mean of `‖x_t‖²`.

use nalgebra::{DMatrix, DVector};

use super::Quadratic;
use crate::number::Field;

/// The tensor `E[x_t^{⊗k}]` along a run of SGD from a fixed start. `x_t` is the displacement from the
/// minimum.
#[derive(Clone, Debug)]
pub struct TensorEvolution<T> {
    /// `A_b` for every batch, all equally likely.
    steps: Vec<DMatrix<T>>,
    order: usize,
    dimension: usize,
    /// The `d^k` entries, last index fastest.
    entries: Vec<T>,
}

impl<T: Field> TensorEvolution<T> {
    /// The state at `t = 0` at the point `start` (length d), for the moment of order `k` and these
    /// equally likely batches ([`Sampling::batches`](super::Sampling::batches)).
    ///
    /// # Panics
    /// When `start` does not have the model's dimension.
    pub fn from(
        model: &Quadratic<T>,
        batches: &[Vec<usize>],
        learning_rate: &T,
        start: &DVector<T>,
        order: usize,
    ) -> Self {
        let (dimension, length) = (model.dimension(), start.len());
        assert_eq!(
            dimension, length,
            "a start of length {length} in dimension {dimension}"
        );
        let power = |entries: Vec<T>, _| {
            let row = |entry: &T| start.iter().map(|x| entry * x).collect::<Vec<T>>();
            entries.iter().flat_map(row).collect()
        };
        TensorEvolution {
            steps: batches
                .iter()
                .map(|b| model.step(b, learning_rate))
                .collect(),
            order,
            dimension,
            entries: (0..order).fold(vec![T::one()], power),
        }
    }

    /// Advances by one step of SGD.
    pub fn step(&mut self) {
        let mut sum = vec![T::zero(); self.entries.len()];
        for step in &self.steps {
            for (total, entry) in sum.iter_mut().zip(self.carried(step)) {
                *total += entry;
            }
        }
        let count = T::one() / T::int(self.steps.len() as i64);
        self.entries = sum.iter().map(|total| total * &count).collect();
    }

    /// `A^{⊗k}` applied to the tensor. `A` acts on the last index, which then becomes the first; after
    /// `k` rounds every index is back in its place.
    fn carried(&self, step: &DMatrix<T>) -> Vec<T> {
        (0..self.order).fold(self.entries.clone(), |entries, _| {
            let dot = |i: usize, fibre: &[T]| {
                let terms = fibre.iter().enumerate().map(|(j, x)| &step[(i, j)] * x);
                terms.fold(T::zero(), |sum, term| sum + term)
            };
            let fibres = || entries.chunks(self.dimension);
            let plane = |i: usize| fibres().map(move |fibre| dot(i, fibre));
            (0..self.dimension).flat_map(plane).collect()
        })
    }

    /// `E‖x_t‖^k` for an even order `k`, by contracting the indices in pairs.
    ///
    /// # Panics
    /// When the order is odd.
    pub fn norm_moment(&self) -> T {
        assert_eq!(
            self.order % 2,
            0,
            "the norm to the odd power {}",
            self.order
        );
        let d = self.dimension;
        let contract = |entries: Vec<T>, _| {
            let pairs = entries.chunks(d * d);
            let trace = |plane: &[T]| (0..d).fold(T::zero(), |sum, i| sum + &plane[i * d + i]);
            pairs.map(trace).collect()
        };
        let mut scalar: Vec<T> = (0..self.order / 2).fold(self.entries.clone(), contract);
        scalar.remove(0)
    }
}

/// The pairs `(mean, variance)` of `‖x_t‖²` for `t = 0, 1, …, steps`: `E‖x_t‖²` and
/// `E‖x_t‖⁴ − (E‖x_t‖²)²`.
pub fn squared_norm_statistics<T: Field>(
    model: &Quadratic<T>,
    batches: &[Vec<usize>],
    learning_rate: &T,
    start: &DVector<T>,
    steps: usize,
) -> Vec<(T, T)> {
    let evolution = |order| TensorEvolution::from(model, batches, learning_rate, start, order);
    let (mut second, mut fourth) = (evolution(2), evolution(4));
    let mut statistics = Vec::with_capacity(steps + 1);
    for t in 0..=steps {
        if t > 0 {
            second.step();
            fourth.step();
        }
        let mean = second.norm_moment();
        let variance = fourth.norm_moment() - mean.square();
        statistics.push((mean, variance));
    }
    statistics
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;

    use super::*;
    use crate::model::{Evolution, Sampling, golden};
    use crate::number::Exact;

    fn start() -> DVector<Exact> {
        DVector::from_vec(vec![Exact::from(2), Exact::fraction(-1, 3)])
    }

    #[test]
    fn the_fourth_moment_is_the_mean_over_all_batch_words() {
        let model = golden::diagonal_mean();
        let eta = Exact::fraction(3, 4);
        let batches = Sampling::WithoutReplacement.batches(3, 2);
        let found = squared_norm_statistics(&model, &batches, &eta, &start(), 3);
        let mut ends = vec![start()];
        for (mean, variance) in found {
            let count = Exact::from(ends.len() as i64);
            let norm = |x: &DVector<Exact>| x.dot(x);
            assert_eq!(mean, ends.iter().map(norm).sum::<Exact>() / &count);
            let spread = |x: &DVector<Exact>| (norm(x) - &mean).square();
            assert_eq!(variance, ends.iter().map(spread).sum::<Exact>() / &count);
            let follow = |x: &DVector<Exact>| {
                let next = |batch: &Vec<usize>| model.step(batch, &eta) * x;
                batches.iter().map(next).collect::<Vec<_>>()
            };
            ends = ends.iter().flat_map(follow).collect();
        }
    }

    #[test]
    fn the_second_tensor_is_the_second_moment() {
        let model = golden::three_inputs();
        let (eta, sampling) = (Exact::fraction(5, 4), Sampling::WithReplacement);
        let weight = sampling.weight(3, 2).unwrap();
        let batches = sampling.batches(3, 2);
        let mut tensor = TensorEvolution::from(&model, &batches, &eta, &start(), 2);
        let mut moment = Evolution::from(&model, weight, eta, &start());
        for _ in 0..3 {
            assert_eq!(tensor.entries, moment.moment().as_slice());
            assert_eq!(tensor.norm_moment(), moment.squared_norm());
            tensor.step();
            moment.step();
        }
    }

    #[test]
    fn a_full_batch_has_no_variance() {
        let batches = [vec![0, 1, 2]];
        let eta = Exact::fraction(1, 2);
        let found = squared_norm_statistics(&golden::three_inputs(), &batches, &eta, &start(), 2);
        assert!(found.iter().all(|(_, variance)| variance.is_zero()));
    }
}
