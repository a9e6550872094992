//! What a trial found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::fault::{Fault, FaultKind};
use super::recorder::Recorder;

/// What a trial of one kernel found. Parts of a trial ([`crate::shard`]) are joined by [`Verdict::join`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The name of the kernel.
    pub name: String,
    /// The function that it should compute, such as `tanh` or `sdot`.
    pub function: String,
    /// Whether every possible input was tried.
    pub exhaustive: bool,
    /// The number of results that were judged.
    pub inputs: u64,
    /// The number of results or cases that prove little: all zeros, saturated, NaN on both sides.
    pub mistrusted: u64,
    /// The number of cases outside of what the kernel takes, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// The largest error in units in the last place of the unrounded value; `None` where the error is
    /// judged by a bound of another kind.
    pub max_ulp: Option<f64>,
    /// The permitted error in units in the last place.
    pub allowed_ulp: Option<f64>,
    /// The largest ratio of an error to its proved bound; `None` where the error is judged in ulps.
    pub max_ratio: Option<f64>,
    /// The input with the largest error or ratio.
    pub worst_input: Option<WorstInput>,
    /// How many results have which error in ulps.
    pub histogram: Histogram,
    /// The error against the input, for a figure; written as runs of equal bins.
    #[serde(with = "super::runs")]
    pub density: Vec<Density>,
    /// The error of a dot product against the condition number, for a figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditioned: Vec<Conditioned>,
    /// The time for one element in nanoseconds, if it was measured; `measured` in the file says how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nanoseconds: Option<f64>,
    /// What is wrong, one entry for each kind.
    pub faults: Vec<Fault>,
    /// Whether the kernel passed: nothing that was asked of it is wrong, and something was proved. Of a
    /// function of one number, breaks of the order and of the symmetry ([`FaultKind::is_of_order`]) are
    /// always counted in `faults`, but make this false only where the trial is strict.
    pub passed: bool,
}

/// The input with the largest error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorstInput {
    /// The bits, such as `0x3e6ee50c`, or the number of a case.
    pub bits: String,
    /// The same in words, such as `0x1.ddca18p-3`, or a description of the case.
    pub value: String,
}

/// The upper ends of the classes of a [`Histogram`]; the last class has none.
pub const CLASSES: [f64; 7] = [0.0, 0.5, 0.51, 1.0, 2.0, 10.0, 100.0];

/// The number of results by error: 0, at most ½, 0.51, 1, 2, 10, 100 ulps, and more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram(pub [u64; 8]);

impl Histogram {
    /// Counts `count` results with this error.
    pub fn count(&mut self, ulps: f64, count: u64) {
        let class = CLASSES.iter().position(|end| ulps <= *end);
        self.0[class.unwrap_or(CLASSES.len())] += count;
    }

    /// Adds the counts of another histogram.
    pub fn join(&mut self, other: &Histogram) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

/// How large the error is in one bin of inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// The bin of inputs ([`super::bins`]), counted from −∞ upwards.
    pub bin: u32,
    /// The largest error there, in ulps.
    pub max_ulp: f64,
    /// The number of results by error.
    pub histogram: Histogram,
}

/// One dot product of prescribed condition, and what a kernel made of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditioned {
    /// The condition number.
    pub condition: f64,
    /// The relative error of the result; `None` if the result is infinite or NaN.
    pub error: Option<f64>,
    /// The proved bound on the relative error, for any order of the additions.
    pub bound: f64,
}

impl Verdict {
    /// Joins the verdict on another part of the same trial to this one. The result is exhaustive if the
    /// caller says so, because only the caller knows whether all parts are there.
    pub fn join(&mut self, other: Verdict) {
        if worse(other.max_ulp, self.max_ulp) || worse(other.max_ratio, self.max_ratio) {
            self.worst_input = other.worst_input;
        }
        self.inputs += other.inputs;
        self.mistrusted += other.mistrusted;
        for (reason, count) in other.left_out {
            *self.left_out.entry(reason).or_default() += count;
        }
        self.max_ulp = larger(self.max_ulp, other.max_ulp);
        self.max_ratio = larger(self.max_ratio, other.max_ratio);
        self.histogram.join(&other.histogram);
        self.join_density(other.density);
        self.add_faults(other.faults);
        self.exhaustive &= other.exhaustive;
        self.passed &= other.passed;
    }

    /// Adds faults that were found elsewhere, in the order of their kinds.
    pub fn add_faults(&mut self, faults: impl IntoIterator<Item = Fault>) {
        let mut recorder = Recorder::default();
        recorder.join(std::mem::take(&mut self.faults));
        recorder.join(faults);
        self.faults = recorder.faults();
    }

    fn join_density(&mut self, more: Vec<Density>) {
        for bin in more {
            match self
                .density
                .binary_search_by_key(&bin.bin, |known| known.bin)
            {
                Ok(place) => {
                    let known = &mut self.density[place];
                    known.max_ulp = known.max_ulp.max(bin.max_ulp);
                    known.histogram.join(&bin.histogram);
                }
                Err(place) => self.density.insert(place, bin),
            }
        }
    }
}

fn worse(error: Option<f64>, than: Option<f64>) -> bool {
    error.is_some() && error > than
}

fn larger(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    if worse(b, a) { b } else { a }
}
