//! The log of a run: a file with one line for each measured checkpoint.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::read;
use crate::write::write_file;

use super::folder::natural;
use super::line::{Conditions, Line};

/// A condition that differs from that of an earlier line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The name of the condition.
    pub field: String,
    /// Its value in the log.
    pub there: String,
    /// Its present value.
    pub here: String,
}

/// The log of a run.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
    /// The lines of the log.
    pub lines: Vec<Line>,
}

impl Log {
    /// Reads a log, which need not exist yet. A last line without a newline was cut off when its writer
    /// was stopped, and is dropped.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if a complete line of it is malformed.
    pub fn read(path: &Path) -> Result<Self> {
        if path.exists() {
            Log::parse(path, &read::text(path)?)
        } else {
            Log::parse(path, "")
        }
    }

    /// Parses the text of a log. Errors name the file as `path`, and [`Log::append`] writes to it.
    ///
    /// # Errors
    /// Returns an error if a complete line is malformed.
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let lines = whole.lines().enumerate().map(|(number, line)| {
            serde_json::from_str(line).map_err(|fault| {
                let place = format!("line {}", number + 1);
                let fault = format!(
                    "is not one of this version ({fault}); move the file away and measure again"
                );
                Error::input(path.display(), place, fault)
            })
        });
        Ok(Log {
            lines: lines.collect::<Result<_>>()?,
            path: path.to_owned(),
        })
    }

    /// Whether the log holds the checkpoint of this name and modification time.
    pub fn holds(&self, name: &str, modified: u64) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.name == name && line.modified == modified)
    }

    /// Whether the last line of this name is of a file with this digest.
    pub fn ends_with(&self, name: &str, weights_sha256: &str) -> bool {
        let last = self.lines.iter().rfind(|line| line.name == name);
        last.is_some_and(|line| line.weights_sha256 == weights_sha256)
    }

    /// Checks that the lines of the log were measured under these conditions.
    ///
    /// # Errors
    /// Returns an error that names the difference if they were not.
    pub fn check(&self, conditions: &Conditions) -> Result<()> {
        let Some(Difference { field, there, here }) = self.difference(conditions)? else {
            return Ok(());
        };
        let fault = format!(
            "was made with {there}, and here it is {here}; move the file away, or give the same flags"
        );
        Err(Error::input(self.path.display(), field, fault))
    }

    /// The first condition in which the last line differs from `conditions`, if there is one.
    ///
    /// # Errors
    /// Returns an error if the conditions cannot be serialised, which no input of a user causes.
    pub fn difference(&self, conditions: &Conditions) -> Result<Option<Difference>> {
        let Some(last) = self.lines.last() else {
            return Ok(None);
        };
        let fields =
            |conditions: &Conditions| serde_json::to_value(conditions).map_err(Error::internal);
        let (there, here) = (fields(&last.conditions)?, fields(conditions)?);
        let names = here
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys());
        let other = names.into_iter().find(|name| there[*name] != here[*name]);
        Ok(other.map(|name| Difference {
            field: name.clone(),
            there: there[name].to_string(),
            here: here[name].to_string(),
        }))
    }

    /// The lines in the natural order of their names.
    pub fn in_order(&self) -> Vec<Line> {
        let mut lines = self.lines.clone();
        lines.sort_by(|a, b| natural(&a.name, &b.name));
        lines
    }

    /// Appends a line. The file is written afresh and renamed into place, so that it is always complete.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn append(&mut self, line: Line) -> Result<()> {
        self.lines.push(line);
        let mut text = String::new();
        for line in &self.lines {
            text += &serde_json::to_string(line).map_err(Error::internal)?;
            text.push('\n');
        }
        write_file(&self.path, text.as_bytes())
    }
}
