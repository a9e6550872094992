//! A verdict with the library and the instruction set of its kernel.

use serde::{Deserialize, Serialize};

use crate::trial::Verdict;

/// The name of our own library.
pub const OURS: &str = "ours";

/// A kernel that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The library with its version and, if it chooses one itself, its variant, such as
    /// `glibc 2.36 (FMA)`; `ours` for the kernels of this crate.
    pub library: String,
    /// The instruction set, if the kernel was tried on several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isa: Option<String>,
    /// What the trial found.
    pub verdict: Verdict,
}

impl Entry {
    /// Whether the kernel is one of this crate.
    pub fn is_ours(&self) -> bool {
        self.library == OURS
    }
}

/// A speed that was measured apart from a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// See [`Entry::library`].
    pub library: String,
    /// The function or the name of the kernel in its verdict.
    pub function: String,
    /// The instruction set; `None` if there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isa: Option<String>,
    /// The time for one element in nanoseconds.
    pub nanoseconds: f64,
    /// The largest error found over the numbers that were timed, in ulps. It stands for the error of a
    /// function that has no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ulp: Option<f64>,
}

impl Speed {
    /// Whether this is the speed of a kernel.
    pub fn fits(&self, entry: &Entry) -> bool {
        let verdict = &entry.verdict;
        let is_named = [&verdict.function, &verdict.name].contains(&&self.function);
        self.library == entry.library && is_named && (self.isa.is_none() || self.isa == entry.isa)
    }
}
