//! Keeps what is done of a long run in a folder, so that it can go on after an interruption.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sgd_stability::error::{Error, Result};
use sgd_stability::trial::Verdict;

use super::job::{Part, read_json, write_json};

/// A trial that is done.
#[derive(Serialize, Deserialize)]
struct Done {
    flags: String,
    part: Part,
    verdict: Verdict,
}

/// The path for a kernel in the folder.
pub fn place(folder: &Path, name: &str, function: &str) -> PathBuf {
    let safe = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(safe).collect();
    folder.join(format!("{name}-{function}"))
}

/// The verdict on a part of a trial, from the file if it is there, otherwise by `work`. The flags say
/// which kernel it is.
pub fn recall(
    path: &Path,
    flags: String,
    part: &Part,
    work: impl FnOnce() -> Result<Verdict>,
) -> Result<Verdict> {
    let shard = part.shard.replace('/', "of");
    let path = path.with_extension(format!("{shard}.json"));
    if path.exists() {
        let done: Done = read_json(&path)?;
        if (&done.flags, &done.part) != (&flags, part) {
            let fault = "belongs to another trial; give --resume a folder of its own";
            return Err(Error::input(path.display(), "file", fault));
        }
        return Ok(done.verdict);
    }
    let verdict = work()?;
    let done = Done {
        flags,
        part: part.clone(),
        verdict,
    };
    write_json(&path, &done)?;
    Ok(done.verdict)
}
