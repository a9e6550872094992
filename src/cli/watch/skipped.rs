//! The checkpoints that have no line of their own, each with the reason.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use sgd_stability::error::Error;

use super::super::output::remark;
use super::stamp::Stamp;

/// The largest number of consecutive looks at which a checkpoint is left alone because it has changed.
const MOST_LOOKS: u32 = 5;

/// Skipped checkpoints with the reasons. Each is looked at again once it has changed.
#[derive(Default)]
pub struct Skipped(Vec<Entry>);

#[derive(PartialEq)]
struct Entry {
    name: OsString,
    /// The stamp at that time; `None` if there is no such file.
    stamp: Option<Stamp>,
    why: Why,
}

/// The reason why a checkpoint has no line.
#[derive(PartialEq)]
pub enum Why {
    /// It may still be being written: at this many looks in a row it had changed since the previous look.
    Changing(u32),
    /// Only its timestamps have changed since its last line.
    SameBytes,
    /// It cannot be measured.
    Fault(Error),
}

impl Skipped {
    /// Whether a reason is recorded for this checkpoint.
    pub fn notes(&self, name: &OsStr) -> bool {
        self.0.iter().any(|entry| entry.name == name)
    }

    /// Whether measuring the checkpoint in its present state would tell nothing new.
    pub fn knows(&self, name: &OsStr, stamp: Stamp) -> bool {
        let mut entries = self.0.iter();
        entries.any(|entry| {
            let is_open = matches!(entry.why, Why::Changing(_));
            entry.name == name && entry.stamp == Some(stamp) && !is_open
        })
    }

    /// Whether to leave the checkpoint alone until the next look, which shows whether it has stopped
    /// changing. A checkpoint that keeps changing is measured in the end.
    pub fn waits(&mut self, name: &OsStr, stamp: Stamp) -> bool {
        let before = self.0.iter().find(|entry| entry.name == name);
        let looks = match before {
            Some(Entry {
                stamp: then,
                why: Why::Changing(looks),
                ..
            }) => {
                if *then == Some(stamp) || *looks >= MOST_LOOKS {
                    return false;
                }
                looks + 1
            }
            _ => 1,
        };
        self.note(name.to_owned(), Some(stamp), Why::Changing(looks))
    }

    /// Records why a checkpoint has no line. Returns whether the reason is new.
    pub fn note(&mut self, name: OsString, stamp: Option<Stamp>, why: Why) -> bool {
        let entry = Entry { name, stamp, why };
        if self.0.contains(&entry) {
            return false;
        }
        if let Why::Fault(fault) = &entry.why {
            remark(&fault.message);
        }
        self.forget(&entry.name);
        self.0.push(entry);
        true
    }

    /// Removes a checkpoint that now has a line.
    pub fn forget(&mut self, name: &OsStr) {
        self.0.retain(|entry| entry.name != name);
    }

    /// The checkpoints that still exist and could not be measured: the displayable name of each, and the
    /// error.
    pub fn faults(self, folder: &Path) -> Vec<(String, Error)> {
        let is_there = |entry: &Entry| folder.join(&entry.name).symlink_metadata().is_ok();
        let with_fault = |entry: Entry| match entry.why {
            Why::Fault(fault) => Some((entry.name.to_string_lossy().into_owned(), fault)),
            Why::Changing(_) | Why::SameBytes => None,
        };
        let there = self.0.into_iter().filter(is_there);
        there.filter_map(with_fault).collect()
    }
}
