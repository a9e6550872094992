//! A trial of numbered cases, each of which is one call of the kernel with operands in memory.
//!
//! # How a case is run
//!
//! The kernel is called twice: with NaN around the operands and in their gaps, and, at another place in
//! memory, with numbers there. Each call must leave inputs, gaps, surroundings and the floating-point
//! environment as they were. Where the results of the two calls differ, further calls tell why:
//!
//! | the same call again | only the numbers around differ | only the place differs | finding |
//! |---|---|---|---|
//! | differs | | | [`FaultKind::Differs`]: chance decides, such as a race of threads |
//! | the same | differs | | [`FaultKind::ReadOutside`] |
//! | the same | the same | differs | [`FaultKind::Differs`] by [`Policy::Strict`] |
//!
//! An honest kernel that peels to a boundary adds in an order that depends on the place, so
//! [`Policy::Reference`] permits the last, and judges both results.

use std::collections::BTreeMap;

use super::calls::{Call, Done, perform};
use super::operand::{Filling, Input, Operand};
use super::options::Options;
use super::recorder::{Example, Recorder};
use super::scope::Policy;
use super::verdict::{FaultKind, Histogram, Verdict, WorstInput};
use crate::kernel::Place;

/// A case: its number, its operands, and where they stand in each of the two calls.
#[derive(Clone, Copy)]
pub struct NumberedCase<'a> {
    /// The number that replays the case.
    pub number: u64,
    /// Describes the case.
    pub description: &'a dyn Fn() -> String,
    /// The operands.
    pub inputs: &'a [Input<'a>],
    /// The places of the operands in the first and in the second call.
    pub places: [&'a [Place]; 2],
}

/// A result that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// What is wrong.
    pub kind: FaultKind,
    /// What came.
    pub came: String,
    /// What would have been right.
    pub right: String,
}

/// What the results of a call prove.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// The number of results that are right and could have been wrong.
    pub telling: u64,
    /// The number of results that are not wrong but prove little.
    pub silent: u64,
    /// The results that are wrong.
    pub wrong: Vec<Wrong>,
    /// The largest ratio of an error to its bound.
    pub ratio: f64,
}

/// A trial of numbered cases.
pub struct CaseTrial<'a> {
    options: &'a Options<'a>,
    operands: Vec<Operand>,
    recorder: Recorder,
    left_out: BTreeMap<String, u64>,
    inputs: u64,
    mistrusted: u64,
    max_ratio: Option<f64>,
    worst: Option<WorstInput>,
}

impl<'a> CaseTrial<'a> {
    /// Calls `case` with the number of each case below `count` that the options ask for, and returns
    /// what was found.
    pub fn run(
        name: &str,
        function: &str,
        options: &'a Options<'a>,
        count: u64,
        mut case: impl FnMut(&mut Self, u64),
    ) -> Verdict {
        let mut trial = CaseTrial {
            options,
            operands: Vec::new(),
            recorder: Recorder::default(),
            left_out: BTreeMap::new(),
            inputs: 0,
            mistrusted: 0,
            max_ratio: None,
            worst: None,
        };
        for number in 0..count {
            let is_asked = options.asks_for(number, count);
            if is_asked {
                case(&mut trial, number);
            }
            if number % 256 == 0 {
                (options.progress)(number, count);
            }
        }
        (options.progress)(count, count);
        trial.verdict(name, function)
    }

    /// The policy by which the kernel is judged.
    pub fn policy(&self) -> Policy {
        self.options.policy
    }

    /// Counts a case that is outside of what the kernel takes.
    pub fn leave_out(&mut self, reason: &str) {
        *self.left_out.entry(reason.to_owned()).or_default() += 1;
    }

    /// Runs a case and judges its results.
    ///
    /// # Panics
    /// When the system has no memory for the operands.
    pub fn try_case(
        &mut self,
        case: NumberedCase,
        call: Call,
        judge: &mut dyn FnMut(&[f32]) -> Judgement,
    ) {
        (self.options.before_case)(case.number, case.description);
        let first = self.call(case, 0, Filling::NotNumbers, call);
        let second = self.call(case, 1, Filling::Numbers, call);
        self.record_faults(case, &first, &second);
        if [&first, &second].into_iter().any(crashed) {
            return;
        }
        if first.agrees(&second) {
            return self.judge(case, &first, judge);
        }
        match self.why_different(case, call, &first) {
            Some(kind) => self.record(case, kind, || {
                let right = "the same results from both calls".to_owned();
                (different(&first, &second), right)
            }),
            None => {
                self.judge(case, &first, judge);
                self.judge(case, &second, judge);
            }
        }
    }

    fn call(&mut self, case: NumberedCase, places: usize, filling: Filling, call: Call) -> Done {
        let places = case.places[places];
        perform(&mut self.operands, case.inputs, places, filling, call)
    }

    /// Why two calls gave different results; `None` if an honest order of additions may be the reason.
    fn why_different(&mut self, case: NumberedCase, call: Call, first: &Done) -> Option<FaultKind> {
        for _ in 0..3 {
            let again = self.call(case, 0, Filling::NotNumbers, call);
            if !again.agrees(first) {
                return Some(FaultKind::Differs);
            }
        }
        let with_numbers = self.call(case, 0, Filling::Numbers, call);
        match (with_numbers.agrees(first), self.policy()) {
            (false, _) => Some(FaultKind::ReadOutside),
            (true, Policy::Strict) => Some(FaultKind::Differs),
            (true, Policy::Reference) => None,
        }
    }

    /// Records what is wrong with the calls themselves, each kind once for the case.
    fn record_faults(&mut self, case: NumberedCase, first: &Done, second: &Done) {
        let mut seen = Vec::new();
        for (kind, came) in first.faults.iter().chain(&second.faults) {
            if !seen.contains(kind) {
                seen.push(*kind);
                let right = || "everything but the results as it was".to_owned();
                self.record(case, *kind, || (came.clone(), right()));
            }
        }
    }

    fn judge(
        &mut self,
        case: NumberedCase,
        done: &Done,
        judge: &mut dyn FnMut(&[f32]) -> Judgement,
    ) {
        let found = judge(&done.results);
        self.inputs += found.telling + found.silent + found.wrong.len() as u64;
        self.mistrusted += found.silent;
        for wrong in found.wrong {
            self.record(case, wrong.kind, || (wrong.came, wrong.right));
        }
        if found.ratio > self.max_ratio.unwrap_or(0.0) {
            self.worst = Some(WorstInput {
                bits: format!("case {}", case.number),
                value: (case.description)(),
            });
        }
        self.max_ratio = Some(found.ratio.max(self.max_ratio.unwrap_or(0.0)));
    }

    /// Records a fault of a case; `texts` says what came and what is right.
    fn record(
        &mut self,
        case: NumberedCase,
        kind: FaultKind,
        texts: impl FnOnce() -> (String, String),
    ) {
        self.recorder.record(kind, 1, || {
            let (came, right) = texts();
            Example {
                input: format!("case {}: {}", case.number, (case.description)()),
                came,
                right,
                replay: format!("--case {}", case.number),
            }
        });
    }

    fn verdict(self, name: &str, function: &str) -> Verdict {
        let passed = self.recorder.is_clean() && self.mistrusted < self.inputs;
        Verdict {
            name: name.to_owned(),
            function: function.to_owned(),
            exhaustive: false,
            inputs: self.inputs,
            mistrusted: self.mistrusted,
            left_out: self.left_out,
            max_ulp: None,
            allowed_ulp: None,
            max_ratio: self.max_ratio,
            worst_input: self.worst,
            histogram: Histogram::default(),
            density: Vec::new(),
            conditioned: Vec::new(),
            nanoseconds: None,
            faults: self.recorder.faults(),
            passed,
        }
    }
}

fn crashed(done: &Done) -> bool {
    done.faults
        .iter()
        .any(|(kind, _)| *kind == FaultKind::Crash)
}

/// The first result in which two calls differ.
fn different(first: &Done, second: &Done) -> String {
    let pairs = first.results.iter().zip(&second.results).enumerate();
    let unlike = |&(_, (x, y)): &(usize, (&f32, &f32))| x.to_bits() != y.to_bits();
    match { pairs }.find(unlike) {
        Some((index, (x, y))) => format!(
            "result {index}: {} in one call, {} in the other",
            shown(*x),
            shown(*y)
        ),
        None => "results that differ in number".to_owned(),
    }
}

/// A float as its bits and its value: `0x3f800000 = 1`.
pub fn shown(x: f32) -> String {
    format!("{:#010x} = {x:e}", x.to_bits())
}
