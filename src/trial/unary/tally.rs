//! Gathers what is found of single results.

use std::collections::BTreeMap;

use crate::oracle::unary::{Edges, Finding, Function, nearest};
use crate::trial::bins;
use crate::trial::notation::{hexadecimal, with_bits};
use crate::trial::recorder::{Example, Recorder};
use crate::trial::verdict::{CLASSES, Density, FaultKind, Histogram, Verdict, WorstInput};

/// What was found so far.
pub(super) struct Tally {
    function: Function,
    edges: Edges,
    /// The number of results in each class of [`Edges`].
    counts: Vec<u64>,
    inputs: u64,
    mistrusted: u64,
    worst: Option<Worst>,
    recorder: Recorder,
    bins: BTreeMap<u32, Bin>,
}

#[derive(Clone, Copy)]
struct Worst {
    ulps: f64,
    input: u32,
}

#[derive(Clone, Default)]
struct Bin {
    most: f64,
    counts: Vec<u64>,
}

/// The bin ([`bins`]) of an input, given by its bits.
pub(super) fn bin(input: u32) -> u32 {
    bins::bin(f32::from_bits(input))
}

impl Tally {
    pub fn new(function: Function, allowed: f64) -> Self {
        let edges = Edges::new(&CLASSES, allowed);
        Tally {
            function,
            counts: vec![0; edges.ends().len() + 1],
            edges,
            inputs: 0,
            mistrusted: 0,
            worst: None,
            recorder: Recorder::default(),
            bins: BTreeMap::new(),
        }
    }

    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    /// The largest error so far, or −1.
    pub fn largest(&self) -> f64 {
        self.worst.map_or(-1.0, |worst| worst.ulps)
    }

    /// Counts a result that was judged by itself.
    pub fn add(&mut self, input: u32, y: f32, finding: Finding) {
        self.add_many(input, y, finding, 1);
    }

    /// Counts `count` results that are alike, with one of them as the example.
    pub fn add_many(&mut self, input: u32, y: f32, finding: Finding, count: u64) {
        self.inputs += count;
        match finding {
            Finding::Error {
                class,
                ulps,
                wrong_zero,
                ..
            } => {
                self.count(bin(input), class, count);
                self.weigh(input, ulps);
                if wrong_zero {
                    self.fault(FaultKind::SignOfZero, count, input, y);
                }
                if !self.edges.permits(class) {
                    self.fault(FaultKind::TooLarge, count, input, y);
                }
            }
            Finding::Saturated | Finding::Undecided => self.mistrusted += count,
            Finding::Infinity => self.fault(FaultKind::Infinity, count, input, y),
            Finding::LostNan => self.fault(FaultKind::LostNan, count, input, y),
            Finding::MadeNan => self.fault(FaultKind::MadeNan, count, input, y),
        }
    }

    /// Counts results that are as they should be but prove little.
    pub fn add_saturated(&mut self, count: u64) {
        self.inputs += count;
        self.mistrusted += count;
    }

    /// Counts results of one class whose error is permitted or was recorded.
    pub fn add_class(&mut self, bin: u32, class: usize, count: u64) {
        self.inputs += count;
        self.count(bin, class, count);
    }

    fn count(&mut self, bin: u32, class: usize, count: u64) {
        self.counts[class] += count;
        let classes = self.counts.len();
        let bin = self.bins.entry(bin).or_default();
        bin.counts.resize(classes, 0);
        bin.counts[class] += count;
    }

    /// Takes notice of an error that may be the largest. Of equal errors the one of the least |x| counts,
    /// and of these the positive.
    pub fn weigh(&mut self, input: u32, ulps: f64) {
        self.see(bin(input), ulps);
        let order = |input: u32| input.rotate_left(1);
        let is_worse = self.worst.is_none_or(|worst| {
            ulps > worst.ulps || (ulps == worst.ulps && order(input) < order(worst.input))
        });
        if is_worse {
            self.worst = Some(Worst { ulps, input });
        }
    }

    /// Takes notice of an error for the density.
    pub fn see(&mut self, bin: u32, ulps: f64) {
        let bin = self.bins.entry(bin).or_default();
        bin.most = bin.most.max(ulps);
    }

    /// Records a fault.
    pub fn fault(&mut self, kind: FaultKind, count: u64, input: u32, y: f32) {
        let function = self.function;
        self.recorder.record(kind, count, || {
            let x = f32::from_bits(input);
            Example {
                input: with_bits(x),
                came: with_bits(y),
                right: right(function, x),
                replay: format!("--input {input:#010x}"),
            }
        });
    }

    /// Records breaks of the order or symmetry, with an example of two neighbours or opposites. `replay` is
    /// the flag for the piece that shows them again; one input alone does not.
    pub fn pair_fault(
        &mut self,
        kind: FaultKind,
        count: u64,
        replay: String,
        pair: impl FnOnce() -> [(u32, f32); 2],
    ) {
        let function = self.function;
        self.recorder.record(kind, count, || {
            let [(a, fa), (b, fb)] = pair();
            let [xa, xb] = [a, b].map(f32::from_bits);
            Example {
                input: format!("{} and {}", with_bits(xa), with_bits(xb)),
                came: format!("{} and {}", with_bits(fa), with_bits(fb)),
                right: format!("{} and {}", right(function, xa), right(function, xb)),
                replay,
            }
        });
    }

    /// The verdict on these results.
    pub fn verdict(self, name: &str, allowed: f64, strict: bool) -> Verdict {
        let histogram = |counts: &[u64]| {
            let mut histogram = Histogram::default();
            for (class, count) in counts.iter().enumerate() {
                let end = self.edges.ends().get(class).copied();
                histogram.count(end.unwrap_or(f64::INFINITY), *count);
            }
            histogram
        };
        let density = self.bins.iter().map(|(bin, found)| Density {
            bin: *bin,
            max_ulp: found.most,
            histogram: histogram(&found.counts),
        });
        let density = density.collect();
        let faults = self.recorder.faults();
        let is_grave = |kind: FaultKind| strict || !kind.is_of_order();
        Verdict {
            name: name.to_owned(),
            function: self.function.name().to_owned(),
            exhaustive: false,
            inputs: self.inputs,
            mistrusted: self.mistrusted,
            left_out: BTreeMap::new(),
            max_ulp: self.worst.map(|worst| worst.ulps),
            allowed_ulp: Some(allowed),
            max_ratio: None,
            worst_input: self.worst.map(|worst| WorstInput {
                bits: format!("{:#010x}", worst.input),
                value: hexadecimal(f32::from_bits(worst.input)),
            }),
            histogram: histogram(&self.counts),
            density,
            conditioned: Vec::new(),
            nanoseconds: None,
            passed: self.inputs > 0 && !faults.iter().any(|fault| is_grave(fault.kind)),
            faults,
        }
    }
}

/// What is right at `x`: the nearest f32, and more digits of the value.
fn right(function: Function, x: f32) -> String {
    use crate::oracle::unary::{Expected, expected};
    let rounded = with_bits(nearest(function, x));
    match expected(function, x) {
        Expected::Number => {
            let value = function.enclose(x.into(), 96).nearest();
            format!("{rounded}, unrounded {value:e}")
        }
        Expected::ZeroOrNan => format!("{rounded}, or NaN"),
        _ => rounded,
    }
}
