//! Writes figures, maps and tables as CSV.

use super::figure::{CLASS_NAMES, Map};
use crate::record::{Figure, Style, Table};
use crate::trial::bins;

/// The CSV of a figure, with one row for each point: series, style, x, y, low, high, and its name if the points
/// have names. A missing end of an error bar is empty. Numbers are the shortest decimals that read back as the
/// same f64.
pub fn of_figure(figure: &Figure) -> Vec<u8> {
    let name = |name: String| (!figure.names.is_empty()).then_some(name);
    let headings = ["series", "style", "x", "y", "low", "high"].map(String::from);
    let headings: Vec<String> = headings
        .into_iter()
        .chain(name("name".to_owned()))
        .collect();
    let rows = figure.series.iter().enumerate().flat_map(|(i, series)| {
        series.points.iter().enumerate().map(move |(j, point)| {
            let end = |end: Option<f64>| end.map_or(String::new(), decimal);
            let row = [
                series.label.clone(),
                style_name(series.style).to_owned(),
                decimal(point.x),
                decimal(point.y),
                end(point.low),
                end(point.high),
            ];
            let own = figure.names.get(i).and_then(|names| names.get(j));
            let own = name(own.cloned().unwrap_or_default());
            row.into_iter().chain(own).collect()
        })
    });
    write(std::iter::once(headings).chain(rows))
}

/// The CSV of a map, with one row for each run of bins with equal errors: kernel, bits of the first input
/// and of the last one in the order of value, largest error in each bin, and the number of inputs in each
/// bin by class of error.
pub fn of_map(map: &Map) -> Vec<u8> {
    let headings = ["kernel", "from", "to", "largest error"].map(String::from);
    let headings = headings.into_iter().chain(CLASS_NAMES.map(String::from));
    let rows = map.panels.iter().flat_map(|panel| {
        let runs = panel.bins.chunk_by(|a, b| {
            a.bin + 1 == b.bin && a.max_ulp == b.max_ulp && a.histogram == b.histogram
        });
        runs.map(|run| {
            let (first, last) = (&run[0], &run[run.len() - 1]);
            let [from, to] = [bins::ends(first.bin)[0], bins::ends(last.bin)[1]]
                .map(|x| format!("{:#010x}", x.to_bits()));
            let start = [panel.label.clone(), from, to, decimal(first.max_ulp)];
            let counts = first.histogram.0.map(|count| count.to_string());
            start.into_iter().chain(counts).collect::<Vec<_>>()
        })
    });
    write(std::iter::once(headings.collect()).chain(rows))
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
        Style::Line | Style::Curve => "line",
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
