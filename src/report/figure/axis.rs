//! An axis with its ticks.

use super::span::Span;
use super::{text, ticks};

/// A range and its labelled ticks.
pub struct TickedAxis {
    /// The range of the axis.
    pub span: Span,
    /// The values and labels of the ticks, in ascending order.
    pub ticks: Vec<(f64, String)>,
}

impl TickedAxis {
    /// A horizontal axis of `length` pixels.
    pub fn horizontal(span: Span, length: f64) -> Self {
        let ticks = ticks::choose(&span, length, |a, b| {
            (text::width(a) + text::width(b)) / 2.0 + 8.0
        });
        TickedAxis { span, ticks }
    }

    /// A vertical axis of `length` pixels.
    pub fn vertical(span: Span, length: f64) -> Self {
        let ticks = ticks::choose(&span, length, |_, _| 24.0);
        TickedAxis { span, ticks }
    }

    /// The width of the widest tick label in pixels.
    pub fn widest_label(&self) -> f64 {
        let widths = self.ticks.iter().map(|(_, label)| text::width(label));
        widths.fold(0.0, f64::max)
    }
}
