//! A child that did not reach its end, as a fault of the kernel.

use std::ops::Range;
use std::os::unix::process::ExitStatusExt;

use sgd_stability::kernel::foreign::{Call, Death, Signature};
use sgd_stability::trial::{Fault, FaultKind};
use signal_hook::consts::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGXFSZ};

use super::inputs;
use super::narrow::Place;
use super::process::{Cause, Incident};
use super::task::Task;

/// The number of bytes from an operand within which an address is blamed on it.
const NEAR: u64 = 1 << 16;

/// The fault. `description` says what the case is, if the place is one.
pub fn fault(task: &Task, place: &Place, incident: &Incident, description: &str) -> Fault {
    let is_pair = task.signature.0 == Signature::Binary;
    let shown = |input: u64| inputs::shown_input(input, is_pair);
    let (kind, came) = words(incident);
    let (input, replay) = match place {
        Place::Loading => ("the loading of the library".to_owned(), String::new()),
        Place::Case(case) => (
            format!("case {case}: {description}"),
            format!("--case {case}"),
        ),
        Place::Input(input) => (shown(*input), inputs::flag(*input, is_pair)),
        Place::Block(block) => {
            let text = format!(
                "one of {} inputs from {} on; no single one does it alone",
                block.len(),
                shown(block[0])
            );
            (text, inputs::flag(block[0], is_pair))
        }
        Place::Unknown => ("not known".to_owned(), String::new()),
    };
    Fault {
        kind,
        count: 1,
        input,
        came,
        right: right(kind).to_owned(),
        replay,
    }
}

fn right(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Output => "nothing written",
        FaultKind::ReadOutside | FaultKind::WrittenOutside => "nothing but the operands touched",
        _ => "a return to the caller",
    }
}

/// The kind of the fault, and what happened in words.
fn words(incident: &Incident) -> (FaultKind, String) {
    match &incident.cause {
        Cause::Timeout(limit) => {
            let text = format!("no return within {} s", limit.as_secs_f64());
            (FaultKind::Timeout, text)
        }
        Cause::Death(Death::Wrote) => (
            FaultKind::Output,
            format!("written: \"{}\"", incident.output),
        ),
        Cause::Death(Death::Exit) => (FaultKind::Exit, "a call of exit".to_owned()),
        Cause::Death(Death::Signal {
            is_memory_gone: true,
            ..
        }) => {
            let text = "a crash after most of the permitted memory was taken".to_owned();
            (FaultKind::Memory, text)
        }
        Cause::Death(Death::Signal {
            signal,
            address,
            is_write,
            ..
        }) => {
            let is_about_an_address = [SIGSEGV, SIGBUS].contains(signal);
            let call = incident.suspects.first();
            let outside = call
                .filter(|_| is_about_an_address)
                .and_then(|call| outside(call, *address, *is_write));
            outside.unwrap_or_else(|| (FaultKind::Crash, signal_words(*signal, *address)))
        }
        Cause::Status(status) => match status.signal() {
            Some(SIGXFSZ) => (FaultKind::Output, "too much written".to_owned()),
            Some(_) => (FaultKind::Crash, Cause::status_words(*status)),
            None => (FaultKind::Exit, Cause::status_words(*status)),
        },
    }
}

fn signal_words(signal: i32, address: u64) -> String {
    let name = match signal {
        SIGILL => "SIGILL, an instruction that this processor does not have",
        SIGTRAP => "SIGTRAP, a trap",
        SIGABRT => "SIGABRT, a call of abort",
        SIGBUS => "SIGBUS, at a wrong address",
        SIGFPE => "SIGFPE, a division of integers by zero",
        SIGSEGV => return format!("the signal SIGSEGV at the address {address:#x}"),
        other => return format!("the signal {other}"),
    };
    format!("the signal {name}")
}

/// If the address is close to an operand, that operand and how far it is.
fn outside(call: &Call, address: u64, is_write: bool) -> Option<(FaultKind, String)> {
    let distance = |range: &Range<u64>| {
        if address >= range.end {
            address - range.end
        } else {
            range.start.saturating_sub(address)
        }
    };
    let (index, range) = { call.operands.iter().enumerate() }.min_by_key(|(_, r)| distance(r))?;
    if distance(range) > NEAR || range.contains(&address) {
        return None;
    }
    let (kind, verb) = if is_write {
        (FaultKind::WrittenOutside, "a write")
    } else {
        (FaultKind::ReadOutside, "a read")
    };
    let place = match address.checked_sub(range.end) {
        Some(0) => "right behind the end of".to_owned(),
        Some(bytes) => format!("{bytes} bytes behind the end of"),
        None => format!("{} bytes before the beginning of", range.start - address),
    };
    Some((kind, format!("{verb} {place} operand {}", index + 1)))
}
