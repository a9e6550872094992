//! Which samples stand in the batch of step `t`.

use rand::RngExt;
use rand::seq::{SliceRandom, index};
use serde::{Deserialize, Serialize};

use super::random::{Purpose, stream};

/// How batches are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampler {
    /// B independent uniform samples.
    WithReplacement,
    /// A uniform B-subset, independent from step to step.
    WithoutReplacement,
    /// A new permutation each epoch, cut into consecutive batches; the first epoch in dataset
    /// order and a short last batch kept, as the authors' loader did.
    Reshuffled,
}

/// The batches of a run: a function of the step.
#[derive(Clone, Debug)]
pub struct Batches {
    sampler: Sampler,
    seed: u64,
    samples: usize,
    batch: usize,
    epoch: Option<u64>,
    order: Vec<usize>,
}

impl Batches {
    /// Batches of `batch` out of `samples`.
    ///
    /// # Panics
    /// When `batch` is 0 or above `samples`.
    pub fn new(sampler: Sampler, seed: u64, samples: usize, batch: usize) -> Self {
        assert!(
            (1..=samples).contains(&batch),
            "a batch of {batch} out of {samples} samples"
        );
        Batches {
            sampler,
            seed,
            samples,
            batch,
            epoch: None,
            order: Vec::new(),
        }
    }

    /// Is every step one pass over every sample?
    pub fn is_full(&self) -> bool {
        self.batch == self.samples && self.sampler != Sampler::WithReplacement
    }

    /// The samples of step `step`, written over `indices`.
    pub fn draw(&mut self, step: u64, indices: &mut Vec<usize>) {
        indices.clear();
        let mut random = stream(self.seed, Purpose::Batch, step);
        match self.sampler {
            Sampler::WithReplacement => {
                indices.extend((0..self.batch).map(|_| random.random_range(0..self.samples)));
            }
            Sampler::WithoutReplacement => {
                indices.extend(index::sample(&mut random, self.samples, self.batch));
            }
            Sampler::Reshuffled => {
                let per_epoch = self.samples.div_ceil(self.batch) as u64;
                self.shuffle(step / per_epoch);
                let start = (step % per_epoch) as usize * self.batch;
                let end = self.samples.min(start + self.batch);
                indices.extend_from_slice(&self.order[start..end]);
            }
        }
    }

    fn shuffle(&mut self, epoch: u64) {
        if self.epoch == Some(epoch) {
            return;
        }
        self.order.clear();
        self.order.extend(0..self.samples);
        if epoch > 0 {
            let mut random = stream(self.seed, Purpose::Batch, epoch);
            self.order.shuffle(&mut random);
        }
        self.epoch = Some(epoch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(sampler: Sampler, step: u64) -> Vec<usize> {
        let mut indices = Vec::new();
        Batches::new(sampler, 5, 10, 4).draw(step, &mut indices);
        indices
    }

    #[test]
    fn a_reshuffled_epoch_visits_every_sample_once_and_keeps_its_short_batch() {
        assert_eq!(draw(Sampler::Reshuffled, 0), [0, 1, 2, 3]);
        assert_eq!(draw(Sampler::Reshuffled, 2), [8, 9]);
        let mut epoch: Vec<usize> = (3..6).flat_map(|t| draw(Sampler::Reshuffled, t)).collect();
        assert_ne!(epoch, (0..10).collect::<Vec<_>>());
        epoch.sort_unstable();
        assert_eq!(epoch, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_subset_holds_no_sample_twice() {
        for step in 0..200 {
            let mut subset = draw(Sampler::WithoutReplacement, step);
            subset.sort_unstable();
            subset.dedup();
            assert_eq!(subset.len(), 4);
        }
    }

    #[test]
    fn every_sample_is_drawn_equally_often() {
        for sampler in [Sampler::WithReplacement, Sampler::WithoutReplacement] {
            let mut counts = [0; 10];
            for step in 0..5000 {
                draw(sampler, step).iter().for_each(|&i| counts[i] += 1);
            }
            // 20 000 draws: 2000 each with deviation at most √(20 000·0.09) = 42.4; six of them.
            assert!(
                counts.iter().all(|&c: &i32| (c - 2000).abs() < 255),
                "{counts:?}"
            );
        }
    }
}
