//! `sgd-stability report`: the page that compares theory, simulation and published numbers.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sgd_stability::error::{Error, Result};
use sgd_stability::experiment::{Cell, Scale, Study, studies};
use sgd_stability::read;
use sgd_stability::record::Record;
use sgd_stability::report::{AT_PAPER_SCALE, ReportInput, Trials, render};
use sgd_stability::sweep::{Finished, Runs, Store};
use sgd_stability::write::write_files;

use super::help::{exit_codes, explained, headings};
use super::made::{entries, wall_time};
use super::manifest;
use super::output::{Answer, Ending};
use super::progress::{Stages, told};
use super::verify;

/// Write the page that sets the claims, the experiments and the published numbers side by side.
#[derive(Debug, Args)]
#[command(
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    /// A folder that `reproduce` or `merge` wrote.
    #[arg(value_name = "DIR", default_value = "out")]
    folder: PathBuf,
    /// Write nothing, and exit with 5 when the files there are not what would be written.
    #[arg(long, help_heading = headings::OUTPUT)]
    check: bool,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const EXAMPLE: &str = "\
Example, of one small experiment:
  $ sgd-stability reproduce toy --scale smoke
  $ sgd-stability report out";

const ABOUT: &str = "\
The claims are checked first, as verify does. Trials of kernels are read from DIR/kernels/*.json, which \
`kernels check --json --out FILE` writes. Written into the folder are index.html (one page without \
scripts or outside addresses), figures/*.svg, data/*.csv and report.json.";

const EXIT_CODES: [(u8, &str); 2] = [
    (0, "written; with --check, current"),
    (5, "not current, with --check"),
];

/// Writes or checks the report.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let folder = &arguments.folder;
    let files = told(|stages| {
        let input = gather(folder, stages)?;
        input.check(&folder.display().to_string())?;
        stages.rest("drawing the page");
        Ok(render(&input))
    })?;
    let page = folder.join("index.html");
    if !arguments.check {
        write_files(folder, &files)?;
        return Ok(Answer {
            text: format!("{} files; read {}", files.len(), page.display()),
            json: json!({"page": page.display().to_string(), "files": files.len()}),
            ending: Ending::Done,
        });
    }
    let is_stale = |(path, bytes): &&(PathBuf, Vec<u8>)| {
        let there = read::bytes(&folder.join(path));
        !there.is_ok_and(|there| there == *bytes)
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
        text: if stale.is_empty() {
            format!("{} files are current", files.len())
        } else {
            format!("not current: {}", names.join(", "))
        },
        json: json!({"current": stale.is_empty(), "stale": names}),
        ending: Ending::failed_if(!stale.is_empty()),
    })
}

/// The input of the report: manifest, roll and records.
fn gather(folder: &Path, stages: &Stages) -> Result<ReportInput> {
    stages.rest("reading the cells");
    let trials = trials(folder)?;
    let finished = Store::at(folder).finished()?;
    let mut manifest = if finished.is_empty() && !trials.is_empty() {
        Vec::new()
    } else {
        manifest::read(folder)?
    };
    let runs = Runs::read(folder)?;
    let mut records = Vec::new();
    let mut shown = Vec::new();
    let mut sizes = Vec::new();
    for scale in Scale::ALL {
        for study in studies() {
            let cells = cells_of(&study, scale, &finished);
            if scale == Scale::Paper {
                sizes.push(size_of(&study, cells.len()));
            }
            if !cells.is_empty() {
                let mut record = record_of(&study, scale, &cells)?;
                let wall = wall_time(&cells, &runs);
                record
                    .settings
                    .extend(wall.map(|wall| ("wall time".to_owned(), wall)));
                records.push(record);
            }
            shown.extend(cells);
        }
    }
    if shown.is_empty() && trials.is_empty() {
        let fault = "holds no finished cell of any experiment and no trial of a kernel; run \
                     `sgd-stability reproduce` first";
        return Err(Error::input(folder.display(), "cells", fault));
    }
    let left_out = finished.len() - shown.len();
    if !shown.is_empty() {
        manifest.extend(entries(&shown, &runs));
        manifest.push((AT_PAPER_SCALE.to_owned(), sizes.join("; ")));
    }
    manifest.push(("finished cells".to_owned(), shown.len().to_string()));
    if left_out > 0 {
        let why = format!("{left_out}, made with other settings than this program's");
        manifest.push(("cells left out".to_owned(), why));
    }
    Ok(ReportInput {
        title: "Which minima can SGD reach?".to_owned(),
        manifest,
        roll: verify::whole_roll(stages),
        records,
        trials,
    })
}

/// The trials of kernels in the folder `kernels`, file by file in the order of their names.
fn trials(folder: &Path) -> Result<Trials> {
    let folder = folder.join("kernels");
    let mut trials = Trials::default();
    if !folder.exists() {
        return Ok(trials);
    }
    let unreadable = |cause| Error::unreadable(&folder, &cause);
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        trials.add(&path.display().to_string(), &name, &read::text(&path)?)?;
    }
    Ok(trials)
}

/// The finished cells of an experiment that fit its settings, in the order of the experiment.
fn cells_of<'a>(study: &Study, scale: Scale, finished: &'a [Finished]) -> Vec<&'a Finished> {
    let cells = study.cells(scale).into_iter();
    let found = |cell: Cell| {
        let same = |f: &&Finished| f.scale == scale && f.experiment == study.name && f.cell == cell;
        let found = finished.iter().find(same)?;
        study.fits(&cell, &found.outcome).then_some(found)
    };
    cells.filter_map(found).collect()
}

/// How many cells of an experiment have been run at the scale of the paper.
fn size_of(study: &Study, found: usize) -> String {
    let (name, all) = (study.name, study.cells(Scale::Paper).len());
    if found == 0 {
        format!("{name}: not run")
    } else {
        format!("{name}: {found} of {all}")
    }
}

/// The record of some cells, whose settings include the scale and the number of cells. On all scales but
/// quick, its names contain the scale, so that one report can hold several scales.
fn record_of(study: &Study, scale: Scale, cells: &[&Finished]) -> Result<Record> {
    let result = |f: &&Finished| (f.cell.settings.clone(), f.outcome.clone());
    let results: Vec<(Value, Value)> = cells.iter().map(result).collect();
    let mut record = study.record(&results)?;
    let (found, all) = (results.len(), study.cells(scale).len());
    let size = format!("{}, {found} of {all} cells", scale.name());
    record.settings.insert(0, ("scale".to_owned(), size));
    if scale != Scale::Quick {
        rename(&mut record, scale.name());
    }
    Ok(record)
}

fn rename(record: &mut Record, scale: &str) {
    record.title += &format!(" ({scale} scale)");
    let figures = record.figures.iter_mut().map(|figure| &mut figure.name);
    let tables = record.tables.iter_mut().map(|table| &mut table.name);
    for name in figures.chain(tables).chain([&mut record.name]) {
        name.push_str(&format!("-{scale}"));
    }
}
