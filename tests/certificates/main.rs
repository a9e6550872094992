//! Certificates: the committed set is verified, by the library, by the program and by plain Python;
//! what is changed is refused, by all of them alike.

mod set;
mod tampered;
mod written;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const VERIFIED: i32 = 0;
const MALFORMED: i32 = 2;
const UNDECIDED: i32 = 4;
const REFUTED: i32 = 5;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every committed certificate, in the order of their names.
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

/// The program on these arguments.
fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sgd-stability"))
        .args(arguments)
        .output()
        .expect("the program runs")
}

/// The independent checker on these files; `None`, with a printed reason, where there is no
/// Python 3.
fn python(files: &[&Path]) -> Option<Output> {
    let checker = root().join("theorems/check_certificate.py");
    let run = Command::new("python3").arg(checker).args(files).output();
    match run {
        Ok(output) => Some(output),
        Err(cause) => {
            println!(
                "skipped: {} files not checked by python3: {cause}",
                files.len()
            );
            None
        }
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}
