//! Puts a function of two numbers on trial: on hard pairs and on random ones, because 2⁶⁴ pairs are too
//! many.

mod cases;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::kernels::Binary;
use super::notation::{hexadecimal, with_bits};
use super::recorder::{Example, Recorder};
use super::verdict::{CLASSES, FaultKind, Histogram, Verdict, WorstInput};
use crate::oracle::binary::{Function, judge, nearest};
use crate::oracle::unary::{Edges, Finding};
use crate::shard::Shard;
use crate::work;

/// The options of a trial.
#[derive(Clone, Debug)]
pub struct Options {
    /// The permitted error in ulps of the unrounded value.
    pub allowed_ulp: f64,
    /// The part of the pairs to try.
    pub shard: Shard,
    /// Only the pair with these bits.
    pub only: Option<[u32; 2]>,
    /// The number of random pairs.
    pub random: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            allowed_ulp: 1.0,
            shard: Shard::ALL,
            only: None,
            random: 1 << 18,
        }
    }
}

/// The number of pairs for which the kernel is called at once.
const STRETCH: usize = 4096;

/// Tries a kernel that should compute `function`. The verdict is never exhaustive. Progress is told to the
/// watcher of the calling thread.
pub fn check(kernel: &dyn Binary, name: &str, function: Function, options: &Options) -> Verdict {
    let pairs = match options.only {
        Some(bits) => vec![bits.map(f32::from_bits)],
        None => {
            let hard = cases::hard(function).into_iter();
            let pairs = hard.chain((0..options.random).map(cases::random));
            let held = pairs
                .enumerate()
                .filter(|(i, _)| options.shard.holds(i / STRETCH));
            held.map(|(_, pair)| pair).collect()
        }
    };
    let mut tally = Tally::new(function, options.allowed_ulp);
    let mut done = 0;
    for stretch in pairs.chunks(STRETCH) {
        tally.stretch(kernel, stretch);
        done += stretch.len();
        work::progress(done, pairs.len());
        work::step();
    }
    tally.verdict(name)
}

struct Tally {
    function: Function,
    allowed: f64,
    edges: Edges,
    inputs: u64,
    mistrusted: u64,
    histogram: Histogram,
    worst: Option<(f64, [f32; 2])>,
    recorder: Recorder,
}

impl Tally {
    fn new(function: Function, allowed: f64) -> Self {
        Tally {
            function,
            allowed,
            edges: Edges::new(&CLASSES, allowed),
            inputs: 0,
            mistrusted: 0,
            histogram: Histogram::default(),
            worst: None,
            recorder: Recorder::default(),
        }
    }

    fn stretch(&mut self, kernel: &dyn Binary, pairs: &[[f32; 2]]) {
        let x: Vec<f32> = pairs.iter().map(|pair| pair[0]).collect();
        let y: Vec<f32> = pairs.iter().map(|pair| pair[1]).collect();
        let mut z = vec![f32::from_bits(0x7fa5_a5a5); pairs.len()];
        kernel.map(&x, &y, &mut z);
        let judged = pairs.par_iter().zip(&z);
        let judged = judged.map(|(pair, z)| judge(self.function, *pair, *z, &self.edges));
        let findings: Vec<Finding> = judged.collect();
        for ((pair, z), finding) in pairs.iter().zip(&z).zip(findings) {
            self.add(*pair, *z, finding);
        }
    }

    fn add(&mut self, pair: [f32; 2], z: f32, finding: Finding) {
        self.inputs += 1;
        match finding {
            Finding::Error {
                class,
                ulps,
                wrong_zero,
                ..
            } => {
                let end = self.edges.ends().get(class).copied();
                self.histogram.count(end.unwrap_or(f64::INFINITY), 1);
                if self.worst.is_none_or(|(worst, _)| ulps > worst) {
                    self.worst = Some((ulps, pair));
                }
                if wrong_zero {
                    self.fault(FaultKind::SignOfZero, pair, z);
                }
                if !self.edges.permits(class) {
                    self.fault(FaultKind::TooLarge, pair, z);
                }
            }
            Finding::Saturated | Finding::Undecided => self.mistrusted += 1,
            Finding::Infinity => self.fault(FaultKind::Infinity, pair, z),
            Finding::LostNan => self.fault(FaultKind::LostNan, pair, z),
            Finding::MadeNan => self.fault(FaultKind::MadeNan, pair, z),
        }
    }

    fn fault(&mut self, kind: FaultKind, pair: [f32; 2], z: f32) {
        let function = self.function;
        self.recorder.record(kind, 1, || Example {
            input: pair.map(with_bits).join(", "),
            came: with_bits(z),
            right: with_bits(nearest(function, pair)),
            replay: format!("--input {}", bits(pair)),
        });
    }

    fn verdict(self, name: &str) -> Verdict {
        let faults = self.recorder.faults();
        Verdict {
            name: name.to_owned(),
            function: self.function.name().to_owned(),
            exhaustive: false,
            inputs: self.inputs,
            mistrusted: self.mistrusted,
            left_out: BTreeMap::new(),
            max_ulp: self.worst.map(|(ulps, _)| ulps),
            allowed_ulp: Some(self.allowed),
            max_ratio: None,
            worst_input: self.worst.map(|(_, pair)| WorstInput {
                bits: bits(pair),
                value: pair.map(hexadecimal).join(", "),
            }),
            histogram: self.histogram,
            density: Vec::new(),
            conditioned: Vec::new(),
            nanoseconds: None,
            passed: faults.is_empty() && self.inputs > self.mistrusted,
            faults,
        }
    }
}

/// Both operands as `--input` takes them.
fn bits(pair: [f32; 2]) -> String {
    pair.map(|x| format!("{:#010x}", x.to_bits())).join(",")
}
