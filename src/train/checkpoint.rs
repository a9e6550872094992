//! Checkpoints: a training run saved to a file.
//!
//! The file consists of eight magic bytes, the length of the header as a u64, the header as JSON, the
//! parameters, statistics and optimiser vectors as f32, and the SHA-256 of everything before it, in this
//! order. All numbers are little endian.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::network::{Network, State};
use crate::read;
use crate::write::write_file;

use super::optimiser::Memory;
use super::plan::Plan;
use super::progress::Progress;

const MAGIC: &[u8; 8] = b"SGDSTAB1";
const DIGEST: usize = 32;
/// A length that exceeds any header that is ever written.
const LONGEST_HEADER: u64 = 1 << 20;

/// Everything that determines the rest of a run, except the network and the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The name of the network.
    pub network: String,
    /// The plan. Its number of steps may be changed before resuming.
    pub plan: Plan,
    /// How far the run has come.
    pub progress: Progress,
    /// The parameters and statistics.
    pub state: State,
    /// The state of the optimiser.
    pub memory: Memory,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    network: String,
    parameters: usize,
    statistics: usize,
    plan: Plan,
    progress: Progress,
    memory: Memory,
}

impl Checkpoint {
    /// Writes the file atomically: either completely or not at all.
    ///
    /// # Errors
    /// Returns an error when the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut memory = self.memory.clone();
        let header = Header {
            network: self.network.clone(),
            parameters: self.state.parameters.len(),
            statistics: self.state.statistics.len(),
            plan: self.plan,
            progress: self.progress,
            memory: self.memory.clone(),
        };
        let header = serde_json::to_vec(&header).map_err(Error::internal)?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u64).to_le_bytes());
        bytes.extend(header);
        let own = [&self.state.parameters, &self.state.statistics];
        let vectors = memory.vectors_mut();
        for vector in own.into_iter().chain(vectors.iter().map(|v| &**v)) {
            bytes.extend(vector.iter().flat_map(|x| x.to_le_bytes()));
        }
        let digest = Sha256::digest(&bytes);
        bytes.extend(digest);
        write_file(path, &bytes)
    }

    /// Reads the checkpoint of a run that trains `network`.
    ///
    /// # Errors
    /// Returns an error when the file cannot be read, is not a checkpoint, is incomplete, or belongs to
    /// another network.
    pub fn read(path: &Path, network: &Network) -> Result<Self> {
        let mut reader = Reader::open(path)?;
        let header = reader.header()?;
        let expected = (network.parameters(), network.statistics());
        if header.network != network.name() || (header.parameters, header.statistics) != expected {
            let fault = format!(
                "it is of {} with {} parameters; give one of {} with {}",
                header.network,
                header.parameters,
                network.name(),
                network.parameters()
            );
            return Err(reader.wrong("network", fault));
        }
        let mut memory = header.memory;
        let vectors = memory.vectors_mut().len() + 1;
        let numbers = reader.numbers(vectors * header.parameters + header.statistics)?;
        let mut numbers = numbers.into_iter();
        let mut take = |count| numbers.by_ref().take(count).collect::<Vec<f32>>();
        let state = State {
            parameters: take(header.parameters),
            statistics: take(header.statistics),
        };
        for vector in memory.vectors_mut() {
            *vector = take(header.parameters);
        }
        Ok(Checkpoint {
            network: header.network,
            plan: header.plan,
            progress: header.progress,
            state,
            memory,
        })
    }

    /// Checks that the checkpoint belongs to this network and that the memory is that of the plan's
    /// optimiser.
    pub(super) fn check_is_of(&self, network: &Network) -> Result<()> {
        let optimiser = self.plan.optimiser;
        if self.network == network.name() && self.memory.belongs_to(optimiser) {
            return Ok(());
        }
        let fault = format!(
            "it is of {} and does not fit {} trained by {}; resume the run that wrote it",
            self.network,
            network.name(),
            optimiser.name()
        );
        Err(Error::input("checkpoint", "network", fault))
    }
}

/// Reads a checkpoint file from start to end.
struct Reader<'a> {
    path: &'a Path,
    file: File,
    /// The length of the file in bytes; `position` is how many bytes have been read.
    length: u64,
    position: u64,
    /// The hash of everything read so far.
    hash: Sha256,
}

impl<'a> Reader<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let file = read::open_file(path)?;
        let metadata = file.metadata();
        let metadata = metadata.map_err(|cause| Error::unreadable(path, &cause))?;
        Ok(Reader {
            path,
            file,
            length: metadata.len(),
            position: 0,
            hash: Sha256::new(),
        })
    }

    fn wrong(&self, field: &str, fault: impl Into<String>) -> Error {
        Error::input(self.path.display(), field, fault.into())
    }

    /// Fills `bytes`; returns whether the file had enough of them.
    fn fill(&mut self, bytes: &mut [u8]) -> bool {
        self.position += bytes.len() as u64;
        let is_full = self.file.read_exact(bytes).is_ok();
        self.hash.update(bytes);
        is_full
    }

    fn header(&mut self) -> Result<Header> {
        let (mut magic, mut size) = ([0; 8], [0; 8]);
        let is_full = self.fill(&mut magic) && self.fill(&mut size);
        if !is_full || magic != *MAGIC {
            return Err(self.wrong("magic", "it is no checkpoint; give a file made by one"));
        }
        let size = u64::from_le_bytes(size);
        let too_long = "it is longer than the file; write it again";
        if size > LONGEST_HEADER.min(self.length) {
            return Err(self.wrong("header", too_long));
        }
        let mut text = vec![0; size as usize];
        if !self.fill(&mut text) {
            return Err(self.wrong("header", too_long));
        }
        serde_json::from_slice(&text)
            .map_err(|cause| self.wrong("header", format!("{cause}; write the file again")))
    }

    /// Reads the rest of the file: `count` numbers and the digest of everything before it.
    fn numbers(mut self, count: usize) -> Result<Vec<f32>> {
        let whole = self.position + 4 * count as u64 + DIGEST as u64;
        if self.length != whole {
            let fault = format!(
                "it has {} bytes of {whole}; write the file again",
                self.length
            );
            return Err(self.wrong("length", fault));
        }
        let (mut body, mut digest) = (vec![0; 4 * count], [0; DIGEST]);
        let is_full = self.fill(&mut body);
        let hash = self.hash.clone().finalize();
        if !(is_full && self.fill(&mut digest)) || hash[..] != digest {
            return Err(self.wrong("digest", "its bytes have changed; write the file again"));
        }
        let (quadruples, _) = body.as_chunks::<4>();
        let numbers = quadruples.iter().map(|bytes| f32::from_le_bytes(*bytes));
        Ok(numbers.collect())
    }
}
