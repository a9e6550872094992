//! Figures as data.

use serde::{Deserialize, Serialize};

/// A figure: several series on one pair of axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The name of its CSV and SVG files without the extension; unique within the report.
    pub name: String,
    /// The heading.
    pub title: String,
    /// One or two sentences that define every symbol.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The series in the order of the legend.
    pub series: Vec<Series>,
    /// The name of each point of each series; empty if the points have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Vec<String>>,
}

/// One axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// The label, with its unit.
    pub label: String,
    /// The spacing of values along the axis.
    pub scale: Spacing,
}

impl Axis {
    /// A linear axis.
    pub fn linear(label: &str) -> Self {
        Axis {
            label: label.to_owned(),
            scale: Spacing::Linear,
        }
    }

    /// A logarithmic axis.
    pub fn logarithmic(label: &str) -> Self {
        Axis {
            label: label.to_owned(),
            scale: Spacing::Logarithmic,
        }
    }
}

/// How values are spaced along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// Linear: equal distances for equal differences.
    Linear,
    /// Logarithmic: equal distances for equal ratios. Points at or below zero are not drawn; the caption
    /// counts them.
    Logarithmic,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Our own measurement, drawn as markers with error bars.
    Points,
    /// Our own measurement, drawn as a line.
    Line,
    /// Our own measurement at so many places that it is drawn as a line without markers.
    Curve,
    /// The prediction of the theory for the preceding series, drawn as a line in the colour of that
    /// series.
    Theory,
    /// A theoretical bound, drawn as a dashed line that is labelled at its end as well as in the legend. If
    /// its label contains that of a measured series (up to a colon), it has the colour of that.
    Bound,
    /// A measurement published by others, drawn as hollow markers in the colour of the measured series whose
    /// label its own contains.
    Published,
}

impl Style {
    /// Whether the points are our own measurement.
    pub fn is_measured(self) -> bool {
        matches!(self, Style::Points | Style::Line | Style::Curve)
    }

    /// Whether the points are joined by a line.
    pub fn is_line(self) -> bool {
        matches!(
            self,
            Style::Line | Style::Curve | Style::Theory | Style::Bound
        )
    }

    /// Whether the points carry markers. A long line has one only at some of its points.
    pub fn has_markers(self) -> bool {
        matches!(self, Style::Points | Style::Line | Style::Published)
    }
}

/// A series of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The text in the legend.
    pub label: String,
    /// How it is drawn.
    pub style: Style,
    /// The points in drawing order.
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

/// A point, with an optional error bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataPoint {
    /// The abscissa.
    pub x: f64,
    /// The ordinate.
    pub y: f64,
    /// The lower end of the error bar.
    pub low: Option<f64>,
    /// The upper end of the error bar.
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
