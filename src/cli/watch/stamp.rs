//! Stamps, by which changes of a file are detected.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sgd_stability::error::{Error, Result};
use sgd_stability::read::other_kind;

/// The size and the timestamps of a file, which change when the file is written or given other
/// permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    size: u64,
    /// The time of the last write, in seconds and nanoseconds since 1970.
    written: (i64, i64),
    /// The time of the last change of the file's contents or metadata, likewise.
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of a path, whatever kind of file it is.
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Stamp::from)
    }

    /// The stamp of a regular file; `None` if nothing exists there.
    ///
    /// # Errors
    /// Returns an error if the path is not a file, is a dangling link, or may not be read.
    pub fn of_file(path: &Path) -> Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(metadata) => match other_kind(metadata.file_type()) {
                None => Ok(Some(Stamp::from(&metadata))),
                Some(kind) => {
                    let fault = format!("is a {kind} and no file; move it away");
                    Err(Error::input(path.display(), "checkpoint", fault))
                }
            },
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(Error::unreadable(path, &cause))
            }
            Err(_) if fs::symlink_metadata(path).is_err() => Ok(None),
            Err(_) => {
                let fault = "is a link that leads nowhere; mend it or remove it";
                Err(Error::input(path.display(), "checkpoint", fault))
            }
        }
    }

    /// The time of the last write in milliseconds since 1970.
    pub fn milliseconds(&self) -> u64 {
        let (seconds, nanoseconds) = self.written;
        let seconds = u64::try_from(seconds).unwrap_or_default();
        1000 * seconds + nanoseconds.unsigned_abs() / 1_000_000
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Stamp {
            size: metadata.len(),
            written: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}
