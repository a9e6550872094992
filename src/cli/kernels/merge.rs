//! `sgd-stability kernels merge`: joins the verdicts of several shards.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::json;
use sgd_stability::error::{Error, Result};
use sgd_stability::trial::Verdict;

use super::job::read_json;
use super::show::{self, Tried};
use crate::cli::help::{exit_codes, headings};
use crate::cli::output::{Answer, Ending};

/// Join what several `kernels check --shard I/N --out FILE` found, and name the shards that are missing.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLE, after_help = exit_codes(&super::EXIT_CODES))]
pub struct Arguments {
    /// The files that `kernels check --out` wrote.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const EXAMPLE: &str = "\
Example, two machines with half of the cases each:
  $ sgd-stability kernels check --library libm.so.6 --symbol hypotf \\
      --signature binary --function hypot --sample 2000 \\
      --shard 1/2 --out one.json
  $ sgd-stability kernels check --library libm.so.6 --symbol hypotf \\
      --signature binary --function hypot --sample 2000 \\
      --shard 2/2 --out two.json
  $ sgd-stability kernels merge one.json two.json";

/// What `kernels check --out` writes.
#[derive(Deserialize)]
struct File {
    shard: String,
    sample: Option<u64>,
    kernels: Vec<Kernel>,
}

#[derive(Deserialize)]
struct Kernel {
    isa: Option<String>,
    flags: String,
    strict: bool,
    #[serde(flatten)]
    verdict: Verdict,
}

/// Joins the files.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let mut files = BTreeMap::new();
    let mut first: Option<(usize, Option<u64>)> = None;
    for path in &arguments.files {
        let file: File = read_json(path)?;
        let (index, count) = numbers(path, &file.shard)?;
        let kind = *first.get_or_insert((count, file.sample));
        if kind != (count, file.sample) {
            let fault = format!(
                "is of a trial in {count} shards, or of another --sample, than the first file"
            );
            return Err(Error::input(path.display(), "shard", fault));
        }
        if files.insert(index, file).is_some() {
            let fault = format!("shard {index} is there twice; give each file once");
            return Err(Error::input(path.display(), "shard", fault));
        }
    }
    let (count, _) = first.expect("at least one file, as clap requires");
    let missing: Vec<String> = { 1..=count }
        .filter(|index| !files.contains_key(index))
        .map(|index| format!("{index}/{count}"))
        .collect();
    let tried = joined(files.into_values().collect(), missing.is_empty());
    let mut text = show::text(&tried);
    if !missing.is_empty() {
        text += &format!("; missing shards: {}", missing.join(", "));
    }
    Ok(Answer {
        text,
        json: json!({
            "shard": if missing.is_empty() { Some("1/1") } else { None },
            "missing": missing,
            "kernels": show::json(&tried),
        }),
        ending: Ending::failed_if(!tried.iter().all(Tried::is_accepted)),
    })
}

fn numbers(path: &Path, shard: &str) -> Result<(usize, usize)> {
    let parts = shard
        .split_once('/')
        .and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
    match parts {
        Some((index, count)) if 1 <= index && index <= count => Ok((index, count)),
        _ => {
            let fault =
                format!("\"{shard}\" is no shard; give files that `kernels check --out` wrote");
            Err(Error::input(path.display(), "shard", fault))
        }
    }
}

/// The verdicts on the same kernels joined. They are exhaustive only if every shard is there.
fn joined(files: Vec<File>, is_complete: bool) -> Vec<Tried> {
    let mut joined: Vec<Kernel> = Vec::new();
    for kernel in files.into_iter().flat_map(|file| file.kernels) {
        let key = |kernel: &Kernel| {
            let verdict = &kernel.verdict;
            (
                verdict.name.clone(),
                verdict.function.clone(),
                kernel.isa.clone(),
                kernel.strict,
                verdict.allowed_ulp,
            )
        };
        match joined.iter_mut().find(|known| key(known) == key(&kernel)) {
            Some(known) => known.verdict.join(kernel.verdict),
            None => joined.push(kernel),
        }
    }
    let tried = |kernel: Kernel| {
        let Kernel {
            isa,
            flags,
            strict,
            mut verdict,
        } = kernel;
        let is_every_float = verdict.allowed_ulp.is_some() && verdict.inputs == 1 << 32;
        verdict.exhaustive = is_complete && (verdict.exhaustive || is_every_float);
        Tried {
            flags,
            is_strict: strict,
            verdict,
            isa,
            standing: None,
        }
    };
    joined.into_iter().map(tried).collect()
}
