//! The checkpoints that have no line of their own, and why.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use sgd_stability::error::Error;

use super::super::output::remark;
use super::stamp::Stamp;

/// So often a checkpoint may have changed since the look before.
const MOST_LOOKS: u32 = 5;

/// Checkpoints with why each was skipped; it is looked at again once it has changed.
#[derive(Default)]
pub struct Skipped(Vec<Entry>);

#[derive(PartialEq)]
struct Entry {
    name: OsString,
    /// What it was then; `None` for what is no file.
    stamp: Option<Stamp>,
    why: Why,
}

/// Why a checkpoint gave no line.
#[derive(PartialEq)]
pub enum Why {
    /// It may still be being written: at so many looks in a row it had changed since the one before.
    Changing(u32),
    /// Nothing but its times has changed since its last line.
    SameBytes,
    /// It cannot be measured.
    Fault(Error),
}

impl Skipped {
    /// Is anything noted of it?
    pub fn notes(&self, name: &OsStr) -> bool {
        self.0.iter().any(|entry| entry.name == name)
    }

    /// Is there nothing more to be learnt of it as it is now?
    pub fn knows(&self, name: &OsStr, stamp: Stamp) -> bool {
        let mut entries = self.0.iter();
        entries.any(|entry| {
            let is_open = matches!(entry.why, Why::Changing(_));
            entry.name == name && entry.stamp == Some(stamp) && !is_open
        })
    }

    /// Is it to be left alone until the next look, which will tell whether it has kept still? One that
    /// changes for ever is measured all the same.
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

    /// Notes a checkpoint that gave no line; says whether that is news.
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

    /// It has a line now.
    pub fn forget(&mut self, name: &OsStr) {
        self.0.retain(|entry| entry.name != name);
    }

    /// What could not be measured and is still there: each name, as far as it can be shown, and why.
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
