//! Colours, marker shapes and dash patterns: no two series differ by colour alone.

use std::f64::consts::{FRAC_PI_2, TAU};

use plotters::prelude::RGBColor;

use super::canvas::{Canvas, Spot};
use crate::record::Style;

/// Text.
pub const INK: RGBColor = RGBColor(0x1a, 0x1a, 0x1a);
/// Axes.
pub const FRAME: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
/// Paper.
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// The palette of M. Okabe and K. Ito (2008), made for the colour-blind, without the yellow that
/// vanishes on white; vermilion and blue, the pair that differs most, first.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x00, 0x00, 0x00),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
];

/// Marker shapes as (corners, turn from upright in full turns, size beside a circle's).
const SHAPES: [(usize, f64, f64); 5] = [
    (32, 0.0, 1.0),
    (4, 0.125, 1.2),
    (3, 0.0, 1.35),
    (4, 0.0, 1.3),
    (3, 0.5, 1.35),
];

/// Pen down and pen up lengths of measured lines; the empty pattern is a solid line.
const LINES: [&[f64]; 4] = [&[], &[2.0, 3.0], &[11.0, 3.0, 2.0, 3.0], &[16.0, 4.0]];

/// The same of bounds, which are always dashed.
const BOUNDS: [&[f64]; 3] = [&[7.0, 4.0], &[4.0, 3.0], &[12.0, 5.0]];

/// How one series looks.
#[derive(Clone, Copy)]
pub struct Look {
    /// What kind of series it is.
    pub style: Style,
    /// Its colour.
    pub colour: RGBColor,
    shape: usize,
    dashes: &'static [f64],
}

impl Look {
    /// The look of the series that is number `index` in its figure, theories not counted, and
    /// number `among` in its style.
    pub fn new(style: Style, index: usize, among: usize) -> Self {
        Look {
            style,
            colour: COLOURS[index % COLOURS.len()],
            shape: index % SHAPES.len(),
            dashes: match style {
                Style::Bound => BOUNDS[among % BOUNDS.len()],
                Style::Theory => LINES[0],
                _ => LINES[among % LINES.len()],
            },
        }
    }

    /// The looks of series of these styles, in order.
    pub fn all(styles: &[Style]) -> Vec<Look> {
        let among = |i: usize| styles[..i].iter().filter(|s| **s == styles[i]).count();
        // A theory has the colour of the series before it, so it takes no number of its own.
        let own = |i: usize| styles[..=i].iter().filter(|s| **s != Style::Theory).count();
        let number = |i: usize| own(i).saturating_sub(1);
        let look = |(i, style): (usize, &Style)| Look::new(*style, number(i), among(i));
        styles.iter().enumerate().map(look).collect()
    }

    /// Draws a marker: filled with a thin light edge, or when published by others a hollow one,
    /// wide enough that a measured marker in the same place shows through.
    pub fn marker(&self, canvas: &Canvas<'_>, spot: Spot) {
        if self.style == Style::Published {
            return canvas.path(&self.corners(spot, 6.5), self.colour, 1.75);
        }
        let outline = self.corners(spot, 4.6);
        canvas.polygon(&outline, self.colour);
        canvas.path(&outline, PAPER, 0.75);
    }

    /// The closed outline of the marker.
    fn corners(&self, (x, y): Spot, radius: f64) -> Vec<Spot> {
        let (corners, turn, size) = SHAPES[self.shape];
        let corner = |i: usize| {
            let angle = TAU * (i as f64 / corners as f64 + turn) - FRAC_PI_2;
            let (sin, cos) = angle.sin_cos();
            (x + radius * size * cos, y + radius * size * sin)
        };
        // One corner beyond the last: the join is then mitred like the others.
        (0..=corners + 1).map(corner).collect()
    }

    /// Draws a line with the look's dashes.
    pub fn line(&self, canvas: &Canvas<'_>, path: &[Spot]) {
        let width = match self.style {
            Style::Bound | Style::Theory => 1.5,
            _ => 2.0,
        };
        for dash in dashes(path, self.dashes) {
            canvas.path(&dash, self.colour, width);
        }
    }
}

/// The pieces of `path` on which the pen is down.
fn dashes(path: &[Spot], pattern: &'static [f64]) -> Vec<Vec<Spot>> {
    match path {
        [] => Vec::new(),
        _ if pattern.is_empty() => vec![path.to_vec()],
        [first, rest @ ..] => {
            let mut pen = Pen::new(*first, pattern);
            rest.iter().for_each(|spot| pen.go(*spot));
            pen.finish()
        }
    }
}

/// A pen that goes down and up in a pattern.
struct Pen {
    pattern: &'static [f64],
    /// Which length of the pattern it is in; the pen is down in the even ones.
    phase: usize,
    /// What is left of that length.
    left: f64,
    piece: Vec<Spot>,
    pieces: Vec<Vec<Spot>>,
}

impl Pen {
    fn new(start: Spot, pattern: &'static [f64]) -> Self {
        Pen {
            pattern,
            phase: 0,
            left: pattern[0],
            piece: vec![start],
            pieces: Vec::new(),
        }
    }

    fn go(&mut self, to: Spot) {
        loop {
            let from = self.piece[self.piece.len() - 1];
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= self.left {
                self.left -= length;
                return self.piece.push(to);
            }
            let part = self.left / length;
            let turn = (
                from.0 + part * (to.0 - from.0),
                from.1 + part * (to.1 - from.1),
            );
            self.piece.push(turn);
            self.lift(turn);
        }
    }

    fn lift(&mut self, at: Spot) {
        let piece = std::mem::replace(&mut self.piece, vec![at]);
        if self.phase.is_multiple_of(2) {
            self.pieces.push(piece);
        }
        self.phase = (self.phase + 1) % self.pattern.len();
        self.left = self.pattern[self.phase];
    }

    fn finish(mut self) -> Vec<Vec<Spot>> {
        if self.phase.is_multiple_of(2) && self.piece.len() > 1 {
            self.pieces.push(self.piece);
        }
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_alternate_along_corners() {
        let path = [(0.0, 0.0), (5.0, 0.0), (5.0, 6.0)];
        let pieces = dashes(&path, &[7.0, 2.0]);
        let expected = [
            vec![(0.0, 0.0), (5.0, 0.0), (5.0, 2.0)],
            vec![(5.0, 4.0), (5.0, 6.0)],
        ];
        assert_eq!(pieces, expected);
        assert_eq!(dashes(&path, &[]), [path.to_vec()]);
        assert!(dashes(&[], &[7.0, 2.0]).is_empty());
    }

    #[test]
    fn a_theory_has_the_colour_of_what_it_speaks_of() {
        let styles = [Style::Points, Style::Theory, Style::Points, Style::Theory];
        let looks = Look::all(&styles);
        assert_eq!(looks[0].colour, looks[1].colour);
        assert_eq!(looks[2].colour, looks[3].colour);
        assert_ne!(looks[0].colour, looks[2].colour);
    }

    #[test]
    fn the_first_thirty_five_series_differ_in_colour_or_shape() {
        let looks = Look::all(&[Style::Points; 35]);
        for (i, a) in looks.iter().enumerate() {
            for b in &looks[..i] {
                assert!(a.colour != b.colour || a.shape != b.shape);
            }
        }
    }
}
