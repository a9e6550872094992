//! A file of f64 numbers behind one line that says what they are, with a checksum at its end.
//!
//! The line is a JSON object. The numbers follow as eight little-endian bytes each, and then the SHA-256 of
//! everything before.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::read;
use crate::write;

/// The length of the longest first line, in bytes.
const LONGEST_LINE: usize = 4096;

/// So many numbers are converted at a time.
const TOGETHER: usize = 1 << 14;

/// What the numbers of a file are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heading {
    /// The SHA-256 of the Gram matrix to which they belong.
    pub gram: String,
    /// The name of what they are.
    pub what: String,
    /// The number of products with which they were computed.
    pub products: usize,
    /// How many vectors they make up.
    pub vectors: usize,
    /// How many there are.
    pub numbers: u64,
}

/// Writes the numbers of a file.
pub(super) struct Sink<'a> {
    file: &'a mut File,
    hash: Sha256,
    bytes: Vec<u8>,
}

impl Sink<'_> {
    /// Writes these numbers next.
    pub fn numbers(&mut self, numbers: &[f64]) -> io::Result<()> {
        for numbers in numbers.chunks(TOGETHER) {
            self.bytes
                .extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            if self.bytes.len() >= 8 * TOGETHER {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hash.update(&self.bytes);
        self.file.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

/// Writes a file whose numbers `fill` gives to the sink, as many as the heading says.
pub(super) fn save(
    path: &Path,
    heading: &Heading,
    fill: impl FnOnce(&mut Sink<'_>) -> io::Result<()>,
) -> Result<()> {
    write::write_with(path, |file| {
        let mut line = serde_json::to_vec(heading)?;
        line.push(b'\n');
        let mut sink = Sink {
            file,
            hash: Sha256::new(),
            bytes: line,
        };
        fill(&mut sink)?;
        sink.flush()?;
        let digest = sink.hash.finalize();
        sink.file.write_all(&digest)
    })
}

/// Reads the numbers of a file.
pub(super) struct Source {
    input: read::Input,
    hash: Sha256,
    /// What the numbers are.
    pub heading: Heading,
}

impl Source {
    /// Opens a file, if what its first line promises is what it holds.
    pub fn open(path: &Path) -> Result<Option<Source>> {
        let mut input = read::open(path)?;
        let length = input.length();
        let Some(line) = first_line(&mut input) else {
            return Ok(None);
        };
        let Ok(heading) = serde_json::from_slice::<Heading>(&line) else {
            return Ok(None);
        };
        let bytes = heading.numbers.checked_mul(8);
        let whole = bytes.and_then(|bytes| bytes.checked_add(line.len() as u64 + 32));
        let mut hash = Sha256::new();
        hash.update(&line);
        Ok((whole.is_some() && whole == length).then_some(Source {
            input,
            hash,
            heading,
        }))
    }

    /// Reads so many numbers as there is room for, all of which have to be finite.
    pub fn numbers(&mut self, numbers: &mut [f64]) -> io::Result<()> {
        let mut bytes = vec![0; 8 * TOGETHER.min(numbers.len())];
        for numbers in numbers.chunks_mut(TOGETHER) {
            let bytes = &mut bytes[..8 * numbers.len()];
            self.input.read_exact(bytes)?;
            self.hash.update(&*bytes);
            for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
                *number = f64::from_le_bytes(*bytes);
            }
            if !numbers.iter().all(|number| number.is_finite()) {
                return Err(io::Error::from(ErrorKind::InvalidData));
            }
        }
        Ok(())
    }

    /// Compares the checksum, once all numbers were read.
    pub fn finish(mut self) -> io::Result<()> {
        let mut digest = [0; 32];
        self.input.read_exact(&mut digest)?;
        if self.hash.finalize()[..] == digest {
            Ok(())
        } else {
            Err(io::Error::from(ErrorKind::InvalidData))
        }
    }
}

/// The first line with its end; `None` if there is none, or it is too long.
fn first_line(input: &mut read::Input) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < LONGEST_LINE {
        input.read_exact(&mut byte).ok()?;
        line.push(byte[0]);
        if byte[0] == b'\n' {
            return Some(line);
        }
    }
    None
}
