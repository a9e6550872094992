//! The manifest: the instruction sets and the data of a folder of cells. How each cell was made stands in
//! `runs.jsonl` beside it.
//!
//! `reproduce` writes it beside the cells, `merge` joins several, and `report` reads it. The cells of a
//! folder must come from one data set. Everything else may differ from cell to cell; the manifest then
//! lists every value.

use std::path::Path;

use sgd_stability::dataset::{Split, fashion_mnist};
use sgd_stability::error::{Error, Result};
use sgd_stability::experiment::Context;
use sgd_stability::kernel::Isa;
use sgd_stability::read;
use sgd_stability::write::write_file;

/// Names and values of the entries, in the order of the report.
pub type Manifest = Vec<(String, String)>;

/// The names of the entries that must agree within one folder.
const DATA: [&str; 2] = ["training images", "test images"];

/// The separator between the values of an entry that differ.
const BETWEEN: &str = "; ";

/// The manifest of a run with this context.
pub fn of(context: &Context) -> Result<Manifest> {
    let digest = |split| {
        let data = fashion_mnist::load(context.data_dir.as_deref(), split)?;
        let (samples, digest) = (data.samples(), data.digest());
        Ok(format!("{samples} samples, SHA-256 {digest}"))
    };
    let isas: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
    let source = match &context.data_dir {
        Some(_) => "idx files",
        None => "embedded subset",
    };
    let entries = [
        ("instruction sets", isas.join(", ")),
        ("Fashion-MNIST", source.to_owned()),
        ("training images", digest(Split::Train)?),
        ("test images", digest(Split::Test)?),
    ];
    Ok(entries
        .map(|(what, value)| (what.to_owned(), value))
        .to_vec())
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
