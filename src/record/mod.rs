//! Room **record**: what an experiment hands to the report, as data.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | sentences, tables and figures |
//! | [`numeral`] | numbers as they are printed |

pub mod numeral;

use serde::{Deserialize, Serialize};

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
    /// What came out, one sentence each, with its verdict.
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
    /// They do not.
    Differs,
    /// The measurement lies beyond a bound that the theory does not make necessary here.
    Beyond,
    /// The measurement cannot tell.
    Undecided,
}

/// One sentence of result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The sentence, with its numbers and their uncertainty.
    pub sentence: String,
    /// How it stands to the theory.
    pub agreement: Agreement,
    /// How far it is from disagreeing, in the unit that the sentence speaks of; negative beyond,
    /// `None` when there was nothing to measure.
    pub margin: Option<f64>,
    /// The id of the claim that it is evidence for; empty when it speaks of our own engine.
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

/// A figure: series on one pair of axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// File name of its CSV and SVG, without the ending; unique in the report.
    pub name: String,
    /// Heading.
    pub title: String,
    /// One or two sentences that define every symbol.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The series in the order of the legend.
    pub series: Vec<Series>,
}

/// One axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Label with its unit.
    pub label: String,
    /// Linear or logarithmic.
    pub scale: Scale,
}

impl Axis {
    /// An axis of equal steps.
    pub fn linear(label: &str) -> Self {
        Axis {
            label: label.to_owned(),
            scale: Scale::Linear,
        }
    }

    /// An axis of equal factors.
    pub fn logarithmic(label: &str) -> Self {
        Axis {
            label: label.to_owned(),
            scale: Scale::Logarithmic,
        }
    }
}

/// The scale of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Equal steps.
    Linear,
    /// Equal factors; points at or below zero are not drawn and are counted in the caption.
    Logarithmic,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Measured by us: marker and error bar.
    Points,
    /// A connected measurement.
    Line,
    /// What the theory says of the series before it: a line in that series' colour.
    Theory,
    /// A theoretical bound: dashed line, labelled at its end as well as in the legend.
    Bound,
    /// Published by others: hollow marker.
    Published,
}

impl Style {
    /// Are the points joined?
    pub fn is_line(self) -> bool {
        matches!(self, Style::Line | Style::Theory | Style::Bound)
    }

    /// Does every point, or every so many of a line, carry a marker?
    pub fn has_markers(self) -> bool {
        matches!(self, Style::Points | Style::Line | Style::Published)
    }
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The legend's text.
    pub label: String,
    /// How it is drawn.
    pub style: Style,
    /// The points, in drawing order.
    pub points: Vec<Point>,
}

impl Series {
    /// A theoretical bound through these points.
    pub fn bound(label: &str, points: Vec<Point>) -> Self {
        Series {
            label: label.to_owned(),
            style: Style::Bound,
            points,
        }
    }
}

/// One point, with the ends of its error bar where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Abscissa.
    pub x: f64,
    /// Ordinate.
    pub y: f64,
    /// Lower end of the error bar.
    pub low: Option<f64>,
    /// Upper end of the error bar.
    pub high: Option<f64>,
}

impl Point {
    /// A point without an error bar.
    pub fn new(x: f64, y: f64) -> Self {
        Point {
            x,
            y,
            low: None,
            high: None,
        }
    }

    /// A point whose error bar reaches `radius` up and down.
    pub fn with_error(x: f64, y: f64, radius: f64) -> Self {
        Point {
            x,
            y,
            low: Some(y - radius),
            high: Some(y + radius),
        }
    }
}
