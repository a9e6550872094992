//! The plot area: the rectangle between the axes.

use super::axis::TickedAxis;
use super::canvas::Spot;
use super::span::Span;
use super::text;
use crate::record::Figure;

/// The width of every figure in CSS pixels.
pub const WIDTH: f64 = 640.0;
/// The height of the plot area in CSS pixels.
const PLOT_HEIGHT: f64 = 310.0;

/// The plot area, and the scales along its sides.
pub struct Plot {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub x: TickedAxis,
    pub y: TickedAxis,
}

impl Plot {
    /// The plot area of a figure whose vertical axis has a label of `y_label_lines` lines.
    pub fn new(figure: &Figure, y_label_lines: usize) -> Self {
        let points = || figure.series.iter().flat_map(|series| &series.points);
        let top = text::LINE * y_label_lines as f64 + 12.0;
        let bottom = top + PLOT_HEIGHT;
        let bars = points().flat_map(|p| [Some(p.y), p.low, p.high]).flatten();
        let y = TickedAxis::vertical(Span::covering(figure.y.scale, bars), PLOT_HEIGHT);
        let left = (y.widest_label() + 12.0).max(40.0);
        let right = WIDTH - 24.0;
        let abscissas = points().map(|p| p.x);
        let x = TickedAxis::horizontal(Span::covering(figure.x.scale, abscissas), right - left);
        Plot {
            left,
            right,
            top,
            bottom,
            x,
            y,
        }
    }

    /// The position of a point; `None` if the scales cannot show it.
    pub fn place(&self, x: f64, y: f64) -> Option<Spot> {
        Some((self.place_x(x)?, self.place_y(y)?))
    }

    pub fn place_x(&self, x: f64) -> Option<f64> {
        Some(self.left + self.x.span.fraction(x)? * (self.right - self.left))
    }

    pub fn place_y(&self, y: f64) -> Option<f64> {
        Some(self.bottom - self.y.span.fraction(y)? * (self.bottom - self.top))
    }
}
