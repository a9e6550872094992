//! Draws the figures of the report: `cargo bench --bench figures`.
//!
//! Runs every experiment at the quick scale into `target/figures/quick`, keeps existing outcomes, and
//! writes each figure as SVG and CSV. Filter words select the experiments whose names contain one of
//! them. With `--test` (a smoke run), the scale is the smallest and the folder is `target/figures/smoke`.
//! `--list` lists the experiments.

use std::path::{Path, PathBuf};

use sgd_stability::error::Result;
use sgd_stability::experiment::{Context, Scale, Study, studies};
use sgd_stability::kernel::Isa;
use sgd_stability::report::{ReportInput, Trials, render};
use sgd_stability::sweep::Store;
use sgd_stability::write::write_files;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let filters: Vec<&String> = words.iter().filter(|w| !w.starts_with("--")).collect();
    let is_wanted = |study: &Study| {
        filters.is_empty()
            || filters
                .iter()
                .any(|word| study.name.contains(word.as_str()))
    };
    let chosen = studies().into_iter().filter(is_wanted);
    if has("--list") {
        return chosen.for_each(|study| println!("{}: benchmark", study.name));
    }
    let scale = if has("--test") {
        Scale::Smoke
    } else {
        Scale::Quick
    };
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target");
    let folder = target.join("figures").join(scale.name());
    let store = Store::at(&folder);
    for study in chosen {
        if let Err(error) = draw(&study, scale, &store, &folder) {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    }
}

/// Runs the missing cells of one experiment, and writes its figures and tables.
fn draw(study: &Study, scale: Scale, store: &Store, folder: &Path) -> Result<()> {
    let context = Context {
        isa: Isa::best(),
        data_dir: None,
    };
    let mut results = Vec::new();
    for cell in study.cells(scale) {
        let (outcome, _) = store.complete(study, scale, &cell, &context)?;
        results.push((cell.settings, outcome));
    }
    let files = render(&ReportInput {
        title: study.name.to_owned(),
        manifest: Vec::new(),
        roll: Vec::new(),
        records: vec![study.record(&results)?],
        trials: Trials::default(),
    });
    let plots = files
        .into_iter()
        .filter(|(path, _)| path.components().count() > 1);
    let plots: Vec<_> = plots.collect();
    write_files(folder, &plots)?;
    for (path, _) in &plots {
        println!("{}: {}", study.name, folder.join(path).display());
    }
    Ok(())
}
