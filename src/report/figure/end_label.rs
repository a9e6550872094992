//! The labels of bounds, placed where they cover the least.

use super::area::Area;
use super::canvas::{Align, Canvas, Spot};
use super::plot::Plot;
use super::{colour, marks, text};
use crate::record::{Figure, Series, Style};

/// The largest number of positions along a bound at which its label is tried, about one every three
/// pixels.
const PLACES: usize = 200;

/// Draws the label of each bound on a white patch above or below the bound, as far to the right as it
/// fits without covering data or another label. If it fits nowhere, it goes where it covers the fewest
/// points. A label wider than the plot appears only in the legend. Returns the areas of the labels.
pub fn draw(canvas: &Canvas<'_>, plot: &Plot, figure: &Figure) -> Vec<Area> {
    let obstacles = obstacles(plot, figure);
    let mut taken: Vec<Area> = Vec::new();
    for series in figure.series.iter().filter(|s| s.style == Style::Bound) {
        let path = marks::runs(plot, series).concat();
        let cost = |area: &Area| {
            let labels = taken.iter().filter(|other| area.overlaps(other)).count();
            let points = obstacles
                .iter()
                .filter(|spot| area.contains(**spot))
                .count();
            1000 * labels + points
        };
        // `min_by_key` returns the first minimum, which is the rightmost one.
        let best = places(plot, &path, &series.label)
            .into_iter()
            .min_by_key(cost);
        let Some(area) = best else { continue };
        taken.push(area);
        let Area(left, top, right, bottom) = area;
        let patch = [(left, top), (right, top), (right, bottom), (left, bottom)];
        canvas.polygon(&patch, colour::PAPER);
        canvas.text(
            &series.label,
            (right - 2.0, (top + bottom) / 2.0),
            Align::End,
        );
    }
    taken
}

/// The possible areas of the label of a bound, the best one first. They lie within the plot, just above
/// or below the bound, and begin or end at a position of the bound; positions are taken from right to
/// left.
fn places(plot: &Plot, path: &[Spot], label: &str) -> Vec<Area> {
    let (width, height) = (text::width(label) + 4.0, text::LINE - 2.0);
    let beside = |&(x, y): &Spot| {
        let (above, below) = (y - height - 3.0, y + 3.0);
        let lefts = [
            (x - width, above),
            (x - width, below),
            (x, above),
            (x, below),
        ];
        lefts.map(|(left, top)| Area(left, top, left + width, top + height))
    };
    let inside = Area(plot.left, plot.top, plot.right, plot.bottom);
    let within = |a: &Area| inside.contains((a.0, a.1)) && inside.contains((a.2, a.3));
    let mut spots = dense(path);
    // The rightmost position comes first; on a vertical bound, the uppermost.
    spots.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let every = spots.len().div_ceil(PLACES).max(1);
    let spots = spots.iter().step_by(every);
    spots.flat_map(beside).filter(within).collect()
}

/// The positions that a label should not cover: markers, error bars and lines.
pub fn obstacles(plot: &Plot, figure: &Figure) -> Vec<Spot> {
    figure
        .series
        .iter()
        .flat_map(|s| covered(plot, s))
        .collect()
}

fn covered(plot: &Plot, series: &Series) -> Vec<Spot> {
    let runs = marks::runs(plot, series);
    if series.style.is_line() {
        return runs.iter().flat_map(|run| dense(run)).collect();
    }
    let bars = series.points.iter().flat_map(|point| {
        let ends = [point.low, point.high].into_iter().flatten();
        let bar: Vec<Spot> = ends.filter_map(|end| plot.place(point.x, end)).collect();
        dense(&bar)
    });
    // A marker is about nine pixels wide: its centre and its four sides.
    let sides = [(0.0, 0.0), (-5.0, 0.0), (5.0, 0.0), (0.0, -5.0), (0.0, 5.0)];
    let markers = runs
        .concat()
        .into_iter()
        .flat_map(|(x, y)| sides.map(|(u, v)| (x + u, y + v)));
    bars.chain(markers).collect()
}

/// Positions along a path, at most eight pixels apart, which is half the height of a label.
pub fn dense(path: &[Spot]) -> Vec<Spot> {
    let mut spots: Vec<Spot> = path.first().copied().into_iter().collect();
    for pair in path.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 8.0).ceil().max(1.0);
        spots.extend((1..=steps as usize).map(|i| {
            let part = i as f64 / steps;
            (
                from.0 + part * (to.0 - from.0),
                from.1 + part * (to.1 - from.1),
            )
        }));
    }
    spots
}
