//! One question: is SGD on this model stable with this batch and this learning rate?

use std::sync::Arc;

use crate::error::Result;
use crate::model::{Model, Quadratic, Sampling};
use crate::number::Exact;

/// A model, how batches are drawn from it, and a learning rate: what a claim speaks of.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The model, `n` sample Hessians of size d × d.
    pub model: Arc<Quadratic>,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// The batch size `B`.
    pub batch: usize,
    /// The noise weight `p` that follows from the three ([`Sampling::weight`]).
    pub weight: Exact,
    /// The learning rate `η`.
    pub learning_rate: Exact,
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
        })
    }

    /// The same question at another learning rate.
    #[must_use]
    pub fn at(&self, learning_rate: Exact) -> Self {
        Instance {
            learning_rate,
            ..self.clone()
        }
    }

    /// The same question of another model; the weight follows its number of samples.
    ///
    /// # Errors
    /// When the batch does not fit the model.
    pub fn on(&self, model: Quadratic) -> Result<Self> {
        let (sampling, batch) = (self.sampling, self.batch);
        Instance::new(model, sampling, batch, self.learning_rate.clone())
    }

    /// The flags of `sgd-stability decide` that ask this question of a model file.
    pub fn flags(&self) -> String {
        let (eta, batch, sampling) = (&self.learning_rate, self.batch, self.sampling);
        format!("--lr {eta} --batch {batch} --sampling {sampling}")
    }

    /// The instance as a model file and flags, to be run again.
    pub fn describe(&self) -> String {
        let model = Model::Quadratic(Quadratic::clone(&self.model));
        let model = serde_json::to_string(&model).expect("a model is plain data");
        format!("{model} {}", self.flags())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
