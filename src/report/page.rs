//! The page of a report: one self-contained file that is valid as HTML and as XML.

use askama::Template;

use super::input::CHECKS;
use super::trials::Section;
use super::{ReportInput, RollEntry, figure, formula};
use crate::claim::{Evidence, Status};
use crate::record::numeral;
use crate::record::{Agreement, Figure, Record, Table};

/// Renders the page of a report.
pub fn render(input: &ReportInput) -> String {
    let trials = input.trials.section();
    let page = Page {
        input,
        summary: summary(input),
        claims: input.roll.iter().map(ClaimSection::new).collect(),
        experiments: input.records.iter().map(ExperimentSection::new).collect(),
        trials: trials.as_ref().map(TrialsSection::new),
    };
    page.render()
        .expect("rendering into a string does not fail")
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    input: &'a ReportInput,
    summary: String,
    claims: Vec<ClaimSection<'a>>,
    experiments: Vec<ExperimentSection<'a>>,
    trials: Option<TrialsSection<'a>>,
}

/// A claim with everything that its section shows.
struct ClaimSection<'a> {
    entry: &'a RollEntry,
    status: &'static str,
    /// The formula in MathML, or what is wrong with its LaTeX.
    formula: Result<String, String>,
    checks: Vec<CheckRow<'a>>,
}

/// A check of a claim.
struct CheckRow<'a> {
    name: &'static str,
    evidence: Option<&'a Evidence>,
    /// The worst margin, and the instance that has it.
    worst: Option<(String, &'a str)>,
    /// Why the claim has no such check.
    without: &'a str,
}

/// An experiment with its drawn figures.
struct ExperimentSection<'a> {
    record: &'a Record,
    drawings: Vec<figure::Drawing>,
    tables: Vec<TableView<'a>>,
}

/// The trials of kernels with their drawn figures.
struct TrialsSection<'a> {
    section: &'a Section,
    drawings: Vec<figure::Drawing>,
    maps: Vec<figure::Drawing>,
    tables: Vec<TableView<'a>>,
}

/// A table, and which of its columns hold numbers.
struct TableView<'a> {
    table: &'a Table,
    numeric: Vec<bool>,
}

impl<'a> ClaimSection<'a> {
    fn new(entry: &'a RollEntry) -> Self {
        let findings = &entry.findings;
        let evidence = [
            &findings.exact,
            &findings.outside,
            &findings.certified,
            &findings.empirical,
        ];
        let checks = CHECKS.into_iter().zip(evidence);
        ClaimSection {
            entry,
            status: match entry.status {
                Status::Upheld => "upheld",
                Status::Refuted => "refuted",
                Status::Open => "open",
            },
            formula: formula::to_mathml(&entry.formula),
            checks: checks
                .map(|(name, evidence)| CheckRow::new(entry, name, evidence.as_ref()))
                .collect(),
        }
    }
}

impl<'a> CheckRow<'a> {
    fn new(entry: &'a RollEntry, name: &'static str, evidence: Option<&'a Evidence>) -> Self {
        let reason = entry.without.iter().find(|(check, _)| check == name);
        let worst = evidence.and_then(|evidence| evidence.worst.as_ref());
        CheckRow {
            name,
            evidence,
            worst: worst.map(|w| (numeral::significant(w.value), w.instance.as_str())),
            without: reason.map_or("not run", |(_, reason)| reason),
        }
    }
}

impl<'a> ExperimentSection<'a> {
    fn new(record: &'a Record) -> Self {
        ExperimentSection {
            record,
            drawings: record.figures.iter().map(figure::draw).collect(),
            tables: record.tables.iter().map(TableView::new).collect(),
        }
    }

    /// The figures with their drawings.
    fn figures(&self) -> impl Iterator<Item = (&Figure, &figure::Drawing)> {
        self.record.figures.iter().zip(&self.drawings)
    }
}

impl<'a> TrialsSection<'a> {
    fn new(section: &'a Section) -> Self {
        TrialsSection {
            section,
            drawings: section.figures.iter().map(figure::draw).collect(),
            maps: section.maps.iter().map(figure::draw_map).collect(),
            tables: section.tables.iter().map(TableView::new).collect(),
        }
    }

    /// The figures with their drawings.
    fn figures(&self) -> impl Iterator<Item = (&Figure, &figure::Drawing)> {
        self.section.figures.iter().zip(&self.drawings)
    }

    /// The maps with their drawings.
    fn maps(&self) -> impl Iterator<Item = (&figure::Map, &figure::Drawing)> {
        self.section.maps.iter().zip(&self.maps)
    }
}

impl<'a> TableView<'a> {
    fn new(table: &'a Table) -> Self {
        let numeric = |i: usize| {
            let mut cells = table.rows.iter().map(|row| row[i].as_str());
            cells.all(looks_numeric) && !table.rows.is_empty()
        };
        TableView {
            table,
            numeric: (0..table.columns.len()).map(numeric).collect(),
        }
    }

    /// The CSS class of the cells of a column.
    fn class(&self, column: &usize) -> &'static str {
        if self.numeric[*column] {
            "number"
        } else {
            "words"
        }
    }
}

/// Whether a cell looks numeric, that is, is empty, a dash, or begins with a number. Such cells are
/// aligned right.
fn looks_numeric(cell: &str) -> bool {
    let unsigned = cell.trim_start_matches(['-', '−', '+', '<', '>', '≤', '≥', '±', '–', '∞', ' ']);
    unsigned.is_empty() || unsigned.starts_with(|c: char| c.is_ascii_digit())
}

/// The badge of a finding, which is both its CSS class and its text.
fn agreement(agreement: &Agreement) -> &'static str {
    match agreement {
        Agreement::Agrees => "agrees",
        Agreement::Differs => "differs",
        Agreement::Beyond => "beyond",
        Agreement::Undecided => "undecided",
    }
}

/// The paragraph under the title.
fn summary(input: &ReportInput) -> String {
    let claims = input.roll.len();
    let stated = input.roll.iter().filter(|e| e.findings.as_stated).count();
    let findings = || input.records.iter().flat_map(|r| &r.findings);
    let count = |wanted| findings().filter(|f| f.agreement == wanted).count();
    format!(
        "{} checked: {stated} came out as stated and {} did not. {} asked: of {}, {} agree with \
         the theory, {} differ from it, {} lie beyond a bound that it does not make necessary \
         there, and {} cannot tell.",
        counted(claims, "claim was", "claims were"),
        claims - stated,
        counted(input.records.len(), "experiment was", "experiments were"),
        counted(findings().count(), "finding", "findings"),
        count(Agreement::Agrees),
        count(Agreement::Differs),
        count(Agreement::Beyond),
        count(Agreement::Undecided),
    )
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
