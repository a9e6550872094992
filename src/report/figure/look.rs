//! The look of each series. No two series differ by colour alone.

use std::f64::consts::{FRAC_PI_2, TAU};

use plotters::prelude::RGBColor;

use super::canvas::{Canvas, Spot};
use super::{colour, dashes};
use crate::record::{Series, Style};

/// The palette of M. Okabe and K. Ito (2008), made for colour-blind readers, without its yellow, which
/// vanishes on white. Vermilion and blue, the pair that differs most, come first.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x00, 0x00, 0x00),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
];

/// A regular polygon as a marker.
struct Shape {
    corners: usize,
    /// The rotation from upright, in full turns.
    rotation: f64,
    /// The size relative to a circle.
    size: f64,
}

impl Shape {
    const fn new(corners: usize, rotation: f64, size: f64) -> Self {
        Shape {
            corners,
            rotation,
            size,
        }
    }
}

/// Circle, square, triangle, diamond and inverted triangle.
const SHAPES: [Shape; 5] = [
    Shape::new(32, 0.0, 1.0),
    Shape::new(4, 0.125, 1.2),
    Shape::new(3, 0.0, 1.35),
    Shape::new(4, 0.0, 1.3),
    Shape::new(3, 0.5, 1.35),
];

/// The dash patterns of measured lines, for [`dashes::along`].
const LINES: [&[f64]; 4] = [&[], &[2.0, 3.0], &[11.0, 3.0, 2.0, 3.0], &[16.0, 4.0]];

/// The dash patterns of bounds, which are always dashed.
const BOUNDS: [&[f64]; 3] = [&[7.0, 4.0], &[4.0, 3.0], &[12.0, 5.0]];

/// The look of a series.
#[derive(Clone, Copy)]
pub struct Look {
    /// The kind of series.
    pub style: Style,
    /// Its colour.
    pub colour: RGBColor,
    shape: usize,
    dashes: &'static [f64],
}

impl Look {
    /// The look of a series with this colour and shape, the same for all that speaks of one thing. It is
    /// number `among` of those with its style.
    fn new(style: Style, thing: Option<usize>, among: usize) -> Self {
        Look {
            style,
            colour: thing.map_or(colour::FRAME, |thing| COLOURS[thing % COLOURS.len()]),
            shape: thing.unwrap_or(0) % SHAPES.len(),
            dashes: match style {
                Style::Bound => BOUNDS[among % BOUNDS.len()],
                Style::Theory => LINES[0],
                _ => LINES[among % LINES.len()],
            },
        }
    }

    /// The looks of these series, in order. Every measured series has a colour of its own, and a theory has
    /// that of the measured series before it. A bound or a published series has the colour of the measured
    /// one whose label is part of its own. Without such a label bounds are grey, and a published series has
    /// the colour of one measured series each, in order, or of the one before it.
    pub fn all(series: &[Series]) -> Vec<Look> {
        let is_measured = |series: &&Series| series.style.is_measured();
        let measured: Vec<&Series> = series.iter().filter(is_measured).collect();
        let named = |label: &str| {
            let subject = |own: &str| own.split(':').next().unwrap_or(own).to_owned();
            let names = |own: &&Series| label.contains(&subject(&own.label));
            measured.iter().position(names)
        };
        let count = |style| series.iter().filter(|series| series.style == style).count();
        let is_one_each = count(Style::Published) == measured.len();
        let look = |(i, this): (usize, &Series)| {
            let before = &series[..i];
            let among = before
                .iter()
                .filter(|other| other.style == this.style)
                .count();
            let place = before.iter().filter(is_measured).count();
            let thing = match this.style {
                Style::Points | Style::Line | Style::Curve => Some(place),
                Style::Theory => Some(place.saturating_sub(1)),
                Style::Bound => named(&this.label),
                Style::Published => named(&this.label)
                    .or_else(|| is_one_each.then_some(among))
                    .or(Some(place.saturating_sub(1))),
            };
            Look::new(this.style, thing, among)
        };
        series.iter().enumerate().map(look).collect()
    }

    /// Draws a marker. It is filled, with a thin light edge; for published series it is hollow, and wide
    /// enough to leave a measured marker at the same position visible.
    pub fn marker(&self, canvas: &Canvas<'_>, spot: Spot) {
        if self.style == Style::Published {
            return canvas.path(&self.corners(spot, 6.5), self.colour, 1.75);
        }
        let outline = self.corners(spot, 4.6);
        canvas.polygon(&outline, self.colour);
        canvas.path(&outline, colour::PAPER, 0.75);
    }

    /// The closed outline of a marker.
    fn corners(&self, (x, y): Spot, radius: f64) -> Vec<Spot> {
        let Shape {
            corners,
            rotation,
            size,
        } = SHAPES[self.shape];
        let corner = |i: usize| {
            let angle = TAU * (i as f64 / corners as f64 + rotation) - FRAC_PI_2;
            let (sin, cos) = angle.sin_cos();
            (x + radius * size * cos, y + radius * size * sin)
        };
        // The outline repeats one more corner than closing it takes, so that its last join is mitred like
        // the others.
        (0..=corners + 1).map(corner).collect()
    }

    /// Draws a line with the dashes of this look.
    pub fn line(&self, canvas: &Canvas<'_>, path: &[Spot]) {
        let width = match self.style {
            Style::Bound | Style::Theory => 1.5,
            _ => 2.0,
        };
        for dash in dashes::along(path, self.dashes) {
            canvas.path(&dash, self.colour, width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(series: &[(Style, &str)]) -> Vec<Look> {
        let series = series.iter().map(|(style, label)| Series {
            label: (*label).to_owned(),
            style: *style,
            points: Vec::new(),
        });
        Look::all(&series.collect::<Vec<_>>())
    }

    #[test]
    fn a_theory_has_the_colour_of_what_it_speaks_of() {
        let looks = looks(&[
            (Style::Points, "a"),
            (Style::Theory, "b"),
            (Style::Points, "c"),
            (Style::Theory, "d"),
        ]);
        assert_eq!(looks[0].colour, looks[1].colour);
        assert_eq!(looks[2].colour, looks[3].colour);
        assert_ne!(looks[0].colour, looks[2].colour);
    }

    #[test]
    fn what_is_published_has_the_colour_of_what_was_measured() {
        let named = looks(&[
            (Style::Points, "η = 1"),
            (Style::Points, "η = 2"),
            (Style::Published, "η = 2, published"),
        ]);
        assert_eq!(named[1].colour, named[2].colour);
        assert_eq!(named[1].shape, named[2].shape);
        let ordered = looks(&[
            (Style::Points, "x"),
            (Style::Points, "y"),
            (Style::Published, "one"),
            (Style::Published, "other"),
        ]);
        assert_eq!(ordered[0].colour, ordered[2].colour);
        assert_eq!(ordered[1].colour, ordered[3].colour);
        let behind = looks(&[
            (Style::Points, "x"),
            (Style::Points, "y"),
            (Style::Published, "one"),
        ]);
        assert_eq!(behind[1].colour, behind[2].colour);
    }

    #[test]
    fn a_bound_belongs_to_the_series_that_it_names() {
        let looks = looks(&[
            (Style::Line, "B = 1: exact boundary"),
            (Style::Line, "B = 2: exact boundary"),
            (Style::Bound, "B = 2: rectangle"),
            (Style::Bound, "2/η"),
        ]);
        assert_eq!(looks[1].colour, looks[2].colour);
        assert_eq!(looks[3].colour, colour::FRAME);
    }

    #[test]
    fn the_first_thirty_five_series_differ_in_colour_or_shape() {
        let looks = looks(&[(Style::Points, "x"); 35]);
        for (i, a) in looks.iter().enumerate() {
            for b in &looks[..i] {
                assert!(a.colour != b.colour || a.shape != b.shape);
            }
        }
    }
}
