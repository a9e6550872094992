//! The zip file of an npz file: its arrays by name.

use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::listing;
use crate::dataset::npy::{Array, Header, Reach};
use crate::error::{Error, Result};

/// The largest number of bytes that one compressed byte can expand to: the shortest code of deflate, two
/// bits long, copies at most 258 bytes.
const MOST_PER_BYTE: u64 = 8 / 2 * 258;

/// An opened npz file.
pub(in crate::dataset) struct Archive<'a, S> {
    place: &'a str,
    zip: ZipArchive<S>,
}

impl<'a, S: Read + Seek> Archive<'a, S> {
    /// Opens a zip file; `place` names it in errors.
    pub fn open(place: &'a str, source: S) -> Result<Self> {
        let refuse = |fault: String| Error::input(place, "zip file", fault);
        let zip = ZipArchive::new(source)
            .map_err(|cause| refuse(format!("{cause}; write it with numpy.savez")))?;
        if zip.has_duplicate_names() {
            return Err(refuse(
                "names an array twice; write it with numpy.savez".to_owned(),
            ));
        }
        Ok(Archive { place, zip })
    }

    /// Whether there is an array of this name.
    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(&entry(name)).is_some()
    }

    /// The arrays with their shapes and types, as text.
    pub fn listing(&mut self) -> String {
        listing::of(&mut self.zip)
    }

    /// Reads the array of this name; `mend` says what to do if there is none.
    pub fn array(&mut self, name: &str, reach: Reach, mend: &str) -> Result<Array> {
        let place = format!("{}: {name}", self.place);
        let (mut file, header) = self.begin(name, mend)?;
        header.read_body(&place, &mut file, reach)
    }

    /// Reads the header of the array of this name; `mend` says what to do if there is none.
    pub fn header(&mut self, name: &str, mend: &str) -> Result<Header> {
        self.begin(name, mend).map(|(_, header)| header)
    }

    /// Opens the array of this name and reads its header; the returned reader is at the first element.
    fn begin(&mut self, name: &str, mend: &str) -> Result<(ZipFile<'_, S>, Header)> {
        let Some(index) = self.zip.index_for_name(&entry(name)) else {
            let listing = self.listing();
            let fault = format!("is not there; the file has {listing}: {mend}");
            return Err(Error::input(self.place, name, fault));
        };
        let mut file = self.zip.by_index(index).map_err(|cause| {
            let fault = format!("cannot be read ({cause}); write the file with numpy.savez");
            Error::input(self.place, name, fault)
        })?;
        let place = format!("{}: {name}", self.place);
        check_size(&place, &file)?;
        let header = Header::read(&place, &mut file)?;
        if header.bytes() > file.size() {
            let fault = format!(
                "promises {} bytes of elements, but the whole array has {}; the file is damaged",
                header.bytes(),
                file.size()
            );
            return Err(Error::input(place, "header", fault));
        }
        Ok((file, header))
    }
}

/// The name of the entry that holds an array.
fn entry(name: &str) -> String {
    format!("{name}.npy")
}

/// Checks that the compressed data can hold as many bytes as they declare.
fn check_size(place: &str, file: &ZipFile<'_, impl Read>) -> Result<()> {
    let (size, compressed) = (file.size(), file.compressed_size());
    if size <= compressed.saturating_mul(MOST_PER_BYTE) {
        return Ok(());
    }
    let fault = format!(
        "promises {size} bytes, which its {compressed} compressed bytes cannot hold; the file is \
         damaged or a trap"
    );
    Err(Error::input(place, "size", fault))
}
