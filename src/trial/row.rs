//! What a kernel could do when it was recorded, and in what it is worse or better now.

use serde::{Deserialize, Serialize};

use super::verdict::{FaultKind, Verdict, WorstInput};

/// What one kernel could do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The name of the kernel.
    pub name: String,
    /// The instruction set, where it was chosen.
    pub isa: Option<String>,
    /// The function that it computes.
    pub function: String,
    /// Whether every possible input was tried.
    pub exhaustive: bool,
    /// The number of results that were judged.
    pub inputs: u64,
    /// The largest error in units in the last place.
    pub max_ulp: Option<f64>,
    /// The largest ratio of an error to its bound.
    pub max_ratio: Option<f64>,
    /// The input with the largest error.
    pub worst_input: Option<WorstInput>,
    /// The kinds of faults that are known.
    pub faults: Vec<FaultKind>,
}

impl Row {
    /// The row of a verdict.
    pub(super) fn new(isa: Option<&str>, verdict: &Verdict) -> Self {
        Row {
            name: verdict.name.clone(),
            isa: isa.map(str::to_owned),
            function: verdict.function.clone(),
            exhaustive: verdict.exhaustive,
            inputs: verdict.inputs,
            max_ulp: verdict.max_ulp,
            max_ratio: verdict.max_ratio,
            worst_input: verdict.worst_input.clone(),
            faults: verdict.faults.iter().map(|fault| fault.kind).collect(),
        }
    }

    /// What tells rows apart.
    pub(super) fn key(&self) -> (&str, Option<&str>, &str) {
        (&self.name, self.isa.as_deref(), &self.function)
    }

    /// What is wrong with a row of a file, and where.
    pub(super) fn flaw(&self) -> Option<(&str, String)> {
        let errors = [("max_ulp", self.max_ulp), ("max_ratio", self.max_ratio)];
        let bad = |error: Option<f64>| error.is_some_and(|error| error < 0.0 || error.is_nan());
        if let Some((field, _)) = errors.into_iter().find(|(_, error)| bad(*error)) {
            return Some((field, "an error is a number from 0 up".to_owned()));
        }
        (self.inputs == 0).then(|| ("inputs", "nothing was tried".to_owned()))
    }

    /// In what a verdict is worse.
    pub(super) fn worse(&self, verdict: &Verdict) -> Option<String> {
        let larger = |now: Option<f64>, then: Option<f64>| now.is_some() && now > then;
        if self.exhaustive || !verdict.exhaustive {
            if larger(verdict.max_ulp, self.max_ulp) {
                let (now, then) = (written(verdict.max_ulp), written(self.max_ulp));
                return Some(format!("{now} ulp instead of {then}"));
            }
            if larger(verdict.max_ratio, self.max_ratio) {
                let (now, then) = (written(verdict.max_ratio), written(self.max_ratio));
                return Some(format!("{now} of the bound instead of {then}"));
            }
        }
        let is_new = |kind: &FaultKind| !self.faults.contains(kind);
        let mut kinds = verdict.faults.iter().map(|fault| fault.kind);
        if let Some(kind) = kinds.find(is_new) {
            return Some(format!("a new fault: {}", kind.words()));
        }
        (self.exhaustive == verdict.exhaustive && verdict.inputs < self.inputs)
            .then(|| format!("{} results instead of {}", verdict.inputs, self.inputs))
    }

    /// In what a verdict is better.
    pub(super) fn better(&self, verdict: &Verdict) -> Option<String> {
        if verdict.max_ulp < self.max_ulp {
            let (now, then) = (written(verdict.max_ulp), written(self.max_ulp));
            return Some(format!("{now} ulp instead of {then}"));
        }
        if verdict.max_ratio < self.max_ratio {
            let (now, then) = (written(verdict.max_ratio), written(self.max_ratio));
            return Some(format!("{now} of the bound instead of {then}"));
        }
        let is_gone = |kind: &&FaultKind| verdict.faults.iter().all(|fault| fault.kind != **kind);
        if let Some(kind) = self.faults.iter().find(is_gone) {
            return Some(format!("no longer: {}", kind.words()));
        }
        (verdict.inputs > self.inputs)
            .then(|| format!("{} results instead of {}", verdict.inputs, self.inputs))
    }
}

fn written(error: Option<f64>) -> String {
    error.map_or("none".to_owned(), |error| error.to_string())
}
