//! Room **report**: pure functions that turn records into HTML, SVG, PDF and CSV. No other room uses plotters.
//!
//! [`render`] turns a [`ReportInput`] into files; equal inputs give equal bytes. The page is a single
//! file without scripts or external addresses, so that it can be mailed, archived and diffed.
//! [`mod@crate::write`] writes the files into a folder.
//!
//! [`Trials`] are the verdicts on kernels, which the section "Kernels on trial" shows.

mod figure;
mod formula;
mod input;
mod page;
mod sheet;
mod trials;

use std::path::PathBuf;

use crate::record::{Figure, Table};

use figure::Map;
pub use figure::{Drawing, draw};
pub use input::{ReportInput, RollEntry};
pub use page::AT_PAPER_SCALE;
pub use trials::{Entry, Speed, Trials};

/// Renders the files of a report, with paths relative to its folder: `index.html` (a self-contained
/// page), `report.json` (the input), `figures/NAME.svg` and `figures/NAME.pdf` for each figure, and
/// `data/NAME.csv` for each figure and each table.
///
/// # Panics
/// If [`ReportInput::check`] refuses the input. Call it first on input from outside.
pub fn render(input: &ReportInput) -> Vec<(PathBuf, Vec<u8>)> {
    if let Err(error) = input.check("report") {
        panic!("{error}");
    }
    let mut json = serde_json::to_vec_pretty(input).expect("strings and numbers serialise");
    json.push(b'\n');
    let mut files = vec![
        (
            PathBuf::from("index.html"),
            page::render(input).into_bytes(),
        ),
        (PathBuf::from("report.json"), json),
    ];
    for record in &input.records {
        files.extend(record.figures.iter().flat_map(figure_files));
        files.extend(record.tables.iter().map(table_file));
    }
    if let Some(section) = input.trials.section() {
        files.extend(section.figures.iter().flat_map(figure_files));
        let map_files = |map: &Map| files_of(&map.name, figure::draw_map(map), sheet::of_map(map));
        files.extend(section.maps.iter().flat_map(map_files));
        files.extend(section.tables.iter().map(table_file));
    }
    files
}

fn figure_files(figure: &Figure) -> [(PathBuf, Vec<u8>); 3] {
    files_of(&figure.name, figure::draw(figure), sheet::of_figure(figure))
}

/// The drawing in both forms, and the data behind it.
fn files_of(name: &str, drawing: Drawing, data: Vec<u8>) -> [(PathBuf, Vec<u8>); 3] {
    let place = |ending: &str| PathBuf::from(format!("figures/{name}.{ending}"));
    [
        (place("pdf"), figure::pdf(&drawing.svg)),
        (place("svg"), drawing.svg.into_bytes()),
        (data_place(name), data),
    ]
}

fn table_file(table: &Table) -> (PathBuf, Vec<u8>) {
    (data_place(&table.name), sheet::of_table(table))
}

fn data_place(name: &str) -> PathBuf {
    PathBuf::from(format!("data/{name}.csv"))
}
