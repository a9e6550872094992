//! Figures as data.

use serde::{Deserialize, Serialize};

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
    pub scale: Spacing,
}

impl Axis {
    /// An axis of equal steps.
    pub fn linear(label: &str) -> Self {
        Axis {
            label: label.to_owned(),
            scale: Spacing::Linear,
        }
    }

    /// An axis of equal factors.
    pub fn logarithmic(label: &str) -> Self {
        Axis {
            label: label.to_owned(),
            scale: Spacing::Logarithmic,
        }
    }
}

/// The scale of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
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
    pub points: Vec<DataPoint>,
}

impl Series {
    /// A theoretical bound through these points.
    pub fn bound(label: &str, points: Vec<DataPoint>) -> Self {
        Series {
            label: label.to_owned(),
            style: Style::Bound,
            points,
        }
    }
}

/// One point, with the ends of its error bar where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataPoint {
    /// Abscissa.
    pub x: f64,
    /// Ordinate.
    pub y: f64,
    /// Lower end of the error bar.
    pub low: Option<f64>,
    /// Upper end of the error bar.
    pub high: Option<f64>,
}

impl DataPoint {
    /// A point without an error bar.
    pub fn new(x: f64, y: f64) -> Self {
        DataPoint {
            x,
            y,
            low: None,
            high: None,
        }
    }

    /// A point whose error bar reaches `radius` up and down.
    pub fn with_error(x: f64, y: f64, radius: f64) -> Self {
        DataPoint {
            x,
            y,
            low: Some(y - radius),
            high: Some(y + radius),
        }
    }
}
