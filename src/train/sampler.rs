//! The samples in the batch of step `t`.

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
    /// A uniform subset of B samples, drawn independently at each step.
    WithoutReplacement,
    /// A new permutation in each epoch, cut into consecutive batches. As in the loader of Wu, Ma and E
    /// (2018), the first epoch is in dataset order and a short last batch is kept. (Their loader differs
    /// only if a batch is larger than its load of 100 CIFAR-10 or 2000 Fashion-MNIST images and not a
    /// multiple of it: then it takes `⌊B/load⌋` loads of equal weight.)
    Reshuffled,
    /// Each sample with probability B/n, independently of other samples and other steps. The sum over
    /// the batch is divided by B, its expected size. No step is taken for an empty batch.
    Bernoulli,
}

impl Sampler {
    /// Whether every batch of size `batch` contains each of the `samples` samples exactly once.
    pub fn takes_all(self, batch: usize, samples: usize) -> bool {
        batch == samples && self != Sampler::WithReplacement
    }
}

/// The batches of a run, each determined by its step.
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
    /// The batches of size `batch` out of `samples` samples.
    ///
    /// # Panics
    /// When `batch` is 0 or larger than `samples`.
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

    /// Whether every batch contains each sample exactly once.
    pub fn is_full(&self) -> bool {
        self.sampler.takes_all(self.batch, self.samples)
    }

    /// The factor for the mean over a batch of `samples` samples: `samples/B` if the batch size is
    /// random, so that the sum is divided by B; otherwise 1.
    pub fn share(&self, samples: usize) -> f32 {
        if self.sampler == Sampler::Bernoulli {
            samples as f32 / self.batch as f32
        } else {
            1.0
        }
    }

    /// Writes the indices of a step's samples over `indices`.
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
            Sampler::Bernoulli => {
                let is_in = |_: &usize| random.random_range(0..self.samples) < self.batch;
                indices.extend((0..self.samples).filter(is_in));
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
    fn bernoulli_batches_have_the_moments_of_independent_coins() {
        let sizes: Vec<f64> = (0..20_000)
            .map(|step| draw(Sampler::Bernoulli, step).len() as f64)
            .collect();
        let mean = |f: &dyn Fn(f64) -> f64| sizes.iter().map(|s| f(*s)).sum::<f64>() / 2e4;
        // n = 10, q = 0.4: mean 4, variance 2.4, fourth central moment 2.4·(1 + 3·8·0.24) = 16.224; the
        // tolerance is six standard deviations of each mean over 20 000 draws.
        assert!((mean(&|s| s) - 4.0).abs() < 6.0 * (2.4_f64 / 2e4).sqrt());
        let error = 6.0 * ((16.224 - 2.4_f64.powi(2)) / 2e4).sqrt();
        assert!((mean(&|s| (s - 4.0).powi(2)) - 2.4).abs() < error);
        let batches = Batches::new(Sampler::Bernoulli, 5, 10, 4);
        assert_eq!((batches.share(6), batches.share(4)), (1.5, 1.0));
        assert!(Batches::new(Sampler::Bernoulli, 5, 4, 4).is_full());
    }

    #[test]
    fn every_sample_is_drawn_equally_often() {
        for sampler in [
            Sampler::WithReplacement,
            Sampler::WithoutReplacement,
            Sampler::Bernoulli,
        ] {
            let mut counts = [0; 10];
            for step in 0..5000 {
                draw(sampler, step).iter().for_each(|&i| counts[i] += 1);
            }
            // 20 000 draws: 2000 each with standard deviation at most √(20 000·0.09) = 42.4; six of
            // them.
            assert!(
                counts.iter().all(|&c: &i32| (c - 2000).abs() < 255),
                "{counts:?}"
            );
        }
    }
}
