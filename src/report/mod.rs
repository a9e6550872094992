//! Room **report**: pure functions that turn records into HTML, SVG and CSV. No other room uses plotters.
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

pub use figure::{Drawing, draw};
pub use input::{ReportInput, RollEntry};
pub use trials::{Entry, Speed, Trials};

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
    if let Some(section) = input.trials.section() {
        let drawing = |name: &str| PathBuf::from(format!("figures/{name}.svg"));
        for figure in &section.figures {
            files.push((drawing(&figure.name), figure::draw(figure).svg.into_bytes()));
            files.push((data(&figure.name), sheet::of_figure(figure)));
        }
        for map in &section.maps {
            files.push((drawing(&map.name), figure::draw_map(map).svg.into_bytes()));
            files.push((data(&map.name), sheet::of_map(map)));
        }
        for table in &section.tables {
            files.push((data(&table.name), sheet::of_table(table)));
        }
    }
    files
}
