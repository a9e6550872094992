//! Room **record**: the data that an experiment hands to the report.
//!
//! | file | contents |
//! |---|---|
//! | this one | records with their findings and tables |
//! | `comparison` | rows of the summary: theory, measurement, publication |
//! | `figure` | figures |
//! | [`numeral`] | formats numbers for a reader |

mod comparison;
mod figure;
pub mod numeral;

use serde::{Deserialize, Serialize};

pub use comparison::{Comparison, Published};
pub use figure::{Axis, DataPoint, Figure, Series, Spacing, Style};

/// The result of one experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The name of the experiment on the command line.
    pub name: String,
    /// The heading of its section in the report.
    pub title: String,
    /// The question of the experiment, in one or two sentences.
    pub question: String,
    /// Sizes, seeds and conventions as pairs of name and value: everything needed to repeat the
    /// experiment.
    pub settings: Vec<(String, String)>,
    /// The rows of the summary that it fills, at most a handful.
    #[serde(default)]
    pub comparisons: Vec<Comparison>,
    /// The findings, one sentence each.
    pub findings: Vec<Finding>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The tables.
    pub tables: Vec<Table>,
}

/// How a finding relates to the theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agreement {
    /// Theory and measurement agree within the stated uncertainty.
    Agrees,
    /// Theory and measurement contradict each other.
    Differs,
    /// The measurement exceeds a bound, but the theory does not require the bound to hold here.
    Beyond,
    /// The measurement does not decide.
    Undecided,
}

/// A result of an experiment in one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The sentence, with its numbers and their uncertainty.
    pub sentence: String,
    /// How the result relates to the theory.
    pub agreement: Agreement,
    /// How far the result is from contradicting the theory, in the unit of the sentence; negative if it
    /// contradicts it. `None` if nothing was measured.
    pub margin: Option<f64>,
    /// The id of the claim that it is about; empty if there is none.
    pub claim: String,
}

/// A table of text, with column headings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The name of its CSV file without the extension; unique within the report.
    pub name: String,
    /// One or two sentences under the table that define every column.
    pub caption: String,
    /// The column headings.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}
