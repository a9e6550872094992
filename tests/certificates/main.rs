//! Certificates: the committed set is verified by the library, by the program and by plain Python, and
//! all three refuse it after any change.

mod hostile;
mod mutated;
mod set;
mod tampered;
mod written;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const VERIFIED: i32 = 0;
const MALFORMED: i32 = 2;
const UNDECIDED: i32 = 4;
const REFUTED: i32 = 5;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every committed certificate, in the order of the names.
fn committed() -> Vec<PathBuf> {
    let folder = root().join("tests/certificates");
    let entries = std::fs::read_dir(folder).expect("the folder of this file");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let mut certificates: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    certificates.sort();
    assert!(certificates.len() >= 18, "{certificates:?}");
    certificates
}

/// Runs the program with these arguments.
fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sgd-stability"))
        .args(arguments)
        .output()
        .expect("the program runs")
}

/// Runs the independent checker on these files; `None` if there is no Python 3, in which case a message
/// is printed that the test harness does not capture.
fn python(files: &[&Path]) -> Option<Output> {
    let checker = root().join("theorems/check_certificate.py");
    let run = Command::new("python3").arg(checker).args(files).output();
    if let Err(cause) = &run {
        let count = files.len();
        let told = writeln!(
            std::io::stderr(),
            "SKIPPED: {count} files, no python3: {cause}"
        );
        told.expect("a standard error");
    }
    run.ok()
}

/// The answers of the independent checker to these files, from one process: exit code and line.
fn python_answers(files: &[PathBuf]) -> Option<Vec<(i32, String)>> {
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let output = python(&paths)?;
    let said = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let faults = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.lines().count(), files.len(), "{said}{faults}");
    let answer = |(file, line): (&PathBuf, &str)| {
        let start = format!("{}: ", file.display());
        let verdict = line.strip_prefix(&start).expect("the file, then a verdict");
        let code = match verdict.split(':').next() {
            Some("verified") => VERIFIED,
            Some("refuted") => REFUTED,
            Some("malformed") => MALFORMED,
            _ => panic!("{line}"),
        };
        (code, verdict.to_owned())
    };
    let answers: Vec<_> = files.iter().zip(said.lines()).map(answer).collect();
    let has = |code| answers.iter().any(|(own, _)| *own == code);
    let worst = [MALFORMED, REFUTED, VERIFIED]
        .into_iter()
        .find(|&code| has(code));
    assert_eq!(Some(code(&output)), worst);
    Some(answers)
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}
