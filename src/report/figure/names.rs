//! Names beside markers, where there is room.

use super::area::Area;
use super::canvas::{Align, Canvas, Spot};
use super::plot::Plot;
use super::text;
use crate::record::Figure;

/// The distance between the middle of a marker and its name in pixels.
const BESIDE: f64 = 8.0;

/// The names of the points of each series of a figure.
pub type Names = [Vec<String>];

/// Writes the name of each point beside its marker, if it fits there without covering a marker or another
/// name. Points with large ordinates come first.
pub fn draw(canvas: &Canvas<'_>, plot: &Plot, figure: &Figure, names: &Names) {
    let mut named: Vec<(Spot, &str)> = Vec::new();
    for (series, names) in figure.series.iter().zip(names) {
        let spots = series.points.iter().map(|p| plot.place(p.x, p.y));
        let pairs = spots.zip(names);
        named.extend(pairs.filter_map(|(spot, name)| Some((spot?, name.as_str()))));
    }
    named.sort_by(|a, b| a.0.1.total_cmp(&b.0.1));
    let markers: Vec<Area> = named
        .iter()
        .map(|(spot, _)| Area::around(*spot, 5.0))
        .collect();
    let inside = Area(plot.left, plot.top, plot.right, plot.bottom);
    let mut taken: Vec<Area> = Vec::new();
    for (i, (spot, name)) in named.iter().enumerate() {
        let is_free = |area: &Area| {
            let mut others = markers.iter().enumerate().filter(|(j, _)| *j != i);
            inside.encloses(area)
                && !taken.iter().any(|other| area.overlaps(other))
                && !others.any(|(_, other)| area.overlaps(other))
        };
        if let Some(area) = places(*spot, name).into_iter().find(is_free) {
            canvas.text(name, area.middle(), Align::Middle);
            taken.push(area);
        }
    }
}

/// The areas where the name of a marker may stand: to the right, to the left, above and below.
fn places((x, y): Spot, name: &str) -> [Area; 4] {
    let (half, high) = (text::width(name) / 2.0, text::LINE / 2.0 - 1.0);
    let at = |x: f64, y: f64| Area(x - half, y - high, x + half, y + high);
    [
        at(x + BESIDE + half, y),
        at(x - BESIDE - half, y),
        at(x, y - BESIDE - high),
        at(x, y + BESIDE + high),
    ]
}
