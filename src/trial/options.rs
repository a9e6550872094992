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
            progress: &|_, _| {},
            before_case: &|_, _| {},
        }
    }
}
