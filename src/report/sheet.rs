//! Writes figures and tables as CSV.

use crate::record::{Figure, Style, Table};

/// The CSV of a figure, with one row for each point: series, style, x, y, low, high. A missing end of an
/// error bar is empty. Numbers are the shortest decimals that read back as the same f64.
pub fn of_figure(figure: &Figure) -> Vec<u8> {
    let headings = ["series", "style", "x", "y", "low", "high"].map(String::from);
    let rows = figure.series.iter().flat_map(|series| {
        series.points.iter().map(|point| {
            let end = |end: Option<f64>| end.map_or(String::new(), decimal);
            [
                series.label.clone(),
                style_name(series.style).to_owned(),
                decimal(point.x),
                decimal(point.y),
                end(point.low),
                end(point.high),
            ]
        })
    });
    write(std::iter::once(headings).chain(rows))
}

/// The CSV of a table: the headings, then the rows.
pub fn of_table(table: &Table) -> Vec<u8> {
    write(std::iter::once(&table.columns).chain(&table.rows))
}

fn decimal(value: f64) -> String {
    format!("{value:?}")
}

fn style_name(style: Style) -> &'static str {
    match style {
        Style::Points => "points",
        Style::Line => "line",
        Style::Theory => "theory",
        Style::Bound => "bound",
        Style::Published => "published",
    }
}

fn write<R: IntoIterator<Item: AsRef<[u8]>>>(rows: impl Iterator<Item = R>) -> Vec<u8> {
    let mut sheet = csv::Writer::from_writer(Vec::new());
    for row in rows {
        sheet
            .write_record(row)
            .expect("rows are as long as the headings");
    }
    sheet.into_inner().expect("writing to memory does not fail")
}
