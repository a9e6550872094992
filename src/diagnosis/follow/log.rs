//! The file of lines, one for each checkpoint that was measured.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::read;
use crate::write::write_file;

use super::folder::natural;
use super::line::{Conditions, Line};

/// One condition that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub field: String,
    /// What the lines say.
    pub there: String,
    /// What it is now.
    pub here: String,
}

/// The file of lines.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
    /// What stands in it.
    pub lines: Vec<Line>,
}

impl Log {
    /// Reads a file of lines, which need not exist yet. A last line without an end was torn when
    /// its writer was stopped, and is dropped.
    ///
    /// # Errors
    /// When the file cannot be read, or a whole line of it is no line.
    pub fn read(path: &Path) -> Result<Self> {
        if path.exists() {
            Log::parse(path, &read::text(path)?)
        } else {
            Log::parse(path, "")
        }
    }

    /// The lines of a text; `path` is named in errors, and is where lines will be appended.
    ///
    /// # Errors
    /// When a whole line is no line.
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

    /// Does it hold the checkpoint of this name that was written then?
    pub fn holds(&self, name: &str, modified: u64) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.name == name && line.modified == modified)
    }

    /// Is the last line of this name of these bytes?
    pub fn ends_with(&self, name: &str, weights_sha256: &str) -> bool {
        let last = self.lines.iter().rfind(|line| line.name == name);
        last.is_some_and(|line| line.weights_sha256 == weights_sha256)
    }

    /// Were the lines there made under these conditions?
    ///
    /// # Errors
    /// When they were not; names what differs.
    pub fn check(&self, conditions: &Conditions) -> Result<()> {
        let Some(Difference { field, there, here }) = self.difference(conditions)? else {
            return Ok(());
        };
        let fault = format!(
            "was made with {there}, and here it is {here}; move the file away, or give the same flags"
        );
        Err(Error::input(self.path.display(), field, fault))
    }

    /// The first condition in which the last line differs from these.
    ///
    /// # Errors
    /// None that a user could make.
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

    /// Appends a line; the file is written anew and renamed, so that it is never torn.
    ///
    /// # Errors
    /// When the file cannot be written.
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
