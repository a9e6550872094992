//! How a trial of numbered cases is run.

use super::scope::Policy;
use crate::shard::Shard;

/// How a trial of numbered cases is run.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// What is asked where a factor is zero, among others.
    pub policy: Policy,
    /// The one case to try, or all.
    pub only: Option<u64>,
    /// The part of the cases to try.
    pub shard: Shard,
    /// Try about so many cases, spread over all of them.
    pub sample: Option<u64>,
    /// Cases to leave out, because they have ended the process before. The caller counts them.
    pub skipped: &'a [u64],
    /// Told the number of cases done and of all cases, now and then.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Told the number of each case before the kernel is called, with a function that describes the
    /// case. Where the kernel crashes the process, this is how its parent knows the case.
    pub before_case: &'a (dyn Fn(u64, &dyn Fn() -> String) + Sync),
}

impl Default for Options<'_> {
    /// All cases by the policy of the reference BLAS, silently.
    fn default() -> Self {
        Options {
            policy: Policy::Reference,
            only: None,
            shard: Shard::ALL,
            sample: None,
            skipped: &[],
            progress: &|_, _| {},
            before_case: &|_, _| {},
        }
    }
}

impl Options<'_> {
    /// Whether all cases are tried, and none has ended the process.
    pub fn is_whole(&self) -> bool {
        let is_part = self.only.is_some() || self.sample.is_some() || !self.skipped.is_empty();
        !is_part && self.shard == Shard::ALL
    }

    /// Whether a case, of `count`, is to be tried.
    pub fn asks_for(&self, number: u64, count: u64) -> bool {
        if self.skipped.contains(&number) {
            return false;
        }
        if let Some(only) = self.only {
            return only == number;
        }
        // The cases of the sample are those at which the whole part of number·sample/count rises.
        let place = |number: u64| u128::from(number) * u128::from(self.sample.unwrap_or(count));
        let rises = place(number + 1) / u128::from(count) > place(number) / u128::from(count);
        rises && self.shard.holds(number as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_the_size_asked_for_and_what_is_skipped_is_left_out() {
        let asked = |options: &Options, count| -> Vec<u64> {
            (0..count)
                .filter(|number| options.asks_for(*number, count))
                .collect()
        };
        for (sample, count, found) in [(1, 7, 1), (3, 7, 3), (7, 7, 7), (9, 7, 7)] {
            let options = Options {
                sample: Some(sample),
                ..Options::default()
            };
            assert_eq!(asked(&options, count).len(), found, "{sample} of {count}");
        }
        let options = Options {
            skipped: &[2, 4],
            shard: "1/2".parse().unwrap(),
            ..Options::default()
        };
        assert_eq!(asked(&options, 8), [0, 6]);
        let options = Options {
            only: Some(5),
            ..options
        };
        assert_eq!(asked(&options, 8), [5]);
    }
}
