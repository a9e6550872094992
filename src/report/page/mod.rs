//! The page of a report: one self-contained file that is valid as HTML and as XML.
//!
//! The first screen answers: three sentences, a table of what was predicted, measured and published, and one
//! figure. The experiments follow, then the kernels, the claims by chapter, the methods and the manifest.
//!
//! | file | contents |
//! |---|---|
//! | `answer` | the three sentences and the table of the first screen |
//! | `claims` | the claims by chapter |
//! | `shown` | figures with their numbers, tables with their columns |

mod answer;
mod claims;
mod shown;

use askama::Template;

use super::ReportInput;
use super::trials::Section;
use crate::record::{Agreement, Record};
pub use answer::AT_PAPER_SCALE;
use answer::Answer;
use claims::{ChapterSection, chapters};
use shown::{Numbers, ShownFigure, ShownMap, TableView};

/// Renders the page of a report.
pub fn render(input: &ReportInput) -> String {
    let trials = input.trials.section();
    let mut numbers = Numbers::default();
    let mut experiments: Vec<ExperimentSection<'_>> = (input.records.iter())
        .map(|record| ExperimentSection::new(record, &mut numbers))
        .collect();
    let leading = experiments.iter_mut().find(|e| !e.figures.is_empty());
    let lead = leading.map(ExperimentSection::give_first);
    let page = Page {
        input,
        answer: Answer::of(input),
        lead,
        experiments,
        trials: (trials.as_ref()).map(|section| TrialsSection::new(section, &mut numbers)),
        chapters: chapters(&input.roll),
    };
    page.render()
        .expect("rendering into a string does not fail")
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    input: &'a ReportInput,
    answer: Answer<'a>,
    /// The figure of the first screen.
    lead: Option<ShownFigure<'a>>,
    experiments: Vec<ExperimentSection<'a>>,
    trials: Option<TrialsSection<'a>>,
    chapters: Vec<ChapterSection<'a>>,
}

/// An experiment with its drawn figures.
struct ExperimentSection<'a> {
    record: &'a Record,
    /// The number of the figure that stands on the first screen instead, if one does.
    above: Option<usize>,
    figures: Vec<ShownFigure<'a>>,
    tables: Vec<TableView<'a>>,
}

/// The trials of kernels with their drawn figures.
struct TrialsSection<'a> {
    section: &'a Section,
    figures: Vec<ShownFigure<'a>>,
    maps: Vec<ShownMap<'a>>,
    tables: Vec<TableView<'a>>,
}

impl<'a> ExperimentSection<'a> {
    fn new(record: &'a Record, numbers: &mut Numbers) -> Self {
        let figures = record.figures.iter();
        ExperimentSection {
            record,
            above: None,
            figures: figures.map(|figure| numbers.figure(figure)).collect(),
            tables: record.tables.iter().map(TableView::new).collect(),
        }
    }

    /// The command that runs the experiment again at the scale of the record.
    fn command(&self) -> String {
        let name = &self.record.name;
        let at = |scale: &str| Some((name.strip_suffix(&format!("-{scale}"))?, scale.to_owned()));
        match at("paper").or_else(|| at("smoke")) {
            Some((name, scale)) => format!("sgd-stability reproduce {name} --scale {scale}"),
            None => format!("sgd-stability reproduce {name}"),
        }
    }

    /// Gives its first figure away to the first screen.
    fn give_first(&mut self) -> ShownFigure<'a> {
        let first = self.figures.remove(0);
        self.above = Some(first.number);
        first
    }
}

impl<'a> TrialsSection<'a> {
    fn new(section: &'a Section, numbers: &mut Numbers) -> Self {
        let figures = section.figures.iter();
        TrialsSection {
            section,
            figures: figures.map(|figure| numbers.figure(figure)).collect(),
            maps: section.maps.iter().map(|map| numbers.map(map)).collect(),
            tables: section.tables.iter().map(TableView::new).collect(),
        }
    }
}

/// The class of the badge of a finding.
fn class(agreement: &Agreement) -> &'static str {
    match agreement {
        Agreement::Agrees => "agrees",
        Agreement::Differs => "differs",
        Agreement::Beyond => "beyond",
        Agreement::Undecided => "undecided",
    }
}

/// The text of the badge of a finding; the legend under the first table says what it means.
fn words(agreement: &Agreement) -> &'static str {
    match agreement {
        Agreement::Agrees => "agrees",
        Agreement::Differs => "differs",
        Agreement::Beyond => "above, not required",
        Agreement::Undecided => "inconclusive",
    }
}
