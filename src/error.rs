//! Errors: bad input from outside, said in one sentence.
//!
//! Mathematics that cannot be decided is not an error ([`crate::number::Verdict::Undecided`]), and
//! a shape mismatch between two of our own values is a bug and asserts. What remains is input: a
//! file, a flag, a value. Its error names the place and the mend.

use std::fmt::Display;
use std::path::Path;

/// What went wrong, for the exit code and for `--json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A flag, a file or a value from outside is not what it must be.
    Input,
    /// What is asked for does not fit into the memory that may be used.
    Memory,
    /// The machine failed us: a disk is full, a folder cannot be written.
    Io,
    /// A check ran and did not come out as stated.
    Check,
    /// Our own fault.
    Internal,
}

impl Kind {
    /// The word that stands in `{"error":{"kind":…}}`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Input => "input",
            Kind::Memory => "memory",
            Kind::Io => "io",
            Kind::Check => "check",
            Kind::Internal => "internal",
        }
    }

    /// The exit code of a program that ends with this error.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Internal | Kind::Io => 1,
            Kind::Input | Kind::Memory => 2,
            Kind::Check => 5,
        }
    }
}

/// One sentence about one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The family of the error.
    pub kind: Kind,
    /// "place: field: what is wrong; how to mend it".
    pub message: String,
}

impl Error {
    /// Bad input: `place` is a file or a flag, `field` the part of it, `fault` says what is wrong
    /// and how to mend it. Control characters, which text of a file may hold, are escaped, so
    /// that the message is one line.
    pub fn input(place: impl Display, field: impl Display, fault: impl Display) -> Self {
        Error {
            kind: Kind::Input,
            message: one_line(&format!("{place}: {field}: {fault}")),
        }
    }

    /// A file that cannot be read.
    pub fn unreadable(path: &Path, cause: &std::io::Error) -> Self {
        Error {
            kind: Kind::Input,
            message: one_line(&format!("{}: cannot be read: {cause}", path.display())),
        }
    }

    /// A file or folder that cannot be written.
    pub fn unwritable(path: &Path, cause: impl Display) -> Self {
        Error {
            kind: Kind::Io,
            message: one_line(&format!("{}: cannot be written: {cause}", path.display())),
        }
    }

    /// Work that would not fit into the memory that may be used.
    pub fn memory(message: impl Display) -> Self {
        Error {
            kind: Kind::Memory,
            message: message.to_string(),
        }
    }

    /// A check that did not come out as stated.
    pub fn check(message: impl Display) -> Self {
        Error {
            kind: Kind::Check,
            message: message.to_string(),
        }
    }

    /// A fault of our own.
    pub fn internal(message: impl Display) -> Self {
        Error {
            kind: Kind::Internal,
            message: message.to_string(),
        }
    }
}

/// A path as messages show it: what is no UTF-8 as `�`, control characters escaped.
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

/// What everything that reads input returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Is the result an error whose message has all these words?
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
