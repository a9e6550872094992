//! Verdicts of an earlier run, which a kernel must not fall behind.

use std::path::Path;

use sgd_stability::error::{Error, Result};
use sgd_stability::trial::{Comparison, Table, Verdict};
use sgd_stability::{read, write};

/// How a verdict stands to the recorded one.
pub struct Standing(pub Comparison);

impl Standing {
    /// The word in JSON.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Comparison::New => "new",
            Comparison::Same => "same",
            Comparison::Better(_) => "better",
            Comparison::Worse(_) => "worse",
            Comparison::Incomparable(_) => "incomparable",
        }
    }

    /// What to tell the reader.
    pub fn sentence(&self) -> Option<String> {
        match &self.0 {
            Comparison::New => Some("not in the baseline yet; --record adds it".to_owned()),
            Comparison::Same => None,
            Comparison::Better(how) => Some(format!(
                "better than the baseline: {how}; --record keeps it"
            )),
            Comparison::Worse(how) => Some(format!("worse than the baseline: {how}")),
            Comparison::Incomparable(why) => Some(format!("not comparable: {why}")),
        }
    }

    /// Whether the kernel is no worse than before or, where that cannot be said, within its bounds.
    pub fn is_accepted(&self, verdict: &Verdict) -> bool {
        match self.0 {
            Comparison::Same | Comparison::Better(_) => true,
            Comparison::New | Comparison::Incomparable(_) => verdict.passed,
            Comparison::Worse(_) => false,
        }
    }
}

/// Reads a baseline. If it is about to be recorded, it need not exist.
pub fn read(path: &Path, is_recorded: bool) -> Result<Table> {
    if path.exists() {
        return Table::parse(&read::text(path)?, &path.display().to_string());
    }
    if is_recorded {
        return Ok(Table::default());
    }
    let fault = "does not exist; add --record to write it";
    Err(Error::input(path.display(), "file", fault))
}

/// Writes a baseline.
pub fn write(path: &Path, table: &Table) -> Result<()> {
    write::write_file(path, table.text().as_bytes())
}
