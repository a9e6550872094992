//! The checkpoints that gave no line.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use sgd_stability::error::Error;

use super::super::output::remark;
use super::stamp::Stamp;

/// Checkpoints that could not be measured, or of which nothing but their time has changed; each is
/// looked at again once it has changed.
#[derive(Default)]
pub struct Passed(Vec<Entry>);

struct Entry {
    name: OsString,
    /// What it was then; `None` for what is no file.
    stamp: Option<Stamp>,
    fault: Option<Error>,
}

impl Passed {
    /// Was it passed as it is now?
    pub fn knows(&self, name: &OsStr, stamp: Stamp) -> bool {
        let mut entries = self.0.iter();
        entries.any(|entry| entry.name == name && entry.stamp == Some(stamp))
    }

    /// Notes a checkpoint that gave no line; says whether that is news.
    pub fn note(&mut self, name: OsString, stamp: Option<Stamp>, fault: Option<Error>) -> bool {
        let entry = Entry { name, stamp, fault };
        let is_same = |old: &Entry| {
            (&old.name, old.stamp, &old.fault) == (&entry.name, entry.stamp, &entry.fault)
        };
        if self.0.iter().any(is_same) {
            return false;
        }
        if let Some(fault) = &entry.fault {
            remark(&fault.message);
        }
        self.forget(&entry.name);
        self.0.push(entry);
        true
    }

    /// It has a line now.
    pub fn forget(&mut self, name: &OsStr) {
        self.0.retain(|entry| entry.name != name);
    }

    /// What could not be measured and is still there: each name, as far as it can be shown, and why.
    pub fn faults(self, folder: &Path) -> Vec<(String, Error)> {
        let is_there = |entry: &Entry| folder.join(&entry.name).symlink_metadata().is_ok();
        let with_fault = |entry: Entry| {
            let name = entry.name.to_string_lossy().into_owned();
            Some((name, entry.fault?))
        };
        let there = self.0.into_iter().filter(is_there);
        there.filter_map(with_fault).collect()
    }
}
