//! The zip file that `torch.save` writes: the entries `NAME/data.pkl`, `NAME/byteorder` and, for each
//! storage, `NAME/data/KEY`, none of them compressed.

use std::io::{self, Cursor};

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

use super::super::pickle::LONGEST;
use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// How to save a checkpoint that is read.
pub const SAVE: &str = "save the weights with torch.save(model.state_dict(), FILE)";

/// The first bytes of a zip file.
const MAGIC: [u8; 4] = *b"PK\x03\x04";

/// The name of the entry that every file of PyTorch has.
const PICKLE: &str = "data.pkl";

/// Whether these are the bytes of a zip file.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// An opened file.
pub struct Archive<'a> {
    place: &'a str,
    bytes: &'a [u8],
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// What the names of all entries begin with: `NAME/`.
    folder: String,
    /// How many bytes may still be read: all entries together have no more than the file.
    left: u64,
}

impl<'a> Archive<'a> {
    /// Opens a file; `place` names it in errors.
    ///
    /// # Errors
    /// Returns an error if the bytes are not those of a zip file that `torch.save` wrote on a little-endian
    /// machine.
    pub fn open(place: &'a str, bytes: &'a [u8]) -> Result<Self> {
        let refuse = |field: &str, fault: String| Err(Error::input(place, field, fault));
        // A file of PyTorch begins with its first entry. Left to find the beginning, the crate takes the 76 bytes of
        // the two records in front of the end for a prefix, if the first header of the directory has as many.
        let from_the_start = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let zip = match ZipArchive::with_config(from_the_start, Cursor::new(bytes)) {
            Ok(zip) => zip,
            Err(cause) => {
                let fault = format!("is cut short or damaged ({cause}); save the checkpoint again");
                return refuse("zip file", fault);
            }
        };
        if zip.has_duplicate_names() {
            return refuse("zip file", format!("names an entry twice; {SAVE}"));
        }
        let folders: Vec<String> = (zip.file_names().filter_map(|name| folder(&name.ok()?)))
            .take(2)
            .collect();
        let [folder] = &folders[..] else {
            let count = if folders.is_empty() {
                "no"
            } else {
                "more than one"
            };
            let fault = format!(
                "is a zip file with {count} {PICKLE}, and not a checkpoint of PyTorch; {SAVE}"
            );
            return refuse("file", fault);
        };
        let mut archive = Archive {
            place,
            bytes,
            zip,
            folder: folder.clone(),
            left: bytes.len() as u64,
        };
        if archive.has("constants.pkl") {
            let fault =
                format!("is a TorchScript program (torch.jit.save), which is not run; {SAVE}");
            return refuse("file", fault);
        }
        archive.check_order_of_bytes()?;
        Ok(archive)
    }

    /// The bytes of the pickle.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub fn pickle(&mut self) -> Result<&'a [u8]> {
        self.read(PICKLE, LONGEST as u64)
    }

    /// The bytes of a storage.
    ///
    /// # Errors
    /// Returns an error if they are not there or cannot be read.
    pub fn storage(&mut self, key: &str) -> Result<&'a [u8]> {
        self.read(&format!("data/{key}"), u64::MAX)
    }

    fn has(&self, name: &str) -> bool {
        let name = format!("{}{name}", self.folder);
        self.zip.index_for_name(&name).is_some()
    }

    fn check_order_of_bytes(&mut self) -> Result<()> {
        const ENTRY: &str = "byteorder";
        // Versions before 2.0 do not write it.
        if !self.has(ENTRY) {
            return Ok(());
        }
        let order = self.read(ENTRY, 16)?;
        if order.trim_ascii() == b"little" {
            return Ok(());
        }
        let fault = format!(
            "is {:?}, and numbers are read little endian; save the checkpoint on such a machine, or with \
             torch.serialization.set_default_load_endianness and torch.save",
            brief(&String::from_utf8_lossy(order))
        );
        Err(Error::input(self.place, ENTRY, fault))
    }

    /// Reads an entry of at most `most` bytes.
    fn read(&mut self, name: &str, most: u64) -> Result<&'a [u8]> {
        let refuse = |fault: String| Error::input(self.place, brief(name), fault);
        let Some(index) = self.zip.index_for_name(&format!("{}{name}", self.folder)) else {
            return Err(refuse("is not in the file, which is damaged".to_owned()));
        };
        let damaged = |cause: &dyn std::fmt::Display| {
            refuse(format!(
                "cannot be read ({cause}); save the checkpoint again"
            ))
        };
        let mut file = self.zip.by_index(index).map_err(|cause| damaged(&cause))?;
        let size = file.size();
        if file.compression() != CompressionMethod::Stored || file.encrypted() {
            let fault = "is compressed or encrypted, which torch.save does not do; save the checkpoint again";
            return Err(refuse(fault.to_owned()));
        }
        if size > most || size > self.left {
            let fault =
                format!("has {size} bytes, more than the file can hold; the file is damaged");
            return Err(refuse(fault));
        }
        self.left -= size;
        // What is not compressed need not be copied; reading it once compares the checksum.
        let start = file
            .data_start()
            .and_then(|start| usize::try_from(start).ok());
        let read = io::copy(&mut file, &mut io::sink()).map_err(|cause| damaged(&cause))?;
        let there =
            start.and_then(|start| self.bytes.get(start..)?.get(..usize::try_from(size).ok()?));
        match there {
            Some(bytes) if read == size => Ok(bytes),
            _ => Err(refuse(
                "is not as long as the zip file says; the file is damaged".to_owned(),
            )),
        }
    }
}

/// What stands before `data.pkl` in the name of an entry, if this is the entry: nothing, or one folder.
fn folder(name: &str) -> Option<String> {
    let folder = name.strip_suffix(PICKLE)?;
    let is_one = folder.is_empty() || folder.find('/') == Some(folder.len() - 1);
    is_one.then(|| folder.to_owned())
}
