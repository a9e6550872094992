//! Room **report**: pure functions that turn records into HTML, SVG and CSV. No other room uses plotters.
//!
//! [`render`] turns a [`ReportInput`] into files; equal inputs give equal bytes. The page is a single
//! file without scripts or external addresses, so that it can be mailed, archived and diffed.
//! [`mod@crate::write`] writes the files into a folder.

mod figure;
mod formula;
mod input;
mod page;
mod sheet;

use std::path::PathBuf;

pub use figure::{Drawing, draw};
pub use input::{ReportInput, RollEntry};

/// Renders the files of a report, with paths relative to its folder: `index.html` (a self-contained
/// page), `report.json` (the input), `figures/NAME.svg` for each figure, and `data/NAME.csv` for each
/// figure and each table.
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
    let data = |name: &str| PathBuf::from(format!("data/{name}.csv"));
    for record in &input.records {
        for figure in &record.figures {
            let drawing = PathBuf::from(format!("figures/{}.svg", figure.name));
            files.push((drawing, figure::draw(figure).svg.into_bytes()));
            files.push((data(&figure.name), sheet::of_figure(figure)));
        }
        for table in &record.tables {
            files.push((data(&table.name), sheet::of_table(table)));
        }
    }
    files
}
