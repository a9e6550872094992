//! A figure as SVG: drawn by plotters, laid out by us.
//!
//! ```text
//! y label (horizontal, so that it can be as long as it needs)
//! |                                   bound's name
//! |   plot                     - - - - - - - - - -
//! |____________________________________________
//!                   x label
//! legend, in rows below
//! ```
//! Plotters without a font engine only guesses how wide a text is; so do we ([`text::width`]),
//! on the wide side.

mod axis;
mod canvas;
mod end_label;
mod legend;
mod marks;
mod notes;
mod palette;
mod text;
mod ticks;

use self::axis::{Axis, Span};
use self::canvas::{Align, Canvas, Spot};
use crate::record::Figure;

/// A drawn figure.
pub struct Drawing {
    /// The SVG document.
    pub svg: String,
    /// What could not be drawn, counted: one sentence each.
    pub notes: Vec<String>,
}

/// The width of every figure, in CSS pixels.
const WIDTH: f64 = 640.0;
/// The height of the rectangle between the axes.
const PLOT_HEIGHT: f64 = 310.0;
/// Text size of labels and legend; nothing is smaller.
const TEXT: f64 = 13.0;
/// The height of one line of text.
const LINE: f64 = 18.0;

/// The rectangle between the axes and the scales along its sides.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Axis,
    y: Axis,
}

impl Plot {
    /// Where a point lies, when the scales show it.
    fn place(&self, x: f64, y: f64) -> Option<Spot> {
        Some((self.place_x(x)?, self.place_y(y)?))
    }

    fn place_x(&self, x: f64) -> Option<f64> {
        Some(self.left + self.x.span.fraction(x)? * (self.right - self.left))
    }

    fn place_y(&self, y: f64) -> Option<f64> {
        Some(self.bottom - self.y.span.fraction(y)? * (self.bottom - self.top))
    }
}

/// Draws a figure.
pub fn draw(figure: &Figure) -> Drawing {
    let y_label = text::wrap(&figure.y.label, TEXT, WIDTH);
    let x_label = text::wrap(&figure.x.label, TEXT, WIDTH);
    let plot = lay_out(figure, y_label.len());
    let legend = legend::lay_out(figure, WIDTH);
    let legend_top = plot.bottom + 26.0 + LINE * x_label.len() as f64 + 10.0;
    let svg = canvas::paint(WIDTH, legend_top + legend.height, |canvas| {
        draw_axes(canvas, &plot);
        canvas.lines(&y_label, (0.0, LINE / 2.0), Align::Start);
        let middle = (plot.left + plot.right) / 2.0;
        // A label wider than the plot is centred in the figure instead.
        let wide = x_label
            .iter()
            .any(|line| text::width(line, TEXT) > plot.right - plot.left);
        let middle = if wide { WIDTH / 2.0 } else { middle };
        canvas.lines(&x_label, (middle, plot.bottom + 34.0), Align::Middle);
        marks::draw(canvas, &plot, figure);
        end_label::draw(canvas, &plot, figure);
        legend.draw(canvas, legend_top);
    });
    Drawing {
        svg,
        notes: notes::of(figure, &plot),
    }
}

fn lay_out(figure: &Figure, y_label_lines: usize) -> Plot {
    let points = || figure.series.iter().flat_map(|series| &series.points);
    let top = LINE * y_label_lines as f64 + 12.0;
    let bottom = top + PLOT_HEIGHT;
    let bars = points().flat_map(|p| [Some(p.y), p.low, p.high]).flatten();
    let y = Axis::upright(Span::covering(figure.y.scale, bars), PLOT_HEIGHT);
    let left = (y.widest_label() + 12.0).max(40.0);
    let right = WIDTH - 24.0;
    let abscissas = points().map(|p| p.x);
    let x = Axis::lying(Span::covering(figure.x.scale, abscissas), right - left);
    Plot {
        left,
        right,
        top,
        bottom,
        x,
        y,
    }
}

fn draw_axes(canvas: &Canvas<'_>, plot: &Plot) {
    for (value, label) in &plot.y.ticks {
        let Some(y) = plot.place_y(*value) else {
            continue;
        };
        canvas.path(&[(plot.left, y), (plot.right, y)], palette::GRID, 1.0);
        canvas.text(label, (plot.left - 7.0, y), Align::End);
    }
    for (value, label) in &plot.x.ticks {
        let Some(x) = plot.place_x(*value) else {
            continue;
        };
        canvas.path(&[(x, plot.top), (x, plot.bottom)], palette::GRID, 1.0);
        canvas.path(
            &[(x, plot.bottom), (x, plot.bottom + 5.0)],
            palette::FRAME,
            1.0,
        );
        canvas.text(label, (x, plot.bottom + 14.0), Align::Middle);
    }
    let corner = (plot.left, plot.bottom);
    let frame = [(plot.left, plot.top), corner, (plot.right, plot.bottom)];
    canvas.path(&frame, palette::FRAME, 1.0);
}

#[cfg(test)]
mod tests;
