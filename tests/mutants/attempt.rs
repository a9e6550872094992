//! Tries one mutant: builds it, and runs the tests that see its file, the nearest first.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::mutant::Mutant;
use crate::rooms::TRIED;
use crate::scratch::{Scratch, TARGETS};
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

/// A program of tests and the arguments that choose some of them.
struct Stage {
    target: &'static str,
    arguments: Vec<String>,
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
    for room in TRIED {
        for stage in stages(&format!("src/{room}/mod.rs")) {
            let program = build(stage.target, scratch).expect("the tests without any change");
            let started = Instant::now();
            let ended = watch(&program, &stage.arguments, &scratch.root, patience);
            assert_eq!(ended, Ended::Passed, "{} without any change", stage.target);
            slowest = slowest.max(started.elapsed());
        }
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

/// The programs that see a file. The tests that have the name of the file or its folder come first.
fn stages(file: &str) -> Vec<Stage> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let words: Vec<&str> = path.split('/').filter(|word| *word != "mod").collect();
    let (room, near) = (words[0], &words[1..]);
    let unit = |arguments: Vec<String>| Stage {
        target: "lib",
        arguments,
    };
    let rooms = TRIED.map(|room| format!("{room}::")).to_vec();
    let integration = TARGETS.into_iter().filter(|target| exists(target));
    match room {
        "kernel" => {
            let mut stages = Vec::new();
            for target in integration {
                stages.extend(near_first(target, near));
            }
            stages.push(unit(rooms));
            stages
        }
        _ => {
            let mut stages = vec![unit(rooms)];
            let seen = integration.filter(|target| room == "oracle" || *target == room);
            stages.extend(seen.flat_map(|target| near_first(target, near)));
            stages
        }
    }
}

/// First the tests that have one of these words in their names, then the others.
fn near_first(target: &'static str, words: &[&str]) -> Vec<Stage> {
    let skip = |word: &&str| ["--skip".to_owned(), (*word).to_owned()];
    let near = words.iter().map(|word| (*word).to_owned()).collect();
    let far = words.iter().flat_map(skip).collect();
    let stages = [near, far].map(|arguments| Stage { target, arguments });
    // Without words, all tests are far.
    let first = usize::from(words.is_empty());
    stages.into_iter().skip(first).collect()
}

fn exists(target: &str) -> bool {
    Path::new("tests").join(target).join("main.rs").exists()
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
