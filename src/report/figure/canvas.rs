//! The only file that draws with plotters: paths, polygons and text in CSS pixels.

use plotters::coord::Shift;
use plotters::prelude::{
    DrawingArea, IntoDrawingArea, IntoFont, PathElement, Polygon, RGBColor, SVGBackend, ShapeStyle,
    Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, TextStyle};

use super::{colour, text};

/// A place in CSS pixels from the top left corner, x to the right and y down.
pub type Spot = (f64, f64);

/// Plotters places things on whole units; a CSS pixel has so many.
const UNITS: f64 = 4.0;

/// Plotters divides the size of a font by this before it writes it.
const FONT_FACTOR: f64 = 1.24;

/// Which point of a text is at its place, horizontally; vertically it is always the middle.
#[derive(Clone, Copy)]
pub enum Align {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// Something to draw on.
pub struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// What `draw` draws as an SVG document of `width` × `height` CSS pixels.
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
    /// A line through the spots.
    pub fn path(&self, path: &[Spot], colour: RGBColor, width: f64) {
        let style: ShapeStyle = colour.stroke_width((width * UNITS).round() as u32);
        let element = PathElement::new(units(path), style);
        self.0.draw(&element).expect(INFALLIBLE);
    }

    /// A filled polygon.
    pub fn polygon(&self, corners: &[Spot], colour: RGBColor) {
        let element = Polygon::new(units(corners), colour.filled());
        self.0.draw(&element).expect(INFALLIBLE);
    }

    /// One line of text in the size of all text.
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

    /// Lines of text, one below the other; the first stands at `spot`.
    pub fn lines(&self, lines: &[String], spot: Spot, align: Align) {
        for (i, line) in lines.iter().enumerate() {
            self.text(line, (spot.0, spot.1 + text::LINE * i as f64), align);
        }
    }
}
