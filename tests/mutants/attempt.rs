//! Tries one mutant: builds it, and runs the tests that see its file, the nearest first.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::mutant::Mutant;
use crate::scratch::Scratch;
use crate::stages::{Stage, stages};
use crate::watch::{Ended, watch};

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "end", content = "by")]
pub enum End {
    /// This test failed, or the program crashed or did not end.
    Caught(String),
    /// All tests passed.
    Survived,
    /// It does not compile, which says nothing about the tests.
    Unbuildable,
}

/// Tries a mutant in a scratch crate; each program may run as long as `limit`.
pub fn attempt(mutant: &Mutant, source: &str, scratch: &Scratch, limit: Duration) -> End {
    let file = Path::new(&mutant.file);
    scratch.write(file, mutant.apply(source).as_bytes());
    let end = run(stages(&mutant.file), scratch, limit);
    scratch.write(file, source.as_bytes());
    end
}

/// Runs all tests on the crate without a change and returns the time that the slowest program takes.
///
/// # Panics
/// When a test fails.
pub fn unchanged(scratch: &Scratch) -> Duration {
    let patience = Duration::from_secs(3600);
    let mut slowest = Duration::ZERO;
    for stage in stages("src/kernel/mod.rs") {
        let program = build(stage.target, scratch).expect("the tests without any change");
        let started = Instant::now();
        let ended = watch(&program, &stage.arguments, &scratch.root, patience);
        assert_eq!(ended, Ended::Passed, "{} without any change", stage.target);
        slowest = slowest.max(started.elapsed());
    }
    slowest
}

/// Builds and runs one program after the other until one fails.
fn run(stages: Vec<Stage>, scratch: &Scratch, limit: Duration) -> End {
    for Stage { target, arguments } in stages {
        let Some(program) = build(target, scratch) else {
            return End::Unbuildable;
        };
        match watch(&program, &arguments, &scratch.root, limit) {
            Ended::Passed => {}
            Ended::Failed(test) => return End::Caught(test),
            Ended::TimedOut => return End::Caught(format!("the time limit of {target}")),
        }
    }
    End::Survived
}

/// Builds a program of tests; `None` if it does not compile.
fn build(target: &str, scratch: &Scratch) -> Option<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["test", "--no-run", "--quiet", "--message-format", "json"]);
    match target {
        "lib" => command.arg("--lib"),
        target => command.args(["--test", target]),
    };
    let output = command
        .current_dir(&scratch.root)
        .env("CARGO_TARGET_DIR", "target")
        .stderr(Stdio::null())
        .output()
        .expect("cargo");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut executables =
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    output.status.success().then(|| executables.next_back())?
}
