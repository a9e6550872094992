//! Opens files from outside. All such files are opened here, so that no file can block the program
//! forever.
//!
//! Regular files can be read, and so can pipes (`mkfifo`, a shell's `<(…)`, `/dev/stdin`), provided that
//! the reader passes through its input only once. A pipe that has no writer is refused after
//! [`PATIENCE`]; folders, devices and sockets are refused at once. The size of a pipe is known only at
//! its end, so that limits on size are checked for a file before it is read, and for a pipe afterwards.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_setfl};

use crate::error::{Error, Result};

/// How long to wait for a writer of a pipe.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The length in bytes of the longest text that is read.
pub const LONGEST_TEXT: usize = 1 << 28;

/// A file or a pipe, opened at its beginning.
#[derive(Debug)]
pub struct Input {
    /// The bytes that were read to find out whether the pipe has a writer.
    first: Cursor<Vec<u8>>,
    file: File,
    length: Option<u64>,
}

impl Input {
    /// The length of the file in bytes; `None` for a pipe, whose length is not known.
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

/// Opens a file or a pipe that will be read once, from beginning to end.
///
/// # Errors
/// Returns an error if the path does not exist, may not be read, is neither a file nor a pipe, or is a
/// pipe without a writer.
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

/// Opens a regular file that will be read in any order or more than once.
///
/// # Errors
/// Returns an error if the path does not exist, may not be read, or is not a regular file.
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

/// Reads a whole text.
///
/// # Errors
/// The errors of [`bytes`]; also if the text is not UTF-8.
pub fn text(path: &Path) -> Result<String> {
    utf8(path.display(), bytes(path)?)
}

/// The text of these bytes, which are from `place`.
///
/// # Errors
/// Returns an error if they are not UTF-8.
pub fn utf8(place: impl Display, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|fault| {
        let byte = format!("byte {}", fault.utf8_error().valid_up_to());
        let fault = "is not UTF-8, so this is no text; give the right file, or write it as UTF-8";
        Error::input(place, byte, fault)
    })
}

/// Reads a whole file of at most [`LONGEST_TEXT`] bytes.
///
/// # Errors
/// The errors of [`open`]; also if the file is longer.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
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
    // A pipe has no length, and may be endless.
    let mut bytes = Vec::new();
    let read = input.take(LONGEST_TEXT as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|cause| Error::unreadable(path, &cause))?;
    if bytes.len() > LONGEST_TEXT {
        return too_long();
    }
    Ok(bytes)
}

/// The name of this kind of file, if it is not a regular file.
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

/// Waits until something is written into a pipe, and returns what has been read by then; later reads
/// block as usual. `None` if nobody writes.
fn first_byte(mut pipe: &File) -> io::Result<Option<Vec<u8>>> {
    let mut byte = [0];
    let begin = Instant::now();
    let first = loop {
        match pipe.read(&mut byte) {
            Ok(0) if begin.elapsed() >= PATIENCE => return Ok(None),
            Ok(0) => sleep(Duration::from_millis(20)),
            Ok(_) => break byte.to_vec(),
            // There is a writer that has not written yet.
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
        // More than a pipe buffers, from a writer that begins late and pauses on the way.
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
