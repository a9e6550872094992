//! By what a file is seen to have changed.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sgd_stability::error::{Error, Result};
use sgd_stability::read::other_kind;

/// Size and times of a file, which change while it is being written, or when it is given other
/// permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    size: u64,
    /// Seconds since 1970 and nanoseconds of the last write.
    written: (i64, i64),
    /// And of the last change of anything about the file.
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of whatever is there.
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Stamp::from)
    }

    /// The stamp of a file; `None` where nothing is.
    ///
    /// # Errors
    /// When what is there is no file, a link that leads nowhere, or may not be looked at.
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

    /// When the file was last written: milliseconds since 1970.
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
