//! The first screen: three sentences, and the table of what was predicted, measured and published.

use crate::claim::Status;
use crate::record::{Agreement, Comparison, Published};

use super::super::ReportInput;

/// The entry of the manifest that says how many cells have been run at the scale of the paper.
pub const AT_PAPER_SCALE: &str = "cells at the scale of the paper";

/// The most rows of the table.
const MOST_ROWS: usize = 20;

/// What the first screen says.
pub(super) struct Answer<'a> {
    /// What agrees with the theory, what with the published numbers, and what became of the claims.
    pub sentences: Vec<String>,
    pub rows: Vec<Row<'a>>,
    /// How many cells of each experiment have been run at the scale of the paper, if that is known.
    pub at_paper_scale: Option<&'a str>,
}

/// A row of the table, and the record that it links to.
pub(super) struct Row<'a> {
    pub record: &'a str,
    pub comparison: &'a Comparison,
}

impl<'a> Answer<'a> {
    pub fn of(input: &'a ReportInput) -> Self {
        Answer {
            sentences: [theory(input), published(input), claims(input)]
                .into_iter()
                .flatten()
                .collect(),
            rows: rows(input).into_iter().take(MOST_ROWS).collect(),
            at_paper_scale: (input.manifest.iter())
                .find(|(name, _)| name == AT_PAPER_SCALE)
                .map(|(_, value)| value.as_str()),
        }
    }
}

/// The rows of all records. Where the same is compared at several scales, the last one counts, which is the
/// largest; what is compared only there follows the other rows of its experiment.
fn rows(input: &ReportInput) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for record in &input.records {
        let of_this = |row: &Row<'_>| experiment(row.record) == experiment(&record.name);
        let mut next = rows
            .iter()
            .rposition(of_this)
            .map_or(rows.len(), |last| last + 1);
        for comparison in &record.comparisons {
            let row = Row {
                record: &record.name,
                comparison,
            };
            let same = |other: &Row<'_>| other.comparison.subject == comparison.subject;
            if let Some(smaller) = rows.iter().position(same) {
                rows[smaller] = row;
                next = smaller + 1;
            } else {
                rows.insert(next, row);
                next += 1;
            }
        }
    }
    rows
}

/// The experiment of a record, whose name also holds the scale on all scales but quick.
fn experiment(record: &str) -> &str {
    record.split_once('-').map_or(record, |(name, _)| name)
}

fn theory(input: &ReportInput) -> Option<String> {
    let findings = || input.records.iter().flat_map(|record| &record.findings);
    let count = |wanted| findings().filter(|f| f.agreement == wanted).count();
    let all = findings().count();
    let sentence = format!(
        "Of {} in {}, {} with the theory and {} it; {} above a bound that the theory does not require to hold \
         there, and {} inconclusive.",
        counted(all, "finding", "findings"),
        counted(input.records.len(), "experiment", "experiments"),
        counted(count(Agreement::Agrees), "agrees", "agree"),
        counted(count(Agreement::Differs), "contradicts", "contradict"),
        counted(count(Agreement::Beyond), "lies", "lie"),
        counted(count(Agreement::Undecided), "is", "are"),
    );
    (all > 0).then_some(sentence)
}

fn published(input: &ReportInput) -> Option<String> {
    let rows = rows(input);
    let published = || (rows.iter()).filter_map(|row| row.comparison.published.as_ref());
    let all = published().count();
    let agree = published().filter(|published| published.agrees).count();
    let is_elsewhere = |p: &&Published| !p.agrees && p.is_elsewhere;
    let elsewhere = published().filter(is_elsewhere).count();
    let because = if elsewhere > 0 {
        format!(
            "; {elsewhere} of the others come from another network and another number of samples"
        )
    } else {
        String::new()
    };
    let sentence = format!(
        "Of {} that have a published value, {agree} agree with it{because}.",
        counted(all, "row", "rows")
    );
    (all > 0).then_some(sentence)
}

fn claims(input: &ReportInput) -> Option<String> {
    let count = |wanted: Status| input.roll.iter().filter(|e| e.status == wanted).count();
    let stated = input.roll.iter().filter(|e| e.findings.as_stated).count();
    let sentence = format!(
        "Of {}, {stated} came out as stated and {} did not: {} are upheld, {} refuted, and {} open.",
        counted(input.roll.len(), "claim", "claims"),
        input.roll.len() - stated,
        count(Status::Upheld),
        count(Status::Refuted),
        count(Status::Open),
    );
    (!input.roll.is_empty()).then_some(sentence)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
