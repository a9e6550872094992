//! Verdicts of an earlier run, which a kernel must not fall behind.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use sgd_stability::error::{Error, Result};
use sgd_stability::trial::{Fault, FaultKind, Verdict};
use sgd_stability::{read, write};

/// The recorded verdicts: a file with the JSON of `kernels check`.
#[derive(Debug, Default, Deserialize)]
pub struct Baseline {
    kernels: Vec<Verdict>,
}

/// How a verdict stands to the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// There is no record of this kernel.
    New,
    /// As recorded.
    Same,
    /// Better than recorded; the sentence says how.
    Better(String),
    /// Worse than recorded; the sentence says how.
    Worse(String),
}

impl Standing {
    /// The word in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Standing::New => "new",
            Standing::Same => "same",
            Standing::Better(_) => "better",
            Standing::Worse(_) => "worse",
        }
    }

    /// What to tell the reader.
    pub fn sentence(&self) -> Option<String> {
        match self {
            Standing::New => Some("not in the baseline yet: --record adds it".to_owned()),
            Standing::Same => None,
            Standing::Better(how) => Some(format!(
                "better than the baseline: {how}; --record keeps it"
            )),
            Standing::Worse(how) => Some(format!("worse than the baseline: {how}")),
        }
    }

    /// Whether the kernel is no worse than before or, without a record, within its bounds.
    pub fn is_accepted(&self, verdict: &Verdict) -> bool {
        match self {
            Standing::New => verdict.passed,
            Standing::Same | Standing::Better(_) => true,
            Standing::Worse(_) => false,
        }
    }
}

impl Baseline {
    /// Reads a file. If it is about to be recorded, it need not exist.
    pub fn read(path: &Path, is_recorded: bool) -> Result<Baseline> {
        if !path.exists() {
            if is_recorded {
                return Ok(Baseline::default());
            }
            let fault = "does not exist; add --record to write it";
            return Err(Error::input(path.display(), "file", fault));
        }
        let text = read::text(path)?;
        let read = serde_json::from_str(&text);
        read.map_err(|fault| {
            Error::input(path.display(), "file", format!("is no baseline: {fault}"))
        })
    }

    /// Compares a verdict with the recorded one. If it is worse, that becomes one of its faults.
    pub fn compare(&self, verdict: &mut Verdict) -> Standing {
        let Some(known) = self
            .kernels
            .iter()
            .find(|known| is_same_kernel(known, verdict))
        else {
            return Standing::New;
        };
        let standing = compare(known, verdict);
        if let Standing::Worse(how) = &standing {
            verdict.passed = false;
            verdict.faults.push(Fault {
                kind: FaultKind::Worse,
                count: 1,
                input: verdict.worst_input.as_ref().map_or(String::new(), |worst| {
                    format!("{} = {}", worst.bits, worst.value)
                }),
                came: how.clone(),
                right: "nothing worse than the baseline".to_owned(),
                replay: String::new(),
            });
        }
        standing
    }

    /// Writes the file with these verdicts in place of the recorded ones of the same kernels.
    pub fn record(mut self, path: &Path, new: &[&Verdict]) -> Result<()> {
        for &verdict in new {
            let mut verdict = verdict.clone();
            verdict
                .faults
                .retain(|fault| fault.kind != FaultKind::Worse);
            verdict.density.clear();
            match self
                .kernels
                .iter_mut()
                .find(|known| is_same_kernel(known, &verdict))
            {
                Some(known) => *known = verdict,
                None => self.kernels.push(verdict),
            }
        }
        let value: Value = json!({"kernels": self.kernels});
        let text = serde_json::to_string_pretty(&value).expect("a JSON value has string keys");
        write::write_file(path, format!("{text}\n").as_bytes())
    }
}

fn is_same_kernel(one: &Verdict, other: &Verdict) -> bool {
    (&one.name, &one.function) == (&other.name, &other.function)
}

fn compare(known: &Verdict, now: &Verdict) -> Standing {
    let count = |verdict: &Verdict, kind| {
        let fault = verdict.faults.iter().find(|fault| fault.kind == kind);
        fault.map_or(0, |fault| fault.count)
    };
    for fault in &now.faults {
        let before = count(known, fault.kind);
        if fault.count > before {
            let how = format!(
                "{}, {} instead of {before}",
                fault.kind.words(),
                fault.count
            );
            return Standing::Worse(how);
        }
    }
    let errors = [
        ("ulp", known.max_ulp, now.max_ulp),
        ("of its bound", known.max_ratio, now.max_ratio),
    ];
    for (unit, before, after) in errors {
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        if after > before {
            return Standing::Worse(format!("an error of {after} {unit} instead of {before}"));
        }
        // A smaller error at fewer inputs is no merit.
        if after < before && now.inputs >= known.inputs {
            return Standing::Better(format!("an error of {after} {unit} instead of {before}"));
        }
    }
    let gone = known
        .faults
        .iter()
        .find(|fault| count(now, fault.kind) < fault.count);
    match gone {
        Some(fault) if now.inputs >= known.inputs => {
            let left = count(now, fault.kind);
            Standing::Better(format!(
                "{}, {left} instead of {}",
                fault.kind.words(),
                fault.count
            ))
        }
        _ => Standing::Same,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sgd_stability::trial::Histogram;

    use super::*;

    fn verdict(max_ulp: f64, lost: u64) -> Verdict {
        let fault = Fault {
            kind: FaultKind::LostNan,
            count: lost,
            input: String::new(),
            came: String::new(),
            right: String::new(),
            replay: String::new(),
        };
        Verdict {
            name: "f".to_owned(),
            function: "exp".to_owned(),
            exhaustive: false,
            inputs: 10,
            mistrusted: 0,
            left_out: BTreeMap::new(),
            max_ulp: Some(max_ulp),
            allowed_ulp: Some(1.0),
            max_ratio: None,
            worst_input: None,
            histogram: Histogram::default(),
            density: Vec::new(),
            conditioned: Vec::new(),
            nanoseconds: None,
            faults: if lost > 0 { vec![fault] } else { vec![] },
            passed: lost == 0,
        }
    }

    #[test]
    fn worse_is_not_accepted_and_better_is_said() {
        let baseline = Baseline {
            kernels: vec![verdict(0.75, 2)],
        };
        for (max_ulp, lost, name, is_accepted) in [
            (0.75, 2, "same", true),
            (0.75, 3, "worse", false),
            (0.76, 2, "worse", false),
            (0.5, 2, "better", true),
            (0.75, 0, "better", true),
        ] {
            let mut now = verdict(max_ulp, lost);
            let standing = baseline.compare(&mut now);
            assert_eq!(standing.name(), name, "{max_ulp} {lost}");
            assert_eq!(standing.is_accepted(&now), is_accepted);
            let is_fault = now
                .faults
                .iter()
                .any(|fault| fault.kind == FaultKind::Worse);
            assert_eq!(is_fault, !is_accepted);
        }
        let mut few = verdict(0.5, 2);
        few.inputs = 9;
        assert_eq!(baseline.compare(&mut few), Standing::Same);
        let mut other = verdict(0.5, 0);
        other.function = "log".to_owned();
        assert_eq!(baseline.compare(&mut other), Standing::New);
    }
}
