//! The file by which a training loop says that it has ended.

use std::path::{Path, PathBuf};

use super::super::output::warning;
use super::stamp::Stamp;

/// The file `done` of a folder. One that lay there when the watch began is of an earlier run, until it
/// is written or touched again.
pub struct Done {
    path: PathBuf,
    /// What it was when the watch began.
    before: Option<Stamp>,
}

impl Done {
    /// That of a folder, now.
    pub fn of(folder: &Path) -> Self {
        let path = folder.join("done");
        let before = Stamp::of(&path);
        Done { path, before }
    }

    /// Has it come since the watch began?
    pub fn has_come(&self) -> bool {
        let now = Stamp::of(&self.path);
        now.is_some() && now != self.before
    }

    /// Is one of an earlier run there?
    pub fn is_leftover(&self) -> bool {
        self.before.is_some() && Stamp::of(&self.path) == self.before
    }

    /// Warns of one: who counts on it would wait for ever.
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
