//! Draws a figure as SVG. This module does the layout; plotters does the drawing.
//!
//! ```text
//! y label (horizontal, so that it can be as long as it needs)
//! |                                   bound's name
//! |   plot                     - - - - - - - - - -
//! |____________________________________________
//!                   x label
//! legend, in rows below
//! ```
//! Without a font engine, the width of a text can only be estimated ([`text::width`]). The estimate is
//! more likely too wide than too narrow.

mod area;
mod axis;
mod canvas;
mod colour;
mod dashes;
mod drawing;
mod end_label;
mod legend;
mod look;
mod map;
mod marks;
mod names;
mod notes;
mod pdf;
mod plot;
mod span;
mod text;
mod ticks;

use self::canvas::{Align, Canvas};
pub use self::drawing::Drawing;
pub use self::map::{CLASS_NAMES, Map, Panel};
pub use self::pdf::pdf;
use self::plot::{Plot, WIDTH};
use crate::record::Figure;

/// Draws the map of the errors of some kernels.
pub fn draw_map(map: &Map) -> Drawing {
    map::draw(map)
}

/// Draws a figure.
pub fn draw(figure: &Figure) -> Drawing {
    let y_label = text::wrap(&figure.y.label, WIDTH);
    let x_label = text::wrap(&figure.x.label, WIDTH);
    let plot = Plot::new(figure, y_label.len());
    let legend = legend::lay_out(figure, WIDTH);
    let legend_top = plot.bottom + 26.0 + text::LINE * x_label.len() as f64 + 10.0;
    let svg = canvas::paint(WIDTH, legend_top + legend.height, |canvas| {
        draw_axes(canvas, &plot);
        canvas.lines(&y_label, (0.0, text::LINE / 2.0), Align::Start);
        let middle = (plot.left + plot.right) / 2.0;
        // A label that is wider than the plot is centred in the figure instead.
        let wide = x_label
            .iter()
            .any(|line| text::width(line) > plot.right - plot.left);
        let middle = if wide { WIDTH / 2.0 } else { middle };
        canvas.lines(&x_label, (middle, plot.bottom + 34.0), Align::Middle);
        marks::draw(canvas, &plot, figure);
        let labels = end_label::draw(canvas, &plot, figure);
        names::draw(canvas, &plot, figure, labels);
        legend.draw(canvas, legend_top);
    });
    Drawing {
        svg,
        notes: notes::of(figure, &plot),
    }
}

fn draw_axes(canvas: &Canvas<'_>, plot: &Plot) {
    for (value, label) in &plot.y.ticks {
        let Some(y) = plot.place_y(*value) else {
            continue;
        };
        canvas.path(&[(plot.left, y), (plot.right, y)], colour::GRID, 1.0);
        canvas.text(label, (plot.left - 7.0, y), Align::End);
    }
    for (value, label) in &plot.x.ticks {
        let Some(x) = plot.place_x(*value) else {
            continue;
        };
        canvas.path(&[(x, plot.top), (x, plot.bottom)], colour::GRID, 1.0);
        canvas.path(
            &[(x, plot.bottom), (x, plot.bottom + 5.0)],
            colour::FRAME,
            1.0,
        );
        canvas.text(label, (x, plot.bottom + 14.0), Align::Middle);
    }
    let corner = (plot.left, plot.bottom);
    let frame = [(plot.left, plot.top), corner, (plot.right, plot.bottom)];
    canvas.path(&frame, colour::FRAME, 1.0);
}

#[cfg(test)]
mod tests;
