//! A run in a file.
//!
//! Eight bytes of magic; the length of a header as u64; the header, JSON; parameters, statistics and
//! the optimiser's vectors as f32; the SHA-256 of all that. Numbers are little endian.

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
/// No header that was written is longer.
const LONGEST_HEADER: u64 = 1 << 20;

/// Everything that the rest of a run depends on, but for network and data.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The name of the network.
    pub network: String,
    /// The plan; another number of steps may be put in.
    pub plan: Plan,
    /// How far the run has come.
    pub progress: Progress,
    /// Parameters and statistics.
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
    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
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

    /// Reads the checkpoint of a run of this network.
    ///
    /// # Errors
    /// When the file cannot be read, is no checkpoint, is not whole, or is of another network.
    pub fn read(path: &Path, network: &Network) -> Result<Self> {
        let wrong = |field: &str, fault: &str| Error::input(path.display(), field, fault);
        let unreadable = |cause| Error::unreadable(path, &cause);
        let mut file = read::open_file(path)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut start = [0; 16];
        let read = file.read_exact(&mut start);
        let (magic, size) = start.split_at(MAGIC.len());
        if read.is_err() || magic != MAGIC {
            return Err(wrong(
                "magic",
                "it is no checkpoint; give a file made by one",
            ));
        }
        let size = u64::from_le_bytes(size.try_into().expect("eight bytes"));
        if size > LONGEST_HEADER.min(length) {
            return Err(wrong(
                "header",
                "it is longer than the file; write it again",
            ));
        }
        let mut text = vec![0; size as usize];
        file.read_exact(&mut text).map_err(unreadable)?;
        let header: Header = serde_json::from_slice(&text)
            .map_err(|cause| wrong("header", &format!("{cause}; write the file again")))?;
        let expected = (network.parameters(), network.statistics());
        if header.network != network.name() || (header.parameters, header.statistics) != expected {
            let fault = format!(
                "it is of {} with {} parameters; give one of {} with {}",
                header.network,
                header.parameters,
                network.name(),
                network.parameters()
            );
            return Err(wrong("network", &fault));
        }
        let mut memory = header.memory;
        let vectors = memory.vectors_mut().len() + 1;
        let numbers = vectors * header.parameters + header.statistics;
        let whole = start.len() as u64 + size + 4 * numbers as u64 + DIGEST as u64;
        if length != whole {
            let fault = format!("it has {length} bytes of {whole}; write the file again");
            return Err(wrong("length", &fault));
        }
        let mut rest = Vec::new();
        file.read_to_end(&mut rest).map_err(unreadable)?;
        let (body, digest) = rest.split_at(rest.len().saturating_sub(DIGEST));
        let hash = Sha256::new().chain_update(start).chain_update(&text);
        if body.len() != 4 * numbers || hash.chain_update(body).finalize()[..] != *digest {
            return Err(wrong(
                "digest",
                "its bytes have changed; write the file again",
            ));
        }
        let (quadruples, _) = body.as_chunks::<4>();
        let mut floats = quadruples.iter().map(|bytes| f32::from_le_bytes(*bytes));
        let mut take = |count| floats.by_ref().take(count).collect::<Vec<f32>>();
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
}
