//! The table in the README is the summary of the committed report.

use serde_json::Value;

use crate::markdown::{read, root};

const BEGIN: &str =
    "<!-- The summary of reports/report.json; tests/docs says what must stand here. -->\n";
const END: &str = "<!-- The end of the summary. -->";

/// The rows of the report, each at its largest scale beside the others of its experiment, as a table.
fn table(report: &Value) -> String {
    let mut rows: Vec<(&str, [String; 5])> = Vec::new();
    for record in report["records"].as_array().expect("records") {
        let name = record["name"].as_str().expect("a name");
        let experiment = name.split('-').next().expect("a first word");
        let mut next = rows.iter().filter(|row| row.0 == experiment).count();
        next += rows
            .iter()
            .position(|row| row.0 == experiment)
            .unwrap_or(rows.len());
        for comparison in record["comparisons"].as_array().into_iter().flatten() {
            let row = (experiment, row(comparison));
            if let Some(smaller) = rows.iter().position(|known| known.1[0] == row.1[0]) {
                rows[smaller] = row;
                next = smaller + 1;
            } else {
                rows.insert(next, row);
                next += 1;
            }
        }
    }
    rows.truncate(20);
    let head = "| what | predicted | measured | theory | published |\n|---|---|---|---|---|\n";
    let lines = rows
        .iter()
        .map(|row| format!("| {} |\n", row.1.join(" | ")));
    head.to_owned() + &lines.collect::<String>()
}

fn row(comparison: &Value) -> [String; 5] {
    let text = |name: &str| comparison[name].as_str().expect("a text").to_owned();
    [
        text("subject"),
        text("predicted"),
        text("measured"),
        theory(&comparison["with_theory"]).to_owned(),
        published(&comparison["published"]),
    ]
}

fn theory(agreement: &Value) -> &'static str {
    match agreement.as_str() {
        Some("agrees") => "agrees",
        Some("differs") => "**differs**",
        Some("beyond") => "above, not required",
        _ => "inconclusive",
    }
}

fn published(value: &Value) -> String {
    let Some(text) = value["value"].as_str() else {
        return "–".to_owned();
    };
    let verdict = if value["agrees"] == true {
        "agrees"
    } else {
        "differs"
    };
    let because = value["because"].as_str().unwrap_or_default();
    let because = if because.is_empty() {
        String::new()
    } else {
        format!(" ({because})")
    };
    format!("{text}: {verdict}{because}")
}

/// What is committed can be made again from what is committed.
#[test]
fn the_report_was_made_from_committed_sources() {
    for file in [
        "reports/runs.jsonl",
        "reports/manifest.json",
        "reports/report.json",
    ] {
        let text = read(&root().join(file));
        assert!(
            !text.contains("-modified"),
            "{file} names sources that were not committed"
        );
    }
}

#[test]
fn the_table_in_the_readme_is_that_of_the_report() {
    let report = read(&root().join("reports/report.json"));
    let report = serde_json::from_str(&report).expect("the report");
    let readme = read(&root().join("README.md"));
    let (_, rest) = readme
        .split_once(BEGIN)
        .expect("the beginning of the summary");
    let (shown, _) = rest.split_once(END).expect("the end of the summary");
    let expected = table(&report);
    assert!(shown == expected, "the summary must be\n{expected}");
}
