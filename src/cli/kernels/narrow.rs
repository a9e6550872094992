//! Finds the one case or the one input that ended a child process.

use std::time::Duration;

use sgd_stability::error::Result;
use sgd_stability::kernel::foreign::{Call, Death, LOADING, NO_CASE, Signature};

use super::job::{Job, Work};
use super::process::{Cause, End, Incident, run};

/// What ended a child.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The library could not be loaded.
    Loading,
    /// A numbered case.
    Case(u64),
    /// The arguments of a call; the bits of a second one in the upper half.
    Input(u64),
    /// One of these inputs; no single one does it alone.
    Block(Vec<u64>),
    /// Nothing is known.
    Unknown,
}

/// The place, and the incident as it was seen last.
pub fn narrow(job: &Job, incident: Incident, limit: Duration) -> Result<(Place, Incident)> {
    let cases = incident.suspects.iter().map(|call| call.case);
    let case = cases.clone().find(|case| *case != NO_CASE);
    match case {
        Some(LOADING) => return Ok((Place::Loading, incident)),
        Some(case) => return Ok((Place::Case(case), incident)),
        None => {}
    }
    let narrowing = Narrowing { job, limit };
    let is_array = job.task.signature.0 == Signature::VectorUnary;
    if let ([call], false) = (&incident.suspects[..], is_array)
        && incident.cause != Cause::Death(Death::Wrote)
        && let Some(input) = call.scalar
    {
        return Ok((Place::Input(input), incident));
    }
    for call in &incident.suspects {
        let inputs = inputs(call, &incident.cause);
        if let Some(found) = narrowing.within(inputs, is_array)? {
            return Ok(found);
        }
    }
    let block = incident
        .suspects
        .iter()
        .map(|call| inputs(call, &incident.cause));
    let block: Vec<u64> = block.flatten().collect();
    let place = if block.is_empty() {
        Place::Unknown
    } else {
        Place::Block(block)
    };
    Ok((place, incident))
}

/// The inputs that a call may have tripped over. Output is seen only at the end of a block.
fn inputs(call: &Call, cause: &Cause) -> Vec<u64> {
    let block = call.inputs.iter().flatten();
    let block: Vec<u64> = block.map(|x| u64::from(x.to_bits())).collect();
    match call.scalar {
        Some(input) if *cause != Cause::Death(Death::Wrote) || block.is_empty() => vec![input],
        _ => block,
    }
}

struct Narrowing<'a> {
    job: &'a Job,
    limit: Duration,
}

impl Narrowing<'_> {
    /// The incident, if a call with these inputs alone has one.
    fn incident(&self, inputs: &[u64]) -> Result<Option<Incident>> {
        let job = Job {
            work: Work::Call(inputs.to_vec()),
            ..self.job.clone()
        };
        Ok(match run(&job, self.limit, &|_, _| {})? {
            End::Died(incident) => Some(incident),
            End::Outcome(_) => None,
        })
    }

    fn within(&self, inputs: Vec<u64>, is_array: bool) -> Result<Option<(Place, Incident)>> {
        if inputs.is_empty() {
            return Ok(None);
        }
        let Some(mut incident) = self.incident(&inputs)? else {
            return Ok(None);
        };
        if !is_array {
            // Single calls are watched one by one.
            let input = incident.suspects.first().and_then(|call| call.scalar);
            return Ok(Some((
                input.map_or(Place::Block(inputs), Place::Input),
                incident,
            )));
        }
        let mut left = inputs;
        while left.len() > 1 {
            let (first, second) = left.split_at(left.len() / 2);
            let halves = [first.to_vec(), second.to_vec()];
            let mut smaller = None;
            for half in halves {
                if let Some(found) = self.incident(&half)? {
                    smaller = Some((half, found));
                    break;
                }
            }
            let Some(found) = smaller else {
                return Ok(Some((Place::Block(left), incident)));
            };
            (left, incident) = found;
        }
        Ok(Some((Place::Input(left[0]), incident)))
    }
}
