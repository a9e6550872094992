//! Checks of a header beyond those of the `safetensors` crate, and their error messages.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use safetensors::SafeTensorError;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::choice::Choice;
use super::tensor::Dtype;
use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// How to replace a file in another format.
const EXPORT: &str = "export the weights as docs/your-own-network.md shows, with \
                      safetensors.torch.save_file(model.state_dict(), FILE)";

/// The longest header that is read, in bytes: enough for some hundred thousand tensors.
const LONGEST: usize = 10_000_000;

/// The entry of the header that is not a tensor.
const METADATA: &str = "__metadata__";

/// Checks that the header of the file is complete, that no name occurs
/// twice, and that every chosen tensor has a supported type and as many bytes as its shape requires.
pub(super) fn check(place: &str, bytes: &[u8], choice: &Choice) -> Result<()> {
    let refuse = |field: &str, fault: String| Err(Error::input(place, field, fault));
    let Some((length, rest)) = bytes.split_first_chunk() else {
        let fault = format!("is cut short in its first eight bytes; {EXPORT}");
        return refuse("file", fault);
    };
    let length = u64::from_le_bytes(*length);
    if length == 0 {
        let fault = "begins with zeros: it was made and never filled, or is still being written";
        return refuse("file", format!("{fault}; {EXPORT}"));
    }
    let Some(header) = usize::try_from(length).ok().and_then(|n| rest.get(..n)) else {
        let fault = format!(
            "is to have {length} bytes, but only {} follow; the file is cut short or is no \
             safetensors file: {EXPORT}",
            rest.len()
        );
        return refuse("header", fault);
    };
    if header.len() > LONGEST {
        let fault = format!("has {length} bytes; up to {LONGEST} are read");
        return refuse("header", fault);
    }
    if header.first() != Some(&b'{') {
        let fault = format!("does not begin with {{; the file is no safetensors file: {EXPORT}");
        return refuse("header", fault);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(header);
    let of_type = RefCell::new(None);
    let tensors = Tensors {
        choice,
        of_type: &of_type,
    };
    let checked = deserializer.deserialize_map(tensors);
    if let Some((name, fault)) = of_type.take() {
        return refuse(&name, fault);
    }
    checked
        .and_then(|()| deserializer.end())
        .map_err(|cause| Error::input(place, "header", format!("{cause}; {EXPORT}")))
}

/// The error message, in one sentence, for an error of the crate.
pub(super) fn fault(place: &str, cause: &SafeTensorError) -> Error {
    let (field, fault) = match cause {
        SafeTensorError::MetadataIncompleteBuffer => (
            "file".to_owned(),
            "does not end with its last tensor: it is cut short or has bytes after it".to_owned(),
        ),
        SafeTensorError::InvalidOffset(name) => (
            brief(name),
            "does not begin where the tensor before it ends".to_owned(),
        ),
        other => ("header".to_owned(), other.to_string()),
    };
    Error::input(place, field, format!("{fault}; {EXPORT}"))
}

/// Visits every entry of the header.
struct Tensors<'a> {
    choice: &'a Choice,
    /// The first tensor of an unsupported type, with the reason. This is not an error in the header
    /// itself.
    of_type: &'a RefCell<Option<(String, String)>>,
}

impl<'de> Visitor<'de> for Tensors<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let value: Value = map.next_value()?;
            let checked = match name.as_str() {
                METADATA => Ok(()),
                _ if self.choice.name(&name).is_none() => Ok(()),
                _ => check_tensor(&name, value, |fault| {
                    let first = (brief(&name), fault.clone());
                    self.of_type.borrow_mut().get_or_insert(first);
                    fault
                }),
            };
            checked.map_err(|fault| A::Error::custom(format!("{}: {fault}", brief(&name))))?;
            if names.contains(&name) {
                return Err(A::Error::custom(format!("{}: occurs twice", brief(&name))));
            }
            names.insert(name);
        }
        if names.iter().any(|name| name != METADATA) {
            Ok(())
        } else {
            Err(A::Error::custom("there is no tensor"))
        }
    }
}

/// An entry of the header.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

fn check_tensor(
    name: &str,
    value: Value,
    of_type: impl FnOnce(String) -> String,
) -> std::result::Result<(), String> {
    let entry: Entry = serde_json::from_value(value).map_err(|cause| brief(&cause.to_string()))?;
    let dtype = Dtype::of(name, &entry.dtype).map_err(of_type)?;
    let [start, end] = entry.data_offsets;
    let product = |size: u64, &dimension: &u64| size.checked_mul(dimension);
    let bytes = entry.shape.iter().try_fold(dtype.width() as u64, product);
    if bytes.is_some() && bytes == end.checked_sub(start) {
        return Ok(());
    }
    let (shape, of) = (entry.shape, entry.dtype);
    Err(format!(
        "bytes {start} to {end} are not those of the shape {} of {of}",
        brief(&format!("{shape:?}"))
    ))
}
