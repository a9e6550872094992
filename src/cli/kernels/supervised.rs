//! The trial of a foreign kernel, in child processes that may die.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use sgd_stability::error::{Error, Kind, Result};
use sgd_stability::trial::{Fault, Histogram, Verdict};

use super::incident::fault;
use super::job::{Job, Outcome, Part, Work};
use super::narrow::{Place, narrow};
use super::process::{End, Incident, description, run};
use super::task::Task;

/// What a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most time.
    pub time: Duration,
    /// The most memory of its process, in bytes.
    pub memory: u64,
}

/// After so many deaths, the rest of a trial is left out.
const MOST_DEATHS: usize = 5;

/// Tries a kernel. After a death of the child, the case that did it is recorded and the trial begins
/// again without that case.
pub fn attempt(
    task: &Task,
    part: Part,
    limits: Limits,
    progress: &dyn Fn(u64, u64),
) -> Result<Verdict> {
    let mut job = Job {
        task: task.clone(),
        work: Work::Try(part.clone()),
        memory: limits.memory,
    };
    let (mut part, mut faults) = (part, Vec::new());
    let io = |cause| Error::unwritable(&std::env::temp_dir(), cause);
    // Pieces that are finished need not be tried again after a death.
    let pieces = tempfile::tempdir().map_err(io)?;
    part.folder.get_or_insert_with(|| pieces.path().to_owned());
    let all = Cell::new(0);
    let progress = |done, most| {
        all.set(most);
        progress(done, most);
    };
    loop {
        job.work = Work::Try(part.clone());
        let incident = match run(&job, limits.time, &progress)? {
            End::Outcome(Outcome::Tried(verdict)) => return Ok(joined(*verdict, faults)),
            End::Outcome(Outcome::Refused(message)) => {
                return Err(Error {
                    kind: Kind::Input,
                    message,
                });
            }
            End::Outcome(Outcome::Called) => {
                return Err(Error::internal("a trial ended without a verdict"));
            }
            End::Died(incident) => incident,
        };
        let (place, incident) = narrow(&job, incident, limits.time)?;
        faults.push(blame(&job, &place, &incident, limits)?);
        match place {
            Place::Case(case) if part.case.is_none() => part.skipped_cases.push(case),
            Place::Input(input) if part.input.is_none() => part.skipped_inputs.push(input),
            Place::Block(block) if part.input.is_none() => part.skipped_inputs.extend(block),
            _ => return Ok(given_up(task, faults, all.get())),
        }
        if faults.len() >= MOST_DEATHS {
            return Ok(given_up(task, faults, all.get()));
        }
    }
}

fn blame(job: &Job, place: &Place, incident: &Incident, limits: Limits) -> Result<Fault> {
    let description = match place {
        Place::Case(case) => {
            let work = Work::Describe(*case);
            description(
                &Job {
                    work,
                    ..job.clone()
                },
                limits.time,
            )?
        }
        _ => String::new(),
    };
    Ok(fault(&job.task, place, incident, &description))
}

/// The verdict with the faults that ended a child.
fn joined(mut verdict: Verdict, deaths: Vec<Fault>) -> Verdict {
    let count = deaths.len() as u64;
    if count > 0 {
        let reason = "it ended the process".to_owned();
        *verdict.left_out.entry(reason).or_default() += count;
        verdict.passed = false;
        verdict.exhaustive = false;
    }
    verdict.add_faults(deaths);
    verdict
}

/// The verdict on a kernel whose trial, of `all` cases or inputs, did not come to an end.
fn given_up(task: &Task, deaths: Vec<Fault>, all: u64) -> Verdict {
    let reason = "not judged, because the process died too often".to_owned();
    let rest = all.saturating_sub(deaths.len() as u64);
    let nothing = Verdict {
        name: task.name.clone(),
        function: task.function.clone(),
        exhaustive: false,
        inputs: 0,
        mistrusted: 0,
        left_out: BTreeMap::from_iter((rest > 0).then_some((reason, rest))),
        max_ulp: None,
        allowed_ulp: task.signature.0.needs_function().then_some(task.max_ulp),
        max_ratio: None,
        worst_input: None,
        histogram: Histogram::default(),
        density: Vec::new(),
        conditioned: Vec::new(),
        nanoseconds: None,
        faults: Vec::new(),
        passed: false,
    };
    joined(nothing, deaths)
}
