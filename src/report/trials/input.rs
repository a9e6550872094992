//! Everything that the section is made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Speed};
use crate::trial::Verdict;

/// Everything that the section is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trials {
    /// The kernels that were tried.
    pub kernels: Vec<Entry>,
    /// Kernels with a deliberate fault, which the trial should refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faulty: Vec<Verdict>,
    /// Honest kernels of many kinds, which the trial should accept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub honest: Vec<Verdict>,
    /// Speeds that were measured apart from the trials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speeds: Vec<Speed>,
    /// The full names of libraries that the kernels name by a short one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub libraries: BTreeMap<String, String>,
    /// How the speeds were measured, one sentence for each way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<String>,
}

impl Trials {
    /// Whether nothing was tried.
    pub fn is_empty(&self) -> bool {
        self.kernels.is_empty() && self.faulty.is_empty() && self.honest.is_empty()
    }

    /// The full name of a library.
    pub fn full_name<'a>(&'a self, library: &'a str) -> &'a str {
        self.libraries.get(library).map_or(library, String::as_str)
    }
}
