//! Compiles C into a shared library, and runs `kernels check` on its functions.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Run, file, folder, run_in};

/// A folder with a library, which is named `./libtried.so` there.
pub struct Library(TempDir);

impl Library {
    /// Compiles this text.
    pub fn compiled(source: &str) -> Library {
        let folder = folder();
        file(&folder, "tried.c", source);
        let words = "-O1 -fno-builtin -shared -fPIC -o libtried.so tried.c -lm";
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let mut command = Command::new(compiler);
        let output = command.args(words.split(' ')).current_dir(folder.path());
        let output = output.output().expect("a C compiler");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Library(folder)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs `kernels check` on a function with these further flags.
    pub fn check(&self, symbol: &str, signature: &str, flags: &str) -> Run {
        let words = format!("kernels check --library ./libtried.so --symbol {symbol} --signature {signature} {flags}");
        run_in(self.path(), &words.split_whitespace().collect::<Vec<_>>())
    }

    /// The exit code, and the one kernel of the JSON.
    pub fn verdict(&self, symbol: &str, signature: &str, flags: &str) -> (i32, Value) {
        let run = self.check(symbol, signature, &format!("{flags} --json"));
        assert_eq!(run.error, "", "{symbol}");
        let json = run.json();
        let kernels = json["kernels"].as_array();
        let kernels = kernels.unwrap_or_else(|| panic!("{symbol}: {json}"));
        assert_eq!(kernels.len(), 1);
        (run.code, kernels[0].clone())
    }

    /// Runs the command that a fault gives, and returns the kinds of the faults that it finds.
    pub fn again(&self, fault: &Value) -> Vec<String> {
        let line = fault["command"].as_str().expect("a command line");
        let words: Vec<&str> = line.split(' ').skip(1).chain(["--json"]).collect();
        let run = run_in(self.path(), &words);
        assert_eq!(run.code, 5, "{line}\n{}{}", run.out, run.error);
        kinds(&run.json()["kernels"][0])
    }
}

/// The kinds of the faults of a kernel.
pub fn kinds(kernel: &Value) -> Vec<String> {
    let faults = kernel["faults"].as_array().expect("a list of faults");
    let kind = |fault: &Value| fault["kind"].as_str().expect("a kind").to_owned();
    faults.iter().map(kind).collect()
}

/// The fault of this kind.
pub fn fault<'a>(kernel: &'a Value, kind: &str) -> &'a Value {
    let faults = kernel["faults"].as_array().expect("a list of faults");
    let found = faults.iter().find(|fault| fault["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {kernel:#}"))
}
