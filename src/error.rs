//! Errors about input from outside, each with a message of one sentence.
//!
//! Mathematics that cannot be decided is not an error ([`crate::number::Verdict::Undecided`]), and a
//! shape mismatch between two values of this crate is a bug, which asserts catch. What remains is input:
//! a file, a flag, a value. The message of an error names the place of the fault and how to correct it.

use std::fmt::Display;
use std::path::Path;

/// The kind of an error, which determines the exit code and appears in `--json` output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A flag, a file or a value from outside is invalid.
    Input,
    /// The request does not fit into the memory that may be used.
    Memory,
    /// The system failed: a disk is full, or a folder cannot be written.
    Io,
    /// A check failed.
    Check,
    /// A bug in this crate.
    Internal,
}

impl Kind {
    /// The name of the kind in `{"error":{"kind":…}}`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Input => "input",
            Kind::Memory => "memory",
            Kind::Io => "io",
            Kind::Check => "check",
            Kind::Internal => "internal",
        }
    }

    /// The exit code of the program when it ends with this error.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Internal | Kind::Io => 1,
            Kind::Input | Kind::Memory => 2,
            Kind::Check => 5,
        }
    }
}

/// An error: one sentence about one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind of the error.
    pub kind: Kind,
    /// The message, in the form "place: field: what is wrong; how to correct it".
    pub message: String,
}

impl Error {
    /// An error about invalid input. `place` is a file or a flag, `field` is a part of it, and `fault`
    /// says what is wrong and how to correct it. Control characters, which may come from a file, are
    /// escaped, so that the message is one line.
    pub fn input(place: impl Display, field: impl Display, fault: impl Display) -> Self {
        Error {
            kind: Kind::Input,
            message: one_line(&format!("{place}: {field}: {fault}")),
        }
    }

    /// An error about a file that cannot be read.
    pub fn unreadable(path: &Path, cause: &std::io::Error) -> Self {
        Error {
            kind: Kind::Input,
            message: one_line(&format!("{}: cannot be read: {cause}", path.display())),
        }
    }

    /// An error about a file or folder that cannot be written.
    pub fn unwritable(path: &Path, cause: impl Display) -> Self {
        Error {
            kind: Kind::Io,
            message: one_line(&format!("{}: cannot be written: {cause}", path.display())),
        }
    }

    /// An error about work that does not fit into the memory that may be used.
    pub fn memory(message: impl Display) -> Self {
        Error {
            kind: Kind::Memory,
            message: message.to_string(),
        }
    }

    /// An error about a check that failed.
    pub fn check(message: impl Display) -> Self {
        Error {
            kind: Kind::Check,
            message: message.to_string(),
        }
    }

    /// An error about a bug in this crate.
    pub fn internal(message: impl Display) -> Self {
        Error {
            kind: Kind::Internal,
            message: message.to_string(),
        }
    }
}

/// A path as messages show it: invalid UTF-8 becomes `�`, and control characters are escaped.
pub fn shown(path: &Path) -> String {
    one_line(&path.display().to_string())
}

/// The text with its control characters escaped.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            line.extend(c.escape_default())
        } else {
            line.push(c)
        }
    }
    line
}

/// The result of everything that reads input.
pub type Result<T> = std::result::Result<T, Error>;

/// Asserts that the result is an error whose message contains all these words.
#[cfg(test)]
#[track_caller]
pub(crate) fn expect<T: std::fmt::Debug>(result: Result<T>, words: &[&str]) {
    let message = result.unwrap_err().message;
    for word in words {
        assert!(message.contains(word), "no {word:?} in {message:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_cannot_break_the_line() {
        let error = Error::input("a.json", "in\nputs", "is \u{1b}[31m\u{85}é; mend it");
        let expected = "a.json: in\\nputs: is \\u{1b}[31m\\u{85}é; mend it";
        assert_eq!(error.message, expected);
    }

    #[test]
    fn a_path_is_shown_in_one_line_and_stays_as_it_is_shown() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\nb/caf\xe9.npz"));
        let expected = "a\\nb/caf\u{fffd}.npz";
        assert_eq!(shown(path), expected);
        assert_eq!(shown(Path::new(expected)), expected);
        let cause = std::io::Error::other("no");
        let message = Error::unreadable(path, &cause).message;
        assert_eq!(message, format!("{expected}: cannot be read: no"));
    }
}
