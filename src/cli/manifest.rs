//! The manifest: the instruction sets and the data of a folder of cells. How each cell was made stands in
//! `runs.jsonl` beside it.
//!
//! `reproduce` writes it beside the cells, `merge` joins several, and `report` reads it. The cells of a
//! folder must come from one data set. Everything else may differ from cell to cell; the manifest then
//! lists every value.

use std::path::Path;

use sgd_stability::dataset::{Dataset, Selection, Split, cifar, fashion_mnist};
use sgd_stability::error::{Error, Result};
use sgd_stability::experiment::Context;
use sgd_stability::kernel::Isa;
use sgd_stability::read;
use sgd_stability::write::write_file;

/// Names and values of the entries, in the order of the report.
pub type Manifest = Vec<(String, String)>;

/// The names of the entries that must agree within one folder.
const DATA: [&str; 4] = [
    "training images",
    "test images",
    "training images of CIFAR-10",
    "test images of CIFAR-10",
];

/// The separator between the values of an entry that differ.
const BETWEEN: &str = "; ";

/// The manifest of a run with this context.
pub fn of(context: &Context) -> Result<Manifest> {
    let isas: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
    let entries = [("instruction sets", isas.join(", "))];
    let entries = entries.into_iter().chain(images(context)?);
    Ok(entries
        .map(|(what, value)| (what.to_owned(), value))
        .collect())
}

/// The entries of the sets of images that a run with this context can read.
fn images(context: &Context) -> Result<Vec<(&'static str, String)>> {
    let dir = context.data_dir.as_deref();
    let mut entries = Vec::new();
    let cifar = dir.filter(|dir| cifar::is_in(dir));
    let is_fashion = |dir| fashion_mnist::images(dir, Split::Train).is_ok();
    if cifar.is_none() || dir.is_some_and(is_fashion) {
        let source = if dir.is_some() {
            "idx files"
        } else {
            "embedded subset"
        };
        let digest = |split| fashion_mnist::load(dir, split).map(|data| digest(&data));
        entries.extend([
            ("Fashion-MNIST", source.to_owned()),
            ("training images", digest(Split::Train)?),
            ("test images", digest(Split::Test)?),
        ]);
    }
    if let Some(dir) = cifar {
        let all = Selection::default();
        let digest = |split| cifar::load(dir, split, &all).map(|data| digest(&data));
        entries.extend([
            ("CIFAR-10", "binary files".to_owned()),
            ("training images of CIFAR-10", digest(Split::Train)?),
            ("test images of CIFAR-10", digest(Split::Test)?),
        ]);
    }
    Ok(entries)
}

/// The number of samples, and their digest.
fn digest(data: &Dataset) -> String {
    format!("{} samples, SHA-256 {}", data.samples(), data.digest())
}

/// Reads the manifest of a folder.
pub fn read(folder: &Path) -> Result<Manifest> {
    let path = folder.join("manifest.json");
    let mend = "run `sgd-stability reproduce` there, it writes this file";
    if !path.exists() {
        let fault = format!("is not there; {mend}");
        return Err(Error::input(path.display(), "manifest", fault));
    }
    serde_json::from_str(&read::text(&path)?)
        .map_err(|fault| Error::input(path.display(), "manifest", format!("{fault}; {mend}")))
}

/// Joins a manifest with the one in a folder, if there is one, and writes the result there.
///
/// # Errors
/// Returns an error if the cells in the folder were made from other data.
pub fn join(folder: &Path, new: Manifest) -> Result<()> {
    let joined = if folder.join("manifest.json").exists() {
        both(folder, read(folder)?, new)?
    } else {
        new
    };
    let mut text = serde_json::to_vec_pretty(&joined).map_err(Error::internal)?;
    text.push(b'\n');
    write_file(&folder.join("manifest.json"), &text)
}

fn both(folder: &Path, old: Manifest, new: Manifest) -> Result<Manifest> {
    let mut joined = old;
    for (what, value) in new {
        let Some((_, there)) = joined.iter_mut().find(|(name, _)| *name == what) else {
            joined.push((what, value));
            continue;
        };
        if there.split(BETWEEN).any(|known| known == value) {
            continue;
        }
        if DATA.contains(&what.as_str()) {
            let fault = format!("is {there}, and now {value}; keep other data in another folder");
            return Err(Error::input(folder.display(), what, fault));
        }
        *there += &format!("{BETWEEN}{value}");
    }
    Ok(joined)
}
