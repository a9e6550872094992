//! Counter-based random numbers: every (seed, purpose, index) has its own stream.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The purpose of random numbers. No two purposes share a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Initial parameters.
    Initial,
    /// Which samples are in a batch; the index is the step or the epoch.
    Batch,
    /// The start vector of an eigenvalue iteration.
    Probe,
    /// One walk of a Monte Carlo experiment; the index is the walk.
    Walk,
}

/// The stream number `index` for `purpose` under `seed`: ChaCha with 8 rounds, with seed and purpose in
/// the key and the index as the stream number.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8] = purpose as u8;
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(index);
    generator
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn seeds_purposes_and_indices_give_different_streams_and_the_same_ones_again() {
        let draw = |seed, purpose, index| stream(seed, purpose, index).random::<u64>();
        let first = draw(1, Purpose::Batch, 7);
        assert_eq!(first, draw(1, Purpose::Batch, 7));
        assert_ne!(first, draw(2, Purpose::Batch, 7));
        assert_ne!(first, draw(1, Purpose::Probe, 7));
        assert_ne!(first, draw(1, Purpose::Batch, 8));
    }
}
