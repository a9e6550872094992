//! The file by which a training script signals that it has ended.

use std::path::{Path, PathBuf};

use super::super::output::warning;
use super::stamp::Stamp;

/// The file `done` in a folder. If it existed when the watch began, it belongs to an earlier run until it
/// is written or touched again.
pub struct Done {
    path: PathBuf,
    /// Its stamp when the watch began.
    before: Option<Stamp>,
}

impl Done {
    /// The file `done` of a folder, in its present state.
    pub fn of(folder: &Path) -> Self {
        let path = folder.join("done");
        let before = Stamp::of(&path);
        Done { path, before }
    }

    /// Whether the file has appeared or changed since the watch began.
    pub fn has_come(&self) -> bool {
        let now = Stamp::of(&self.path);
        now.is_some() && now != self.before
    }

    /// Whether the file is that of an earlier run.
    pub fn is_leftover(&self) -> bool {
        self.before.is_some() && Stamp::of(&self.path) == self.before
    }

    /// Warns of a file of an earlier run, since a user who relies on it would wait forever.
    pub fn warn_of_leftover(&self) {
        if self.is_leftover() {
            warning(&format!(
                "{} was there before this watch and is taken to be that of an earlier run; touch it to end the \
                 watch, or give --once",
                self.path.display()
            ));
        }
    }
}
