//! Keeps the finished pieces of a trial in a folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Options;
use crate::error::{Error, Result};
use crate::oracle::unary::Function;
use crate::read;
use crate::trial::verdict::Verdict;
use crate::write;

/// The version of the files: another version of the program may judge otherwise.
const VERSION: &str = concat!("unary trial of sgd-stability ", env!("CARGO_PKG_VERSION"));

/// What all pieces of a trial have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    version: String,
    kernel: String,
    function: String,
    allowed_ulp: f64,
    magnitudes: (u32, u32),
    strict: bool,
}

/// A file with the verdict on one piece.
#[derive(Serialize, Deserialize)]
struct File {
    header: Header,
    piece: u32,
    verdict: Verdict,
}

impl Header {
    pub fn new(kernel: &str, function: Function, options: &Options) -> Self {
        Header {
            version: VERSION.to_owned(),
            kernel: kernel.to_owned(),
            function: function.name().to_owned(),
            allowed_ulp: options.allowed_ulp,
            magnitudes: (*options.magnitudes.start(), *options.magnitudes.end()),
            strict: options.strict,
        }
    }

    /// The verdict on a piece that was finished earlier.
    ///
    /// # Errors
    /// If the file cannot be read, or belongs to another trial.
    pub fn load(&self, folder: &Path, piece: u32) -> Result<Option<Verdict>> {
        let path = path(folder, piece);
        if !path.exists() {
            return Ok(None);
        }
        let text = read::text(&path)?;
        let file: File = serde_json::from_str(&text).map_err(|fault| {
            Error::input(
                path.display(),
                "piece",
                format!("is no piece of a trial ({fault}); give another folder or delete it"),
            )
        })?;
        if file.header != *self || file.piece != piece {
            let there = &file.header;
            let fault = format!(
                "belongs to another trial, of {} as {} with {} ulps permitted; give another folder",
                there.kernel, there.function, there.allowed_ulp
            );
            return Err(Error::input(path.display(), "header", fault));
        }
        Ok(Some(file.verdict))
    }

    /// Writes the verdict on a finished piece.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, folder: &Path, piece: u32, verdict: &Verdict) -> Result<()> {
        let file = File {
            header: self.clone(),
            piece,
            verdict: verdict.clone(),
        };
        let text = serde_json::to_string(&file).map_err(Error::internal)?;
        write::write_file(&path(folder, piece), text.as_bytes())
    }
}

fn path(folder: &Path, piece: u32) -> PathBuf {
    folder.join(format!("piece-{piece:03}.json"))
}
