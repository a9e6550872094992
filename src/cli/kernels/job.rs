//! What the program tells the child process that runs a foreign kernel, and what comes back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;
use sgd_stability::error::{Error, Result};
use sgd_stability::trial::Verdict;
use sgd_stability::{read, write};

use super::task::Task;

/// The part of a trial that a child runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The one case to try.
    pub case: Option<u64>,
    /// The bits of the one input to try: one number, or two for a function of two.
    pub input: Option<Vec<u32>>,
    /// Try about so many inputs.
    pub sample: Option<u64>,
    /// Try our functions of one number on every input.
    pub is_every_input: bool,
    /// The shard, such as `1/1`.
    pub shard: String,
    /// The folder for finished pieces of a trial of a function of one number.
    pub folder: Option<PathBuf>,
    /// Cases that have ended the process before.
    pub skipped_cases: Vec<u64>,
    /// Inputs that have ended the process before.
    pub skipped_inputs: Vec<u64>,
}

/// What a child does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// The trial.
    Try(Part),
    /// Only calls the kernel with these arguments (the bits of a second one in the upper half), each call
    /// watched.
    Call(Vec<u64>),
    /// Only describes this case.
    Describe(u64),
}

/// A child's job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub task: Task,
    pub work: Work,
    /// The most memory, in bytes.
    pub memory: u64,
}

/// What a child that reached its end says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// The trial is over.
    Tried(Box<Verdict>),
    /// All calls returned.
    Called,
    /// The job cannot be done, and this sentence says why.
    Refused(String),
}

/// The files of a job, in a folder of its own.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn job(&self) -> PathBuf {
        self.0.join("job.json")
    }

    pub fn board(&self) -> PathBuf {
        self.0.join("board")
    }

    pub fn outcome(&self) -> PathBuf {
        self.0.join("outcome.json")
    }

    pub fn output(&self) -> PathBuf {
        self.0.join("output.txt")
    }
}

/// Reads a file that the other process has written.
pub fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = read::text(path)?;
    let read = serde_json::from_str(&text);
    read.map_err(|fault| Error::input(path.display(), "file", fault))
}

/// Writes a file for the other process.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write::write_file(path, json!(value).to_string().as_bytes())
}
