//! Draws paths, polygons and text in CSS pixels. No other file uses plotters for drawing.

use plotters::coord::Shift;
use plotters::prelude::{
    DrawingArea, IntoDrawingArea, IntoFont, PathElement, Polygon, RGBColor, SVGBackend, ShapeStyle,
    Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, TextStyle};

use super::{colour, text};

/// A position in CSS pixels from the top left corner: x to the right, y down.
pub type Spot = (f64, f64);

/// The number of plotters units in a CSS pixel. Plotters rounds positions to whole units.
const UNITS: f64 = 4.0;

/// The factor by which plotters divides the font size before it writes it.
const FONT_FACTOR: f64 = 1.24;

/// Which point of a text lies at its position horizontally. Vertically it is always the middle.
#[derive(Clone, Copy)]
pub enum Align {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// A surface to draw on.
pub struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// Returns an SVG document of `width` × `height` CSS pixels with what `draw` draws.
pub fn paint(width: f64, height: f64, draw: impl FnOnce(&Canvas<'_>)) -> String {
    let (width, height) = (width.ceil(), height.ceil());
    let (wide, high) = ((width * UNITS) as u32, (height * UNITS) as u32);
    let mut svg = String::new();
    {
        let canvas = Canvas(SVGBackend::with_string(&mut svg, (wide, high)).into_drawing_area());
        draw(&canvas);
        canvas.0.present().expect(INFALLIBLE);
    }
    let units = format!("width=\"{wide}\" height=\"{high}\"");
    svg.replacen(&units, &format!("width=\"{width}\" height=\"{height}\""), 1)
}

const INFALLIBLE: &str = "drawing into a string does not fail";

fn unit(spot: Spot) -> (i32, i32) {
    let round = |x: f64| (x * UNITS).round() as i32;
    (round(spot.0), round(spot.1))
}

fn units(path: &[Spot]) -> Vec<(i32, i32)> {
    path.iter().copied().map(unit).collect()
}

impl Canvas<'_> {
    /// Draws a line through these positions.
    pub fn path(&self, path: &[Spot], colour: RGBColor, width: f64) {
        let style: ShapeStyle = colour.stroke_width((width * UNITS).round() as u32);
        let element = PathElement::new(units(path), style);
        self.0.draw(&element).expect(INFALLIBLE);
    }

    /// Draws a filled polygon.
    pub fn polygon(&self, corners: &[Spot], colour: RGBColor) {
        let element = Polygon::new(units(corners), colour.filled());
        self.0.draw(&element).expect(INFALLIBLE);
    }

    /// Draws one line of text. All text has the same size.
    pub fn text(&self, line: &str, spot: Spot, align: Align) {
        let horizontal = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let font = ("sans-serif", text::SIZE * UNITS * FONT_FACTOR).into_font();
        let style = TextStyle::from(font).color(&colour::INK);
        let style = style.pos(Pos::new(horizontal, VPos::Center));
        let element = Text::new(line, unit(spot), style);
        self.0.draw(&element).expect(INFALLIBLE);
    }

    /// Draws lines of text below each other; the first one is at `spot`.
    pub fn lines(&self, lines: &[String], spot: Spot, align: Align) {
        for (i, line) in lines.iter().enumerate() {
            self.text(line, (spot.0, spot.1 + text::LINE * i as f64), align);
        }
    }
}
