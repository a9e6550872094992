//! Room **record**: what an experiment hands to the report, as data.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | records, with their findings and tables |
//! | `figure` | figures |
//! | [`numeral`] | numbers as they are printed |

mod figure;
pub mod numeral;

use serde::{Deserialize, Serialize};

pub use figure::{Axis, DataPoint, Figure, Series, Spacing, Style};

/// The result of one experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The experiment's name on the command line.
    pub name: String,
    /// The heading of its section.
    pub title: String,
    /// The question it asks, in one or two sentences.
    pub question: String,
    /// Sizes, seeds and conventions, as (name, value): everything needed to run it again.
    pub settings: Vec<(String, String)>,
    /// The results, one sentence each, with how it stands to the theory.
    pub findings: Vec<Finding>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The tables.
    pub tables: Vec<Table>,
}

/// How a finding stands to the theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// Theory and measurement agree within the stated uncertainty.
    Agrees,
    /// Theory and measurement contradict each other.
    Differs,
    /// The measurement lies beyond a bound that, by the theory, need not hold here.
    Beyond,
    /// The measurement cannot tell.
    Undecided,
}

/// A result in one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The sentence, with its numbers and their uncertainty.
    pub sentence: String,
    /// How it stands to the theory.
    pub agreement: Agreement,
    /// How far the result is from contradicting the theory, in the unit that the sentence speaks of;
    /// negative when it does. `None` when there was nothing to measure.
    pub margin: Option<f64>,
    /// The id of the claim that it bears on; empty when it bears on none.
    pub claim: String,
}

/// A table: column headings and rows of finished text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// File name of its CSV, without the ending; unique in the report.
    pub name: String,
    /// One or two sentences under the table that define every column.
    pub caption: String,
    /// Column headings.
    pub columns: Vec<String>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}
