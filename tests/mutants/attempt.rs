//! Tries one mutant: builds it, and runs the tests that see its file, the nearest first.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::mutant::Mutant;
use crate::scratch::Scratch;
use crate::stages::{Stage, all, stages};
use crate::watch::{Ended, watch};

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "end", content = "by")]
pub enum End {
    /// This test failed, or the program crashed or did not end.
    Caught(String),
    /// All tests passed.
    Survived,
    /// It does not compile, for this reason, which says nothing about the tests.
    Unbuildable(String),
}

/// How long a program may run that nothing was changed in.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Tries a mutant in a scratch crate; each program may run as long as `limit`.
pub fn attempt(mutant: &Mutant, source: &str, scratch: &Scratch, limit: Duration) -> End {
    let file = Path::new(&mutant.file);
    scratch.write(file, mutant.apply(source).as_bytes());
    let end = run(stages(&mutant.file, source), scratch, limit);
    scratch.write(file, source.as_bytes());
    end
}

/// Runs all tests without a change and returns the time that the slowest program takes. If there is a limit, it
/// only makes sure that the crate compiles, and returns the limit.
///
/// # Panics
/// When something does not compile, or a test fails.
pub fn unchanged(scratch: &Scratch, limit: Option<Duration>) -> Duration {
    let built = |target| {
        let program = build(target, scratch);
        program.unwrap_or_else(|reason| panic!("{target} without any change: {reason}"))
    };
    if let Some(limit) = limit {
        built("lib");
        return limit;
    }
    let times = all().into_iter().map(|Stage { target, arguments }| {
        let program = built(target);
        let started = Instant::now();
        let ended = watch(&program, &arguments, &scratch.root, PATIENCE);
        assert_eq!(ended, Ended::Passed, "{target} without any change");
        started.elapsed()
    });
    times.max().unwrap_or_default()
}

/// Builds and runs one program after the other until one fails.
fn run(stages: Vec<Stage>, scratch: &Scratch, limit: Duration) -> End {
    for Stage { target, arguments } in stages {
        let program = match build(target, scratch) {
            Ok(program) => program,
            Err(reason) => return End::Unbuildable(reason),
        };
        match watch(&program, &arguments, &scratch.root, limit) {
            Ended::Passed => {}
            Ended::Failed(test) => return End::Caught(test),
            Ended::TimedOut => return End::Caught(format!("the time limit of {target}")),
        }
    }
    End::Survived
}

/// Builds a program of tests and returns its path, or the first error of the compiler.
///
/// A change that compiles can be linked. If it cannot, a build was interrupted earlier and left half of its
/// files; it is begun anew.
fn build(target: &str, scratch: &Scratch) -> Result<PathBuf, String> {
    match build_once(target, scratch) {
        Err(reason) if reason.starts_with("linking") => {
            let mut clean = cargo(scratch);
            clean.args(["clean", "--quiet", "--package", "sgd-stability"]);
            assert!(clean.status().expect("cargo").success(), "{reason}");
            build_once(target, scratch)
        }
        built => built,
    }
}

/// Cargo in a scratch crate.
fn cargo(scratch: &Scratch) -> Command {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut cargo = Command::new(program);
    cargo.current_dir(&scratch.root);
    cargo.env("CARGO_TARGET_DIR", "target");
    cargo
}

fn build_once(target: &str, scratch: &Scratch) -> Result<PathBuf, String> {
    let mut command = cargo(scratch);
    command.args(["test", "--no-run", "--quiet", "--message-format", "json"]);
    match target {
        "lib" => command.arg("--lib"),
        target => command.args(["--test", target]),
    };
    let output = command.output().expect("cargo");
    let lines = String::from_utf8_lossy(&output.stdout);
    let messages = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let messages: Vec<Value> = messages.collect();
    let mut programs = messages
        .iter()
        .filter_map(|message| message["executable"].as_str());
    let program = programs.next_back().map(PathBuf::from);
    if let (true, Some(program)) = (output.status.success(), program) {
        return Ok(program);
    }
    let mut errors = messages.iter().map(|message| &message["message"]);
    let error = errors.find(|message| message["level"] == "error");
    let words = error.and_then(|error| error["message"].as_str());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(words.map_or(said, str::to_owned))
}
