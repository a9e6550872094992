//! `sgd-stability kernels check`: tries kernels.

use std::path::Path;

use serde_json::{Value, json};
use sgd_stability::error::{Error, Result};
use sgd_stability::shard::Shard;
use sgd_stability::trial::{FaultKind, Table, Verdict};
use sgd_stability::write;

use super::arguments::Arguments;
use super::baseline::{self, Standing};
use super::chosen::{Subject, chosen};
use super::inputs;
use super::job::Part;
use super::show::{self, Tried};
use super::supervised::Limits;
use crate::cli::output::{Answer, Ending};
use crate::cli::progress::progress;

/// Tries the chosen kernels.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let part = part(arguments)?;
    let subjects = chosen(arguments)?;
    let table = table(arguments)?;
    let mut tried = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        tried.push(attempt(arguments, subject, &part, (index, subjects.len()))?);
    }
    if let Some(table) = table {
        for one in &mut tried {
            one.standing = Some(Standing(
                table.compare(one.isa.as_deref(), &mut one.verdict),
            ));
        }
        if arguments.record {
            record(arguments, table, &tried)?;
        }
    }
    let json = json!({
        "shard": part.shard,
        "sample": part.sample,
        "kernels": show::json(&tried),
    });
    if let Some(path) = &arguments.out {
        write_verdicts(path, &json)?;
    }
    let is_failed = !arguments.record && !tried.iter().all(Tried::is_accepted);
    Ok(Answer {
        text: show::text(&tried),
        json,
        ending: Ending::failed_if(is_failed),
    })
}

fn write_verdicts(path: &Path, json: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(json).expect("a JSON value has string keys");
    write::write_file(path, format!("{text}\n").as_bytes())
}

/// The part of the trial that the flags ask for.
fn part(arguments: &Arguments) -> Result<Part> {
    let input = arguments.input.as_deref().map(inputs::parse).transpose();
    let shard: std::result::Result<Shard, String> = arguments.shard.parse();
    shard.map_err(|fault| Error::input("kernels check", "--shard", fault))?;
    Ok(Part {
        case: arguments.case,
        input: input.map_err(|fault| Error::input("kernels check", "--input", fault))?,
        sample: arguments.sample,
        is_every_input: arguments.every_input,
        shard: arguments.shard.clone(),
        ..Part::default()
    })
}

/// The path of the committed table of our own kernels, in the folder of the sources.
const OURS: &str = "src/trial/ours.json";

/// The table to compare with: a baseline, or for our own kernels the committed one.
fn table(arguments: &Arguments) -> Result<Option<Table>> {
    let is_own = arguments.library.is_none() && arguments.kernels.is_none();
    match &arguments.baseline {
        Some(path) => Ok(Some(baseline::read(path, arguments.record)?)),
        // What was recorded since the program was built must not be lost.
        None if is_own && arguments.record && Path::new(OURS).exists() => {
            Ok(Some(baseline::read(Path::new(OURS), true)?))
        }
        None if is_own => Ok(Some(Table::ours()?)),
        None if arguments.record => {
            let fault = "needs --baseline FILE, the file to write";
            Err(Error::input("kernels check", "--record", fault))
        }
        None => Ok(None),
    }
}

/// Writes the verdicts to the table that they were compared with.
fn record(arguments: &Arguments, table: Table, tried: &[Tried]) -> Result<()> {
    let path = arguments.baseline.as_deref().unwrap_or(Path::new(OURS));
    if arguments.baseline.is_none() && !path.exists() {
        let fault = "is not here; run it in the folder of the sources, or add --baseline FILE";
        return Err(Error::input(path.display(), "--record", fault));
    }
    let before = |verdict: &Verdict| {
        let mut verdict = verdict.clone();
        verdict
            .faults
            .retain(|fault| fault.kind != FaultKind::Worse);
        verdict
    };
    let verdicts: Vec<Verdict> = tried.iter().map(|one| before(&one.verdict)).collect();
    let isas = tried.iter().map(|one| one.isa.as_deref());
    baseline::write(path, &table.recorded(isas.zip(&verdicts)))
}

fn attempt(
    arguments: &Arguments,
    subject: &Subject,
    part: &Part,
    (index, all): (usize, usize),
) -> Result<Tried> {
    let bar = progress(1);
    bar.set_message(format!("kernel {} of {all}: {}", index + 1, subject.name()));
    let tell = |done: u64, most: u64| {
        bar.set_length(most.max(1));
        bar.set_position(done);
    };
    let limits = Limits {
        time: arguments.time_limit,
        memory: arguments.memory_limit,
    };
    let verdict = subject.attempt(part, limits, arguments.resume.as_deref(), &tell)?;
    bar.finish_and_clear();
    Ok(Tried {
        verdict,
        flags: subject.flags(),
        is_strict: subject.is_strict(),
        isa: subject.isa().map(str::to_owned),
        standing: None,
    })
}
