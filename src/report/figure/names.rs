//! Names beside markers, where there is room.

use std::f64::consts::TAU;

use super::area::Area;
use super::canvas::{Align, Canvas, Spot};
use super::end_label::{dense, obstacles};
use super::plot::Plot;
use super::{colour, text};
use crate::record::Figure;

/// The distance between the middle of a marker and its name in pixels.
const BESIDE: f64 = 8.0;

/// Up to so many names of a figure may stand further away from their markers, each at the end of a thin line.
const FEW: usize = 24;

/// The distances at which such a name is tried, in pixels.
const DISTANCES: [f64; 6] = [14.0, 22.0, 30.0, 40.0, 52.0, 66.0];

/// The number of directions in which it is tried.
const DIRECTIONS: usize = 24;

/// A marker with its name.
struct Named<'a> {
    spot: Spot,
    name: &'a str,
}

/// What a name must not cover.
struct Room<'a> {
    plot: &'a Plot,
    markers: Vec<Spot>,
    /// The names and labels that are written.
    taken: Vec<Area>,
    /// Positions along lines and error bars.
    covered: Vec<Spot>,
}

/// Writes the name of each point beside its marker, if it fits there without covering a marker, a label or
/// another name. Points with large ordinates come first. Where names are few, they cover no line either, and may
/// stand at the end of a thin line.
pub fn draw(canvas: &Canvas<'_>, plot: &Plot, figure: &Figure, labels: Vec<Area>) {
    let mut named = named(plot, figure);
    named.sort_by(|a, b| a.spot.1.total_cmp(&b.spot.1));
    let is_few = named.len() <= FEW;
    let mut room = Room {
        plot,
        markers: named.iter().map(|named| named.spot).collect(),
        taken: labels,
        covered: if is_few {
            obstacles(plot, figure)
        } else {
            Vec::new()
        },
    };
    for Named { spot, name } in named {
        let beside = beside(spot, name).map(|area| Place { area, lead: None });
        let apart = if is_few {
            apart(spot, name)
        } else {
            Vec::new()
        };
        let mut places = beside.into_iter().chain(apart);
        let Some(place) = places.find(|place| room.fits(place, spot)) else {
            continue;
        };
        if let Some(lead) = place.lead {
            canvas.path(&lead, colour::FRAME, 0.75);
            room.covered.extend(dense(&lead));
        }
        canvas.text(name, place.area.middle(), Align::Middle);
        room.taken.push(place.area);
    }
}

/// The points of a figure that have names.
fn named<'a>(plot: &Plot, figure: &'a Figure) -> Vec<Named<'a>> {
    let series = figure.series.iter().zip(&figure.names);
    let points = series.flat_map(|(series, names)| series.points.iter().zip(names));
    let named = points.filter_map(|(point, name)| {
        Some(Named {
            spot: plot.place(point.x, point.y)?,
            name,
        })
    });
    named.collect()
}

/// Where a name may stand.
struct Place {
    area: Area,
    /// The line from the marker.
    lead: Option<[Spot; 2]>,
}

impl Room<'_> {
    fn fits(&self, place: &Place, own: Spot) -> bool {
        let Place { area, lead } = place;
        let plot = Area(
            self.plot.left,
            self.plot.top,
            self.plot.right,
            self.plot.bottom,
        );
        let others = || self.markers.iter().filter(|spot| **spot != own);
        let is_free = plot.encloses(area)
            && !self.taken.iter().any(|other| area.overlaps(other))
            && !others().any(|spot| area.overlaps(&Area::around(*spot, 5.0)))
            && !self.covered.iter().any(|spot| area.contains(*spot));
        let Some(lead) = lead.filter(|_| is_free) else {
            return is_free;
        };
        // A marker below the own one cannot be gone around.
        let apart = || others().filter(|spot| !Area::around(own, 8.0).contains(**spot));
        let is_clear = |spot: &Spot| {
            !apart().any(|other| Area::around(*other, 7.0).contains(*spot))
                && !self.taken.iter().any(|other| other.contains(*spot))
        };
        finely(&lead).iter().all(is_clear)
    }
}

/// Positions along a line, three pixels apart.
fn finely([from, to]: &[Spot; 2]) -> Vec<Spot> {
    let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 3.0).ceil().max(1.0);
    let at = |i: usize| {
        let part = i as f64 / steps;
        (
            from.0 + part * (to.0 - from.0),
            from.1 + part * (to.1 - from.1),
        )
    };
    (0..=steps as usize).map(at).collect()
}

/// The area of a name with this middle.
fn area(name: &str, (x, y): Spot) -> Area {
    let (half, high) = halves(name);
    Area(x - half, y - high, x + half, y + high)
}

fn halves(name: &str) -> Spot {
    (text::width(name) / 2.0, text::LINE / 2.0 - 1.0)
}

/// The areas next to a marker: to the right, to the left, above and below.
fn beside((x, y): Spot, name: &str) -> [Area; 4] {
    let (half, high) = halves(name);
    [
        (x + BESIDE + half, y),
        (x - BESIDE - half, y),
        (x, y - BESIDE - high),
        (x, y + BESIDE + high),
    ]
    .map(|middle| area(name, middle))
}

/// The areas further away, the nearest first.
fn apart(spot: Spot, name: &str) -> Vec<Place> {
    let (half, high) = halves(name);
    let place = |distance: f64, direction: usize| {
        let (sin, cos) = (TAU * direction as f64 / DIRECTIONS as f64).sin_cos();
        let at = |distance: f64| (spot.0 + distance * cos, spot.1 + distance * sin);
        let end = at(distance);
        // The line ends where the area begins, on the side that faces the marker.
        let inside = (half / cos.abs()).min(high / sin.abs());
        let middle = (end.0 + inside * cos, end.1 + inside * sin);
        Place {
            area: area(name, middle),
            lead: Some([at(5.0), end]),
        }
    };
    let place = &place;
    let directions = |distance: &f64| {
        let distance = *distance;
        (0..DIRECTIONS).map(move |direction| place(distance, direction))
    };
    DISTANCES.iter().flat_map(directions).collect()
}
