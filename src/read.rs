//! Opening files from outside: the one place, so that no file keeps the program waiting for ever.
//!
//! A regular file is read, and so is a pipe (`mkfifo`, a shell's `<(…)`, `/dev/stdin`) into which
//! somebody writes, where a reader goes through its input once. A pipe without a writer is refused
//! after [`PATIENCE`]; a folder, a device and a socket at once. The size of a pipe is known only when
//! it has ended: what is checked by size before it is read is of a pipe checked after.

use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_setfl};

use crate::error::{Error, Result};

/// How long a pipe may have no writer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The longest text that is read, in bytes.
pub const LONGEST_TEXT: usize = 1 << 28;

/// A file or a pipe, open at its beginning.
#[derive(Debug)]
pub struct Input {
    /// What was read to see whether somebody writes.
    first: Cursor<Vec<u8>>,
    file: File,
    length: Option<u64>,
}

impl Input {
    /// The bytes that are there; `None` for a pipe, which does not know.
    pub fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Read for Input {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self.first.read(bytes)? {
            0 => self.file.read(bytes),
            read => Ok(read),
        }
    }
}

/// Opens what is read once, from its beginning to its end.
///
/// # Errors
/// When it is not there, may not be read, is neither a file nor a pipe, or is a pipe into which
/// nobody writes.
pub fn open(path: &Path) -> Result<Input> {
    let file = open_unblocked(path)?;
    let metadata = file.metadata();
    let metadata = metadata.map_err(|cause| Error::unreadable(path, &cause))?;
    if metadata.is_file() {
        let (first, length) = (Cursor::default(), Some(metadata.len()));
        return Ok(Input {
            first,
            file,
            length,
        });
    }
    let first = first_byte(&file).map_err(|cause| Error::unreadable(path, &cause))?;
    let Some(first) = first else {
        let fault = "has no writer; start the program that writes into it first, or give a file";
        return Err(Error::input(path.display(), "pipe", fault));
    };
    Ok(Input {
        first: Cursor::new(first),
        file,
        length: None,
    })
}

/// Opens what is read in any order or more than once: a regular file.
///
/// # Errors
/// When it is not there, may not be read, or is something else.
pub fn open_file(path: &Path) -> Result<File> {
    let file = open_unblocked(path)?;
    match file.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(file),
        Ok(_) => {
            let fault = "is read more than once, which a pipe cannot be; write it to a file first";
            Err(Error::input(path.display(), "pipe", fault))
        }
        Err(cause) => Err(Error::unreadable(path, &cause)),
    }
}

/// Reads a text whole.
///
/// # Errors
/// As [`open`]; when it is longer than [`LONGEST_TEXT`], or is no UTF-8.
pub fn text(path: &Path) -> Result<String> {
    let too_long = || {
        let fault = format!("is longer than {LONGEST_TEXT} bytes, the most that is read of a text");
        Err(Error::input(path.display(), "file", fault))
    };
    let input = open(path)?;
    if input
        .length()
        .is_some_and(|length| length > LONGEST_TEXT as u64)
    {
        return too_long();
    }
    // What has no length may still go on for ever.
    let mut bytes = Vec::new();
    let read = input.take(LONGEST_TEXT as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|cause| Error::unreadable(path, &cause))?;
    if bytes.len() > LONGEST_TEXT {
        return too_long();
    }
    String::from_utf8(bytes).map_err(|fault| {
        let place = format!("byte {}", fault.utf8_error().valid_up_to());
        let fault = "is not UTF-8, so this is no text; give the right file, or write it as UTF-8";
        Error::input(path.display(), place, fault)
    })
}

/// What is at `path`, when it is no file.
pub fn other_kind(kind: fs::FileType) -> Option<&'static str> {
    let kinds = [
        (kind.is_dir(), "folder"),
        (kind.is_fifo(), "pipe"),
        (kind.is_socket(), "socket"),
        (kind.is_char_device() || kind.is_block_device(), "device"),
    ];
    kinds.into_iter().find(|(is, _)| *is).map(|(_, name)| name)
}

/// Opens a file or a pipe without waiting for a writer.
fn open_unblocked(path: &Path) -> Result<File> {
    let unreadable = |cause| Error::unreadable(path, &cause);
    let kind = fs::metadata(path).map_err(unreadable)?.file_type();
    match other_kind(kind) {
        None | Some("pipe") => {}
        Some(kind) => {
            let fault = format!("cannot be read: it is a {kind}; give a file");
            return Err(Error::input(path.display(), "file", fault));
        }
    }
    let flags = OFlags::NONBLOCK.bits() as i32;
    let mut options = File::options();
    let opened = options.read(true).custom_flags(flags).open(path);
    opened.map_err(unreadable)
}

/// Waits until somebody writes into a pipe; gives what has been read by then, and from then on waits
/// for the rest. `None` when nobody does.
fn first_byte(mut pipe: &File) -> io::Result<Option<Vec<u8>>> {
    let mut byte = [0];
    let begin = Instant::now();
    let first = loop {
        match pipe.read(&mut byte) {
            Ok(0) if begin.elapsed() >= PATIENCE => return Ok(None),
            Ok(0) => sleep(Duration::from_millis(20)),
            Ok(_) => break byte.to_vec(),
            // There is a writer, who has not written yet.
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => break Vec::new(),
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    };
    fcntl_setfl(pipe, OFlags::empty())?;
    Ok(Some(first))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::thread::spawn;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;
    use crate::error::expect;

    fn pipe(folder: &tempfile::TempDir) -> std::path::PathBuf {
        let path = folder.path().join("pipe");
        let mode = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, &path, FileType::Fifo, mode, 0).unwrap();
        path
    }

    #[test]
    fn a_file_knows_its_length_and_a_pipe_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "text").unwrap();
        assert_eq!(open(&path).unwrap().length(), Some(4));
        assert_eq!(text(&path).unwrap(), "text");
        let path = pipe(&folder);
        // More than a pipe holds at once, from a writer that begins late and rests on the way.
        let long = "0123456789".repeat(20_000);
        let (writer, sent) = (path.clone(), long.clone());
        let writer = spawn(move || {
            let mut file = File::options().write(true).open(writer).unwrap();
            for part in [&sent[..1], &sent[1..100_000], &sent[100_000..]] {
                sleep(Duration::from_millis(60));
                io::Write::write_all(&mut file, part.as_bytes()).unwrap();
            }
        });
        sleep(Duration::from_millis(100));
        let mut input = open(&path).unwrap();
        assert_eq!(input.length(), None);
        let mut read = String::new();
        input.read_to_string(&mut read).unwrap();
        assert!(read == long, "{} bytes of {}", read.len(), long.len());
        writer.join().unwrap();
    }

    #[test]
    fn what_would_never_end_or_begin_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(&folder);
        let begin = Instant::now();
        expect(open(&path), &["pipe: has no writer"]);
        assert!(begin.elapsed() < 3 * PATIENCE);
        expect(open_file(&path), &["more than once"]);
        expect(open(folder.path()), &["is a folder"]);
        expect(open_file(folder.path()), &["is a folder"]);
        expect(text(Path::new("/dev/zero")), &["/dev/zero", "is a device"]);
        let socket = folder.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        expect(open(&socket), &["is a socket"]);
        expect(open(&folder.path().join("none")), &["cannot be read"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"ab\xffc").unwrap();
        expect(text(&path), &["file: byte 2: is not UTF-8"]);
    }
}
