//! Draws the data: lines, error bars and markers.

use super::canvas::{Canvas, Spot};
use super::look::Look;
use super::plot::Plot;
use super::span;
use crate::record::{DataPoint, Figure, Series, Style};

/// A line with at most this many points has a marker at each of them; a longer line has about this many
/// markers.
const MARKERS: usize = 24;

/// Half the width of the caps of an error bar in pixels.
const CAP: f64 = 3.0;

/// Draws every series: bounds first, then lines, then markers, with published ones on top.
pub fn draw(canvas: &Canvas<'_>, plot: &Plot, figure: &Figure) {
    let layers = [
        Style::Bound,
        Style::Theory,
        Style::Curve,
        Style::Line,
        Style::Points,
        Style::Published,
    ];
    let looks = looks(figure);
    for layer in layers {
        for (series, look) in figure.series.iter().zip(&looks) {
            if series.style == layer {
                draw_series(canvas, plot, series, look);
            }
        }
    }
}

/// The look of each series of a figure, in order.
pub fn looks(figure: &Figure) -> Vec<Look> {
    Look::all(&figure.series)
}

fn draw_series(canvas: &Canvas<'_>, plot: &Plot, series: &Series, look: &Look) {
    if series.style.is_line() {
        for run in runs(plot, series) {
            look.line(canvas, &run);
        }
    }
    if !series.style.has_markers() {
        return;
    }
    for point in &series.points {
        draw_error_bar(canvas, plot, point, look);
    }
    let every = match series.style {
        Style::Line => series.points.len().div_ceil(MARKERS).max(1),
        _ => 1,
    };
    for point in series.points.iter().step_by(every) {
        if let Some(spot) = plot.place(point.x, point.y) {
            look.marker(canvas, spot);
        }
    }
}

/// The unbroken pieces of a line. A point that cannot be drawn breaks the line.
pub fn runs(plot: &Plot, series: &Series) -> Vec<Vec<Spot>> {
    let spots: Vec<Option<Spot>> = series.points.iter().map(|p| plot.place(p.x, p.y)).collect();
    let pieces = spots.split(Option::is_none);
    let runs = pieces.map(|piece| piece.iter().copied().flatten().collect());
    runs.filter(|run: &Vec<Spot>| !run.is_empty()).collect()
}

/// Draws an error bar. An end that the axis cannot show, such as zero on a logarithmic axis, is drawn at
/// the edge of the axis and without a cap.
fn draw_error_bar(canvas: &Canvas<'_>, plot: &Plot, point: &DataPoint, look: &Look) {
    let Some((x, y)) = plot.place(point.x, point.y) else {
        return;
    };
    for (end, edge) in [(point.low, plot.bottom), (point.high, plot.top)] {
        let Some(end) = end else { continue };
        let place = plot.place_y(end);
        canvas.path(&[(x, y), (x, place.unwrap_or(edge))], look.colour, 1.25);
        if let Some(y) = place {
            canvas.path(&[(x - CAP, y), (x + CAP, y)], look.colour, 1.25);
        }
    }
}

/// Whether every number of the point is finite and small enough to be drawn.
pub fn is_finite(point: &DataPoint) -> bool {
    [point.x, point.y]
        .iter()
        .all(|value| value.abs() <= span::LARGEST)
}
