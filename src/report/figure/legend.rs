//! The legend, below the plot so that it covers nothing.

use super::canvas::{Align, Canvas};
use super::look::Look;
use super::{marks, text};
use crate::record::Figure;

/// The width of the sample of a line or marker in front of a label.
const SAMPLE: f64 = 34.0;
/// The space between the sample and its label.
const GAP: f64 = 7.0;
/// The space between two entries in a row.
const BETWEEN: f64 = 20.0;

/// A legend with the positions of its entries.
pub struct Legend {
    /// Its height in pixels.
    pub height: f64,
    entries: Vec<Entry>,
}

struct Entry {
    look: Look,
    lines: Vec<String>,
    x: f64,
    y: f64,
}

/// Arranges the entries in rows of at most `width` pixels. A wider label is broken into lines. A series without
/// points has no entry.
pub fn lay_out(figure: &Figure, width: f64) -> Legend {
    let (mut x, mut y, mut row_height) = (0.0, 0.0, 0.0);
    let mut entries = Vec::new();
    let series = figure.series.iter().zip(marks::looks(figure));
    for (series, look) in series.filter(|(series, _)| !series.points.is_empty()) {
        let lines = text::wrap(&series.label, width - SAMPLE - GAP);
        let widths = lines.iter().map(|line| text::width(line));
        let entry_width = SAMPLE + GAP + widths.fold(0.0, f64::max);
        if x > 0.0 && x + entry_width > width {
            (x, y) = (0.0, y + row_height);
            row_height = 0.0;
        }
        row_height = f64::max(row_height, text::LINE * lines.len().max(1) as f64 + 2.0);
        entries.push(Entry { look, lines, x, y });
        x += entry_width + BETWEEN;
    }
    Legend {
        height: y + row_height + 4.0,
        entries,
    }
}

impl Legend {
    /// Draws the legend with its upper edge at `top`.
    pub fn draw(&self, canvas: &Canvas<'_>, top: f64) {
        for entry in &self.entries {
            let (x, y) = (entry.x, top + entry.y + text::LINE / 2.0);
            if entry.look.style.is_line() {
                entry.look.line(canvas, &[(x, y), (x + SAMPLE, y)]);
            }
            if entry.look.style.has_markers() {
                entry.look.marker(canvas, (x + SAMPLE / 2.0, y));
            }
            canvas.lines(&entry.lines, (x + SAMPLE + GAP, y), Align::Start);
        }
    }
}
