//! Draws the figures of the report: `cargo bench --bench figures`.
//!
//! Runs every experiment at the quick scale into `target/figures/quick`, keeps existing outcomes, and
//! writes each figure as SVG and CSV, and all of them on the page `index.html`. Filter words select experiments by
//! their names or by the paper's: `cargo bench --bench figures -- figure4` draws the diagram of SGD. With `--test` (a smoke run), the scale is the smallest and the folder is `target/figures/smoke`.
//! `--list` lists the experiments.

use std::path::{Path, PathBuf};

use sgd_stability::error::Result;
use sgd_stability::experiment::{Context, Scale, Study, studies};
use sgd_stability::kernel::Isa;
use sgd_stability::record::Record;
use sgd_stability::report::{ReportInput, Trials, render};
use sgd_stability::sweep::Store;
use sgd_stability::write::write_files;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let filters: Vec<&String> = words.iter().filter(|w| !w.starts_with("--")).collect();
    let is_wanted = |study: &Study| {
        let is_named = |word: &&String| study.name.contains(word.as_str()) || study.paper == **word;
        filters.is_empty() || filters.iter().any(is_named)
    };
    let chosen: Vec<Study> = studies().into_iter().filter(is_wanted).collect();
    if has("--list") {
        let list = |study: &Study| println!("{}: benchmark", study.name);
        return chosen.iter().for_each(list);
    }
    let scale = if has("--test") {
        Scale::Smoke
    } else {
        Scale::Quick
    };
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target");
    let folder = target.join("figures").join(scale.name());
    let store = Store::at(&folder);
    let records = chosen.iter().map(|study| record(study, scale, &store));
    let drawn = records.collect::<Result<Vec<_>>>();
    if let Err(error) = drawn.and_then(|records| draw(records, &folder)) {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

/// Runs the missing cells of one experiment.
fn record(study: &Study, scale: Scale, store: &Store) -> Result<Record> {
    let context = Context {
        isa: Isa::best(),
        data_dir: None,
    };
    let mut results = Vec::new();
    for cell in study.cells(scale) {
        let (outcome, _) = store.complete(study, scale, &cell, &context)?;
        results.push((cell.settings, outcome));
    }
    study.record(&results)
}

/// Writes the page with its figures and tables.
fn draw(records: Vec<Record>, folder: &Path) -> Result<()> {
    let files = render(&ReportInput {
        title: "Figures of the quick scale".to_owned(),
        manifest: Vec::new(),
        roll: Vec::new(),
        records,
        trials: Trials::default(),
    });
    write_files(folder, &files)?;
    for (path, _) in &files {
        println!("{}", folder.join(path).display());
    }
    Ok(())
}
