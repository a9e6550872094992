//! The files that accompany the page.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sgd_stability::record::{DataPoint, Table};
use sgd_stability::report::{ReportInput, render};
use sgd_stability::write::write_files;

use crate::sample;

fn file(files: &[(PathBuf, Vec<u8>)], path: &str) -> String {
    let found = files.iter().find(|(name, _)| name == Path::new(path));
    String::from_utf8(found.unwrap_or_else(|| panic!("no {path}")).1.clone()).unwrap()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert!(render(&sample::report()) == render(&sample::report()));
}

#[test]
fn every_figure_and_table_has_its_files_and_no_name_comes_twice() {
    let files = render(&sample::report());
    let names: BTreeSet<&PathBuf> = files.iter().map(|(path, _)| path).collect();
    assert_eq!(names.len(), files.len());
    // The page, the input, three files for each of four figures, and three tables.
    assert_eq!(files.len(), 2 + 4 * 3 + 3);
    let pages = files
        .iter()
        .filter(|(_, bytes)| bytes.starts_with(b"%PDF-"));
    assert_eq!(pages.count(), 4);
    file(&files, "figures/escape-loss.svg");
    file(&files, "data/escape-loss.csv");
    file(&files, "data/wide-table.csv");
}

#[test]
fn the_data_of_a_figure_reads_back_bit_for_bit() {
    let input = sample::report();
    let files = render(&input);
    for figure in input.records.iter().flat_map(|record| &record.figures) {
        let sheet = file(&files, &format!("data/{}.csv", figure.name));
        let mut rows = csv::Reader::from_reader(sheet.as_bytes()).into_records();
        for series in &figure.series {
            for point in &series.points {
                let row = rows.next().unwrap().unwrap();
                assert_eq!(&row[0], series.label);
                assert_same_point(&row, point);
            }
        }
        assert!(rows.next().is_none());
    }
}

fn assert_same_point(row: &csv::StringRecord, point: &DataPoint) {
    let bits = |text: &str| text.parse::<f64>().unwrap().to_bits();
    assert_eq!(bits(&row[2]), point.x.to_bits());
    assert_eq!(bits(&row[3]), point.y.to_bits());
    for (cell, end) in [(&row[4], point.low), (&row[5], point.high)] {
        let cell = (!cell.is_empty()).then(|| bits(cell));
        assert_eq!(cell, end.map(f64::to_bits));
    }
}

#[test]
fn the_data_of_a_table_reads_back() {
    let input = sample::report();
    let files = render(&input);
    for table in input.records.iter().flat_map(|record| &record.tables) {
        let sheet = file(&files, &format!("data/{}.csv", table.name));
        let mut reader = csv::Reader::from_reader(sheet.as_bytes());
        assert_eq!(reader.headers().unwrap(), table.columns);
        let rows: Vec<Vec<String>> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(rows, table.rows);
    }
}

#[test]
fn the_input_reads_back_from_the_report() {
    let mut input = sample::report();
    // JSON cannot represent a number that is NaN.
    input.records[1].figures[0].series[3].points[9].y = 0.0;
    let json = file(&render(&input), "report.json");
    assert!(serde_json::from_str::<ReportInput>(&json).unwrap() == input);
}

#[test]
fn the_report_is_written_as_it_was_rendered() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample-report");
    let files = render(&sample::report());
    write_files(&folder, &files).unwrap();
    for (path, bytes) in files {
        assert!(fs::read(folder.join(path)).unwrap() == bytes);
    }
}

fn fault(spoil: impl FnOnce(&mut ReportInput)) -> String {
    let mut input = sample::report();
    spoil(&mut input);
    input.check("out/report.json").unwrap_err().message
}

#[test]
fn input_that_cannot_be_rendered_is_refused_by_name() {
    let twice = |input: &mut ReportInput| {
        input.records[1].tables[0].name = "Sharpness-by-rate".into();
    };
    let message = fault(twice);
    assert!(
        message.starts_with("out/report.json: figure or table \"Sharpness-by-rate\""),
        "{message}"
    );
    let message = fault(|input| input.records[0].figures[0].name = "../escaped".into());
    assert!(message.contains("../escaped"), "{message}");
    let message = fault(|input| input.records[1].name = "sharpness".into());
    assert!(message.contains("experiment \"sharpness\""), "{message}");
    let message = fault(|input| input.roll[1].id = input.roll[0].id.clone());
    assert!(message.contains("claim"), "{message}");
    let ragged = |table: &mut Table| table.rows[2].truncate(1);
    let message = fault(|input| ragged(&mut input.records[0].tables[0]));
    assert!(
        message.contains("row 2: has 1 cells for 6 columns"),
        "{message}"
    );
}

#[test]
#[should_panic(expected = "the name is there twice")]
fn rendering_two_figures_of_one_name_is_a_bug() {
    let mut input = sample::report();
    input.records[1].figures[0].name = "sharpness-by-rate".into();
    render(&input);
}
