//! Room **report**: turns records into HTML, SVG and CSV by pure functions. No other room uses plotters.
//!
//! [`render`] turns a [`ReportInput`] into files; the same input gives the same bytes. The page is
//! one file without scripts or outside addresses, so it can be mailed, archived and diffed.
//! [`mod@crate::write`] puts them into a folder.

mod figure;
mod formula;
mod input;
mod page;
mod sheet;

use std::path::PathBuf;

pub use figure::{Drawing, draw};
pub use input::{ReportInput, RollEntry};

/// The files of the report, with paths relative to its folder: `index.html` (one self-contained
/// page), `report.json` (the input), `figures/NAME.svg` for each figure and `data/NAME.csv` for
/// each figure and each table.
///
/// # Panics
/// When [`ReportInput::check`] would refuse the input; call it first on input from outside.
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
