//! Runs the program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// The result of a finished run.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub error: String,
}

/// A folder that is deleted after the test.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes a file into the folder.
pub fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a writable folder");
    path
}

/// Runs the program with these arguments in `folder`.
pub fn run_in(folder: &Path, words: &[impl AsRef<OsStr>]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sgd-stability"));
    let output = command.current_dir(folder).args(words).output();
    let output = output.expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8");
    Run {
        code: output.status.code().expect("no signal"),
        out: text(&output.stdout),
        error: text(&output.stderr),
    }
}

/// Runs the program with the arguments of this line in `folder`.
pub fn run_line(folder: &Path, line: &str) -> Run {
    run_in(folder, &line.split(' ').collect::<Vec<_>>())
}

/// Starts the program with these arguments in `folder`.
pub fn start_in(folder: &Path, words: &[&str]) -> Child {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sgd-stability"));
    let command = command.current_dir(folder).args(words);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// Runs the program with these arguments.
pub fn run(words: &[&str]) -> Run {
    run_in(Path::new("."), words)
}

impl Run {
    /// The output of `--json`.
    pub fn json(&self) -> Value {
        let read = serde_json::from_str(&self.out);
        read.unwrap_or_else(|fault| panic!("{fault} in {}", self.out))
    }
}
