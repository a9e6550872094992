//! The subject of most claims: SGD on one model with one batch size and learning rate.

use std::ops::{Add, Div};
use std::sync::{Arc, OnceLock};

use num_traits::One;

use crate::criterion::Criterion;
use crate::decide::{CriticalRates, critical};
use crate::error::Result;
use crate::matrix::Bracket;
use crate::model::{Model, Quadratic, Sampling};
use crate::number::{Exact, Field};

/// A model, how batches are drawn from it, and a learning rate.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The model, `n` sample Hessians of size d × d.
    pub model: Arc<Quadratic>,
    /// How batches are drawn.
    pub sampling: Sampling,
    /// The batch size `B`.
    pub batch: usize,
    /// The noise weight `p` of this model and these batches ([`Sampling::weight`]).
    pub weight: Exact,
    /// The learning rate `η`.
    pub learning_rate: Exact,
    /// The cache of [`Instance::critical_rates`], shared by all learning rates of the same model and
    /// batches.
    critical: Arc<OnceLock<Option<CriticalRates>>>,
}

impl Instance {
    /// The instance of a model with batches of `batch` samples at `learning_rate`.
    ///
    /// # Errors
    /// When `batch` is not from 1 to the number of samples.
    pub fn new(
        model: Quadratic,
        sampling: Sampling,
        batch: usize,
        learning_rate: Exact,
    ) -> Result<Self> {
        Ok(Instance {
            weight: sampling.weight(model.samples(), batch)?,
            model: Arc::new(model),
            sampling,
            batch,
            learning_rate,
            critical: Arc::default(),
        })
    }

    /// The instance of a model with batches of one sample, where `p = 1`.
    pub fn single(model: Quadratic, learning_rate: Exact) -> Self {
        let instance = Self::new(model, Sampling::WithoutReplacement, 1, learning_rate);
        instance.expect("a model has at least one sample")
    }

    /// The same model and batches at another learning rate.
    #[must_use]
    pub fn at(&self, learning_rate: Exact) -> Self {
        Instance {
            learning_rate,
            ..self.clone()
        }
    }

    /// The same batches and learning rate on another model; the noise weight is computed for its number
    /// of samples.
    ///
    /// # Errors
    /// When the batch size does not fit the model.
    pub fn on(&self, model: Quadratic) -> Result<Self> {
        let (sampling, batch) = (self.sampling, self.batch);
        Instance::new(model, sampling, batch, self.learning_rate.clone())
    }

    /// The critical learning rates of the model, to the default width; `None` at a saddle, where the
    /// criteria need not have an end. They are computed on first use.
    pub fn critical_rates(&self) -> Option<&CriticalRates> {
        let rates = || CriticalRates::of(&self.model, &self.weight, &critical::default_width());
        let known = self
            .critical
            .get_or_init(|| self.model.is_minimum().then(rates));
        known.as_ref()
    }

    /// The headroom `1 − η/η_c` below the critical learning rate `η_c` of a criterion. It is zero on
    /// the edge, negative beyond it, 1 when nothing bounds η, and 0 at a saddle, where there is no such
    /// end.
    pub fn headroom(&self, criterion: Criterion) -> f64 {
        let Some(rates) = self.critical_rates() else {
            return 0.0;
        };
        let used =
            |bracket: &Bracket| (Exact::one() - &self.learning_rate / &bracket.lower).to_f64();
        rates[criterion].bracket().map_or(1.0, used)
    }

    /// All batches, equally likely.
    pub fn batches(&self) -> Vec<Vec<usize>> {
        self.sampling.batches(self.model.samples(), self.batch)
    }

    /// The mean of a number or a matrix over all batches, by enumeration.
    pub fn mean_over_batches<T, V>(&self, of: impl Fn(&[usize]) -> V) -> V
    where
        T: Field,
        V: Add<Output = V> + Div<T, Output = V>,
    {
        let batches = self.batches();
        let terms = batches.iter().map(|batch| of(batch));
        let sum = terms.reduce(|sum, term| sum + term);
        sum.expect("at least one batch") / T::int(batches.len() as i64)
    }

    /// The flags with which `sgd-stability decide` decides this instance for a model file.
    pub fn flags(&self) -> String {
        let (eta, batch, sampling) = (&self.learning_rate, self.batch, self.sampling);
        format!("--lr {eta} --batch {batch} --sampling {sampling}")
    }

    /// The instance as a model file and flags, so that it can be run again.
    pub fn describe(&self) -> String {
        let model = Model::Quadratic(Quadratic::clone(&self.model));
        format!("{model} {}", self.flags())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criterion::GRADIENT_DESCENT;
    use crate::model::golden;

    #[test]
    fn the_weight_follows_the_model_and_the_flags_ask_again() {
        let eta = Exact::fraction(5, 4);
        let scheme = Sampling::WithoutReplacement;
        let asked = Instance::new(golden::three_inputs(), scheme, 2, eta.clone()).unwrap();
        assert_eq!(asked.weight, Exact::fraction(1, 4));
        assert_eq!(
            asked.flags(),
            "--lr 5/4 --batch 2 --sampling without-replacement"
        );
        assert_eq!(
            asked.on(golden::two_inputs()).unwrap().weight,
            Exact::from(0)
        );
        assert!(Instance::new(golden::two_inputs(), scheme, 3, eta).is_err());
    }

    /// The toy at x = 1: gradient descent has its edge at 1.
    #[test]
    fn the_headroom_is_zero_on_the_edge_and_at_a_saddle() {
        let edge = Instance::single(golden::toy_edge(), Exact::one());
        let descent = |asked: &Instance| asked.headroom(GRADIENT_DESCENT);
        assert_eq!(descent(&edge), 0.0);
        assert_eq!(descent(&edge.at(Exact::from(2))), -1.0);
        let curvature = nalgebra::DMatrix::from_element(1, 1, Exact::from(-1));
        let saddle = Quadratic::symmetric(vec![curvature]).unwrap();
        assert_eq!(descent(&Instance::single(saddle, Exact::one())), 0.0);
    }
}
