//! A checkpoint in several files: `model.safetensors.index.json` names the file of every tensor.
//!
//! `{"metadata": {"total_size": 123}, "weight_map": {"fc.0.weight": "model-00001-of-00002.safetensors"}}`.
//! The parts may be files of `torch.save`, whose index is `pytorch_model.bin.index.json`.
//! Source: Hugging Face, "Sharded checkpoints", huggingface.co/docs/transformers/big_models.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::fs::metadata;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::choice::Choice;
use super::contents::{Checkpoint, Contents, ORDER, bytes};
use super::order::Order;
use crate::dataset::text::{brief, hexadecimal};
use crate::error::{Error, Result};

/// The index: which tensor is in which file.
#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    metadata: serde_json::Map<String, Value>,
    weight_map: BTreeMap<String, String>,
}

/// The name of the index to which a file of this name belongs: `model.safetensors.index.json` for
/// `model-00001-of-00002.safetensors`.
pub(super) fn index_of_part(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let (rest, extension) = name.rsplit_once('.')?;
    let (rest, total) = rest.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let is_number = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    let is_part = is_number(number) && is_number(total) && total != "00001";
    is_part.then(|| format!("{stem}.{extension}.index.json"))
}

/// Whether this file is an index, judged by its name.
pub(super) fn is_index(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("json"))
}

/// How many bytes are read from disk for a checkpoint, all its files together; 0 if unknown.
pub fn size(path: &Path) -> u64 {
    let length = |path: &Path| metadata(path).map_or(0, |metadata| metadata.len());
    let parts = is_index(path).then(|| Index::read(path).ok()).flatten();
    let parts = parts.and_then(|index| index.parts(path).ok());
    let parts = parts.into_iter().flatten();
    parts.map(|(_, part)| length(&part)).sum::<u64>() + length(path)
}

/// Reads the chosen tensors from all files of a checkpoint.
pub(super) fn read(path: &Path, choice: &Choice) -> Result<Checkpoint> {
    let (place, index) = (path.display().to_string(), Index::read(path)?);
    let mut all = Contents {
        metadata: index.entries(),
        ..Contents::default()
    };
    let (mut digests, mut places) = (String::new(), HashMap::new());
    for (file, part) in index.parts(path)? {
        if !part.exists() {
            let fault =
                format!("is not there, and {place} names it; put all parts beside their index");
            return Err(Error::input(part.display(), "file", fault));
        }
        let contents = Contents::parse(&part.display().to_string(), &bytes(&part)?, choice)?;
        let names = contents.tensors.iter().map(|tensor| &tensor.name);
        let further = contents.aliases.iter().map(|alias| &alias.name);
        for name in names.chain(further).chain(&contents.ignored) {
            if let Some(before) = places.insert(name.clone(), file.clone()) {
                let fault = format!("stands in {before} and in {file}; export the weights again");
                return Err(Error::input(&place, brief(name), fault));
            }
        }
        digests += &format!("{}\n", contents.digest);
        all.tensors.extend(contents.tensors);
        all.aliases.extend(contents.aliases);
        all.ignored.extend(contents.ignored);
        all.without_numbers.extend(contents.without_numbers);
        for (name, of) in contents
            .metadata
            .into_iter()
            .filter(|(name, _)| name != ORDER)
        {
            all.metadata.entry(name).or_insert(of);
        }
    }
    index.check(&place, &places)?;
    all.ignored.sort_unstable();
    all.digest = hexadecimal(&Sha256::digest(digests));
    all.check_choice(&place, choice)?;
    let mut checkpoint = all.put_in_order(&place, choice)?;
    if checkpoint.order == Order::Kept {
        // Positions in different files cannot be compared.
        checkpoint.order = Order::Lost;
    }
    Ok(checkpoint)
}

impl Index {
    fn read(path: &Path) -> Result<Self> {
        let place = path.display().to_string();
        let index: Index = serde_json::from_slice(&bytes(path)?).map_err(|cause| {
            let fault = format!(
                "{}; an index has \"weight_map\": {{name: file}}",
                brief(&cause.to_string())
            );
            Error::input(&place, "index", fault)
        })?;
        if index.weight_map.is_empty() {
            Err(Error::input(place, "weight_map", "names no tensor"))
        } else {
            Ok(index)
        }
    }

    /// The text entries of the metadata, among them the exporter's `order`.
    fn entries(&self) -> HashMap<String, String> {
        let entries = self.metadata.iter();
        let texts =
            entries.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        texts.collect()
    }

    /// The files that the index names, each once, in the order of their names; they are in the folder of
    /// the index.
    fn parts(&self, path: &Path) -> Result<BTreeMap<String, PathBuf>> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let part = |(name, file): (&String, &String)| {
            let mut components = Path::new(file).components();
            let is_name =
                matches!(components.next(), Some(Component::Normal(name)) if name == &file[..]);
            if is_name && components.next().is_none() {
                return Ok((file.clone(), folder.join(file)));
            }
            let fault = format!(
                "stands in {:?}, which is no name of a file in the folder",
                brief(file)
            );
            Err(Error::input(path.display(), brief(name), fault))
        };
        self.weight_map.iter().map(part).collect()
    }

    /// Checks that every tensor is in the file that the index names, and that the index names every
    /// tensor.
    fn check(&self, place: &str, places: &HashMap<String, String>) -> Result<()> {
        for (name, file) in &self.weight_map {
            if places.get(name) != Some(file) {
                let fault =
                    format!("is not in {file}, where the index has it; export the weights again");
                return Err(Error::input(place, brief(name), fault));
            }
        }
        let mut names = places
            .iter()
            .filter(|(name, _)| !self.weight_map.contains_key(*name));
        match names.next() {
            Some((name, file)) => {
                let fault = format!(
                    "stands in {file}, and the index does not name it; export the weights again"
                );
                Err(Error::input(place, brief(name), fault))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
