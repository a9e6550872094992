//! The input of a report.

use std::collections::BTreeSet;

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use super::trials::{Section, Trials};
use crate::claim::{Chapter, Claim, Findings, Status};
use crate::error::{Error, Result};
use crate::record::{Record, Table};

/// Everything that a report contains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportInput {
    /// The title of the page.
    pub title: String,
    /// What the report was made with, as pairs of name and value: versions, seeds and digests. It
    /// contains neither times nor host names, so that the same report always has the same bytes.
    pub manifest: Vec<(String, String)>,
    /// The claims in the order of the roll.
    pub roll: Vec<RollEntry>,
    /// The experiments in the order of the report.
    pub records: Vec<Record>,
    /// The trials of kernels.
    #[serde(
        default,
        skip_serializing_if = "Trials::is_empty",
        serialize_with = "in_one_line"
    )]
    pub trials: Trials,
}

/// Writes the trials without line breaks, since their densities have thousands of short lists.
fn in_one_line<S: Serializer>(trials: &Trials, to: S) -> std::result::Result<S::Ok, S::Error> {
    let line = serde_json::value::to_raw_value(trials).map_err(S::Error::custom)?;
    line.serialize(to)
}

/// A claim, and the findings of its checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollEntry {
    /// The id of the claim, which is also its anchor in the page; see [`Claim::id`].
    pub id: String,
    /// See [`Claim::title`].
    pub title: String,
    /// See [`Claim::statement`].
    pub statement: String,
    /// The formula in LaTeX; see [`Claim::formula`].
    pub formula: String,
    /// See [`Claim::source`].
    pub source: String,
    /// See [`Claim::hypotheses`].
    pub hypotheses: Vec<String>,
    /// See [`Claim::reading`].
    pub reading: String,
    /// The chapter in which it stands; see [`Chapter::of`].
    pub chapter: Chapter,
    /// See [`Claim::status`].
    pub status: Status,
    /// The checks that the claim does not have: for each, its name (`exact`, `outside`, `certified` or
    /// `empirical`) and the reason.
    pub without: Vec<(String, String)>,
    /// The findings of the checks.
    pub findings: Findings,
}

/// The names of the checks, in the order of [`Findings`].
pub const CHECKS: [&str; 4] = ["exact", "outside", "certified", "empirical"];

impl RollEntry {
    /// The entry for `claim`, whose checks returned `findings`.
    pub fn new(claim: &Claim, findings: Findings) -> Self {
        let reasons = [
            claim.exact.without(),
            claim.outside.without(),
            claim.certified.without(),
            claim.empirical.without(),
        ];
        let without = CHECKS
            .iter()
            .zip(reasons)
            .filter_map(|(name, reason)| Some((name.to_string(), reason?.to_owned())));
        RollEntry {
            id: claim.id.to_owned(),
            title: claim.title.to_owned(),
            statement: claim.statement.to_owned(),
            formula: (claim.formula)(),
            source: claim.source.to_owned(),
            hypotheses: claim
                .hypotheses
                .iter()
                .map(|h| h.sentence.to_owned())
                .collect(),
            reading: claim.reading.to_owned(),
            chapter: Chapter::of(claim.chapter, claim.status),
            status: claim.status,
            without: without.collect(),
            findings,
        }
    }
}

impl ReportInput {
    /// Checks that the input can be rendered. Errors name the input as `place`.
    ///
    /// # Errors
    /// Returns an error if the name of a claim, record, figure or table contains anything but ASCII
    /// letters, digits, `-` and `_` (it becomes a file name or an anchor), if two claims, two records, or
    /// two figures or tables share a name, or if a row of a table is not as long as its headings.
    pub fn check(&self, place: &str) -> Result<()> {
        let section = self.trials.section();
        let section = section.iter();
        let figures = self.records.iter().flat_map(|r| &r.figures);
        let tables = || self.records.iter().flat_map(|r| &r.tables);
        let drawn = figures.map(|f| &f.name).chain(tables().map(|t| &t.name));
        let drawn = drawn.chain(section.flat_map(Section::names));
        check_names(place, "claim", self.roll.iter().map(|entry| &entry.id))?;
        check_names(place, "experiment", self.records.iter().map(|r| &r.name))?;
        check_names(place, "figure or table", drawn)?;
        tables().try_for_each(|table| check_rows(place, table))
    }
}

fn check_names<'a>(place: &str, what: &str, names: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if name.is_empty() || !name.chars().all(plain) {
            let fault = "a name is made of the letters a to z, digits, - and _; rename it";
            return Err(Error::input(place, format!("{what} {name:?}"), fault));
        }
        // File systems may not distinguish upper from lower case.
        if !seen.insert(name.to_ascii_lowercase()) {
            let fault = "the name is there twice; rename one of them";
            return Err(Error::input(place, format!("{what} {name:?}"), fault));
        }
    }
    Ok(())
}

fn check_rows(place: &str, table: &Table) -> Result<()> {
    let columns = table.columns.len();
    match table.rows.iter().position(|row| row.len() != columns) {
        None => Ok(()),
        Some(i) => {
            let fault = format!("has {} cells for {columns} columns", table.rows[i].len());
            let field = format!("table {:?}: row {i}", table.name);
            Err(Error::input(place, field, fault))
        }
    }
}
