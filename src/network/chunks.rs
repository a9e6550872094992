//! Splits a batch so that the number of threads never changes the result.
//!
//! The samples of a batch are split into at most [`SHARES`] shares of consecutive samples. Each share
//! has its own sum, and the sums are added in order. Within a share, the samples are processed in chunks
//! that fit in a core's cache. A chain of dense layers processes its batch whole: there the weights fill
//! the cache, and the matrix products do their own blocking. Only a batch whose activations would take more than
//! [`NUMBERS`] numbers is cut into chunks, one after the other. A network with coupled samples
//! processes its batch whole.

use std::ops::Range;
use std::sync::Mutex;

use crate::kernel::{self, Isa, Start};

use super::layers::CHUNK;
use super::{Network, Point};

/// The largest number of shares, and so of threads that can work on one batch.
pub(super) const SHARES: usize = 8;

/// The most numbers (4 bytes each) that the activations and derivatives of a chain of dense layers may take.
const NUMBERS: u64 = 1 << 27;

/// The most numbers that the base passes of all chunks may take, so that products keep them; beyond, every product
/// computes them again. Single samples, for Σ, may take as many again.
const KEPT: u64 = 1 << 26;

/// Whether the base passes of all samples are kept from one product to the next.
pub(super) fn keeps_bases(network: &Network, samples: usize) -> bool {
    samples as u64 * network.base_numbers() <= KEPT
}

/// The number of samples that a chain of dense layers processes at once. It depends on the network alone, so that the
/// bits of a result depend neither on the memory of the machine nor on its threads.
pub(super) fn rows_at_once(network: &Network) -> usize {
    (NUMBERS / (6 * network.activation_numbers()).max(1)).max(1) as usize
}

/// The consecutive samples of one share, and the length of the chunks in which they are processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub samples: Range<usize>,
    pub chunk: usize,
}

impl Share {
    /// The chunks, first to last.
    pub fn chunks(&self) -> impl Iterator<Item = Range<usize>> {
        let Range { start, end } = self.samples;
        let chunk = self.chunk.max(1);
        (start..end)
            .step_by(chunk)
            .map(move |first| first..end.min(first + chunk))
    }

    /// Whether the share's sum is overwritten or added to when this chunk is processed.
    pub fn start_of(&self, chunk: &Range<usize>) -> Start {
        if chunk.start == self.samples.start {
            Start::Zero
        } else {
            Start::Accumulate
        }
    }
}

/// Splits a batch into shares.
pub(super) fn shares(network: &Network, is_coupled: bool, samples: usize) -> Vec<Share> {
    if network.is_dense() || is_coupled {
        let most = if is_coupled {
            samples
        } else {
            rows_at_once(network)
        };
        return vec![Share {
            samples: 0..samples,
            chunk: samples.min(most),
        }];
    }
    shares_of(samples, CHUNK)
}

/// Splits a batch into shares whose chunks are single samples.
pub(super) fn single_shares(samples: usize) -> Vec<Share> {
    shares_of(samples, 1)
}

fn shares_of(samples: usize, chunk: usize) -> Vec<Share> {
    let count = SHARES.min(samples).max(1);
    // The longer shares come first, since threads take the shares in order.
    let cut = |share: usize| share * (samples / count) + share.min(samples % count);
    let share = |place| {
        let samples = cut(place)..cut(place + 1);
        // All chunks of a share have about the same length.
        let chunk = samples.len().div_ceil(samples.len().div_ceil(chunk).max(1));
        Share { samples, chunk }
    };
    (0..count).map(share).collect()
}

/// The state of one share: its own scratch memory and its own sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Worker<S> {
    pub scratch: S,
    pub sum: Vec<f32>,
    pub loss: f64,
}

/// Processes every share on its own worker; each sum has one entry per parameter.
pub(super) fn run<S: Send + Default + Clone>(
    point: &Point<'_>,
    shares: &[Share],
    workers: &mut Vec<Worker<S>>,
    work: impl Fn(&Share, &mut Worker<S>) + Sync,
) {
    if workers.len() < shares.len() {
        workers.resize(shares.len(), Worker::default());
    }
    let workers: Vec<_> = workers.iter_mut().map(Mutex::new).collect();
    kernel::share(shares.len(), |place| {
        let mut worker = workers[place].lock().expect("each worker has one share");
        worker.sum.resize(point.network.parameters(), 0.0);
        work(&shares[place], &mut worker);
    });
}

/// `out ← out + sum of the first worker + sum of the second + …`, added in this order.
pub(super) fn add_sums<S: Sync>(isa: Isa, workers: &[Worker<S>], out: &mut [f32]) {
    /// The length of one piece, chosen to stay in the L1 cache while the sums of all workers are added.
    const PIECE: usize = 1 << 12;
    if let [only] = workers {
        return kernel::axpy(isa, 1.0, &only.sum, out);
    }
    kernel::share_out(out, PIECE, |first, out| {
        for worker in workers {
            kernel::axpy(isa, 1.0, &worker.sum[first..first + out.len()], out);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_chunks_cover_every_sample_once_in_order() {
        let network = Network::vgg11(2);
        for samples in [1, 2, 7, 8, 9, 25, 100, 1001] {
            let shares = shares(&network, false, samples);
            let chunks = shares.iter().flat_map(Share::chunks);
            let covered: Vec<usize> = chunks.flatten().collect();
            assert_eq!(covered, (0..samples).collect::<Vec<_>>());
            let longest = shares.iter().map(|share| share.samples.len()).max();
            assert_eq!(longest, Some(samples.div_ceil(SHARES)));
        }
        assert_eq!(shares(&Network::fnn(&[3, 2]), false, 9).len(), 1);
    }
}
