//! `sgd-stability report`: the page that sets theory, simulation and published numbers together.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sgd_stability::error::{Error, Result};
use sgd_stability::experiment::record::Record;
use sgd_stability::experiment::{Scale, studies};
use sgd_stability::report::{ReportInput, render};
use sgd_stability::sweep::{Finished, Store};
use sgd_stability::write::write_files;

use super::output::{Answer, Ending};
use super::verify;

/// Check the claims, gather the finished cells of a folder, and write the report there.
///
/// Writes index.html (one page without scripts or outside addresses), figures/*.svg, data/*.csv
/// and report.json.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A folder written by `reproduce`.
    #[arg(value_name = "DIR", default_value = "out")]
    folder: PathBuf,
    /// Write nothing; exit with code 5 when the files there are not what would be written.
    #[arg(long)]
    check: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Writes or checks the report.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let folder = &arguments.folder;
    let input = gather(folder)?;
    input.check(&folder.display().to_string())?;
    let files = render(&input);
    let page = folder.join("index.html");
    if !arguments.check {
        write_files(folder, &files)?;
        return Ok(Answer {
            text: format!("{} files; read {}", files.len(), page.display()),
            json: json!({"page": page, "files": files.len()}),
            ending: Ending::Done,
        });
    }
    let is_stale = |(path, bytes): &&(PathBuf, Vec<u8>)| {
        fs::read(folder.join(path)).ok().as_ref() != Some(bytes)
    };
    let stale: Vec<&Path> = files
        .iter()
        .filter(is_stale)
        .map(|f| f.0.as_path())
        .collect();
    let names: Vec<_> = stale
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    Ok(Answer {
        text: match stale.is_empty() {
            true => format!("{} files are current", files.len()),
            false => format!("not current: {}", names.join(", ")),
        },
        json: json!({"current": stale.is_empty(), "stale": names}),
        ending: Ending::failed_if(!stale.is_empty()),
    })
}

/// Everything the report says: manifest, roll and records.
fn gather(folder: &Path) -> Result<ReportInput> {
    let finished = Store::at(folder).finished()?;
    let mut manifest = read_manifest(&folder.join("manifest.json"))?;
    let mut records = Vec::new();
    for scale in [Scale::Quick, Scale::Paper] {
        for record in records_of(&finished, scale)? {
            records.push(record);
        }
    }
    manifest.push(("finished cells".to_owned(), finished.len().to_string()));
    Ok(ReportInput {
        title: "Which minima can SGD reach?".to_owned(),
        manifest,
        roll: verify::whole_roll(),
        records,
    })
}

/// One record per experiment that has finished cells at this scale. Names are kept apart by the
/// scale when both are there.
fn records_of(finished: &[Finished], scale: Scale) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for study in studies() {
        let cells = study.cells(scale);
        let outcome = |name: &str| {
            let same = |f: &&Finished| {
                f.scale == scale && f.experiment == study.name && f.cell.name == name
            };
            finished.iter().find(same)
        };
        let found = cells.iter().filter_map(|cell| {
            let finished = outcome(&cell.name)?;
            (finished.cell == *cell).then(|| (cell.settings.clone(), finished.outcome.clone()))
        });
        let found: Vec<(Value, Value)> = found.collect();
        if found.is_empty() {
            continue;
        }
        let mut record = study.record(&found)?;
        let size = format!("{}, {} of {} cells", scale.name(), found.len(), cells.len());
        record.settings.insert(0, ("scale".to_owned(), size));
        if scale == Scale::Paper {
            rename(&mut record, scale.name());
        }
        records.push(record);
    }
    Ok(records)
}

fn rename(record: &mut Record, scale: &str) {
    record.title += &format!(" ({scale} scale)");
    let figures = record.figures.iter_mut().map(|figure| &mut figure.name);
    let tables = record.tables.iter_mut().map(|table| &mut table.name);
    for name in figures.chain(tables).chain([&mut record.name]) {
        name.push_str(&format!("-{scale}"));
    }
}

fn read_manifest(path: &Path) -> Result<Vec<(String, String)>> {
    let text = fs::read(path).map_err(|cause| Error::unreadable(path, &cause))?;
    serde_json::from_slice(&text).map_err(|fault| {
        let fault = format!("{fault}; run `sgd-stability reproduce` again, it writes this file");
        Error::input(path.display(), "manifest", fault)
    })
}
