//! Draws which errors a kernel makes for which inputs, over all floats.
//!
//! ```text
//! error in ulps
//! the kernel
//! ≤ 1    |      ~~~ line: the largest error of each bin
//! ≤ 0.51 | ---
//! ≤ 0.5  | shade: how many inputs of the bin have an error of this class
//! 0      |______________________
//!        −∞       0        ∞
//! legend
//! ```

use plotters::prelude::RGBColor;

use super::canvas::{Align, Canvas, Spot, paint};
use super::drawing::Drawing;
use super::{colour, text};
use crate::trial::bins::BINS;
use crate::trial::{CLASSES, Density};

/// The maps of some kernels that compute the same function.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The name of its CSV and SVG files without the extension; unique within the report.
    pub name: String,
    /// The heading.
    pub title: String,
    /// One or two sentences that say what is drawn.
    pub caption: String,
    /// One map for each kernel.
    pub panels: Vec<Panel>,
}

/// The errors of one kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The kernel.
    pub label: String,
    /// The errors in each bin, in the order of bins. A missing bin was not tried.
    pub bins: Vec<Density>,
}

/// The width of a map in CSS pixels: two of them stand side by side.
const WIDTH: f64 = 460.0;
/// The height of a class of errors in CSS pixels.
const ROW: f64 = 17.0;
/// The left and the right end of the maps.
const LEFT: f64 = 62.0;
const RIGHT: f64 = WIDTH - 14.0;

/// The names of the classes of errors, smallest first.
pub const CLASS_NAMES: [&str; CLASSES.len() + 1] = [
    "0", "≤ 0.5", "≤ 0.51", "≤ 1", "≤ 2", "≤ 10", "≤ 100", "more",
];

/// The number of classes that are always drawn: up to an error of 1 ulp.
const LEAST: usize = 4;

/// The shades for at least 1, 10, … inputs, light to dark: ColorBrewer's "Blues" (C. A. Brewer, 2003).
const SHADES: [RGBColor; 7] = [
    RGBColor(0xde, 0xeb, 0xf7),
    RGBColor(0xc6, 0xdb, 0xef),
    RGBColor(0x9e, 0xca, 0xe1),
    RGBColor(0x6b, 0xae, 0xd6),
    RGBColor(0x42, 0x92, 0xc6),
    RGBColor(0x21, 0x71, 0xb5),
    RGBColor(0x08, 0x45, 0x94),
];
/// The numbers at which the shades begin.
const SHADE_NAMES: [&str; SHADES.len()] = ["1", "10", "10²", "10³", "10⁴", "10⁵", "10⁶"];

/// The colour of the largest error, which stands out on every shade.
const LARGEST: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// The marked places: the number of bins before them, and their value.
const TICKS: [(u32, &str); 9] = [
    (1, "−∞"),
    (65, "−2⁶⁴"),
    (129, "−1"),
    (193, "−2⁻⁶⁴"),
    (256, "0"),
    (319, "2⁻⁶⁴"),
    (383, "1"),
    (447, "2⁶⁴"),
    (511, "∞"),
];

/// Draws the maps of a function.
pub fn draw(map: &Map) -> Drawing {
    let rows = rows(map);
    let height = text::LINE + ROW * rows as f64 + 8.0;
    let bottom = text::LINE + height * map.panels.len() as f64;
    let legend = bottom + 2.0 * text::LINE + 8.0;
    let svg = paint(WIDTH, legend + 3.0 * text::LINE + 4.0, |canvas| {
        canvas.text("error in ulps", (0.0, text::LINE / 2.0), Align::Start);
        for (i, panel) in map.panels.iter().enumerate() {
            let area = Area {
                top: text::LINE * 2.0 + height * i as f64,
                rows,
            };
            let label = (LEFT, area.top - text::LINE / 2.0);
            canvas.text(&panel.label, label, Align::Start);
            draw_panel(canvas, &area, panel);
        }
        for (bins, label) in TICKS {
            canvas.text(label, (x(bins), bottom + 8.0), Align::Middle);
        }
        let middle = ((LEFT + RIGHT) / 2.0, bottom + 8.0 + text::LINE);
        canvas.text("input: all floats in their order", middle, Align::Middle);
        draw_legend(canvas, legend);
    });
    Drawing {
        svg,
        notes: Vec::new(),
    }
}

/// The number of classes to draw: as many as the largest error needs.
fn rows(map: &Map) -> usize {
    let bins = map.panels.iter().flat_map(|panel| &panel.bins);
    let highest = |bin: &Density| {
        let counted = bin.histogram.0.iter().rposition(|count| *count > 0);
        counted.unwrap_or(0).max(class(bin.max_ulp)) + 1
    };
    bins.map(highest).fold(LEAST, usize::max)
}

/// The class of an error.
fn class(ulps: f64) -> usize {
    let class = CLASSES.iter().position(|end| ulps <= *end);
    class.unwrap_or(CLASSES.len())
}

/// The horizontal position of the edge after this many bins.
fn x(bins: u32) -> f64 {
    LEFT + (RIGHT - LEFT) * f64::from(bins) / f64::from(BINS)
}

/// The place of one map.
struct Area {
    top: f64,
    rows: usize,
}

impl Area {
    /// The vertical position of the lower edge of a class, or of the place `part` above it.
    fn y(&self, class: usize, part: f64) -> f64 {
        self.top + ROW * (self.rows as f64 - class as f64 - part)
    }

    /// The vertical position of an error within its class, linear between the ends of the class. Exact
    /// results and errors above all ends lie in the middle of their class.
    fn place(&self, ulps: f64) -> f64 {
        let class = class(ulps);
        let part = match class {
            0 => 0.5,
            _ if class == CLASSES.len() => 0.5,
            _ => (ulps - CLASSES[class - 1]) / (CLASSES[class] - CLASSES[class - 1]),
        };
        self.y(class, part)
    }
}

fn draw_panel(canvas: &Canvas<'_>, area: &Area, panel: &Panel) {
    for (class, name) in CLASS_NAMES.iter().enumerate().take(area.rows) {
        let [low, high] = [0.0, 1.0].map(|part| area.y(class, part));
        for Strip { bins, shade } in strips(&panel.bins, class) {
            let [left, right] = bins.map(x);
            let corners = [(left, low), (left, high), (right, high), (right, low)];
            canvas.polygon(&corners, SHADES[shade]);
        }
        canvas.path(&[(LEFT, high), (RIGHT, high)], colour::GRID, 1.0);
        canvas.text(name, (LEFT - 7.0, area.y(class, 0.5)), Align::End);
    }
    let (top, bottom) = (area.top, area.y(0, 0.0));
    for (bins, _) in TICKS {
        canvas.path(
            &[(x(bins), bottom), (x(bins), bottom + 4.0)],
            colour::FRAME,
            1.0,
        );
    }
    let frame = [(LEFT, top), (LEFT, bottom), (RIGHT, bottom)];
    canvas.path(&frame, colour::FRAME, 1.0);
    for line in lines(area, &panel.bins) {
        canvas.path(&line, LARGEST, 1.0);
    }
}

/// Neighbouring bins of the same shade.
struct Strip {
    /// The numbers of the first bin and of the bin after the last.
    bins: [u32; 2],
    shade: usize,
}

/// The strips of a class of errors. The shade is the number of decimal digits of the count.
fn strips(bins: &[Density], class: usize) -> Vec<Strip> {
    let mut strips: Vec<Strip> = Vec::new();
    for bin in bins {
        let Some(digits) = bin.histogram.0[class].checked_ilog10() else {
            continue;
        };
        let shade = (digits as usize).min(SHADES.len() - 1);
        match strips.last_mut() {
            Some(last) if last.bins[1] == bin.bin && last.shade == shade => last.bins[1] += 1,
            _ => strips.push(Strip {
                bins: [bin.bin, bin.bin + 1],
                shade,
            }),
        }
    }
    strips
}

/// The largest error of each bin as a line of steps, broken where a bin is missing.
fn lines(area: &Area, bins: &[Density]) -> Vec<Vec<Spot>> {
    let pieces = bins.chunk_by(|a, b| a.bin + 1 == b.bin);
    pieces.map(|piece| steps(area, piece)).collect()
}

fn steps(area: &Area, bins: &[Density]) -> Vec<Spot> {
    let levels = bins.chunk_by(|a, b| a.max_ulp == b.max_ulp);
    let step = |level: &[Density]| {
        let y = area.place(level[0].max_ulp);
        [(x(level[0].bin), y), (x(level[level.len() - 1].bin + 1), y)]
    };
    levels.flat_map(step).collect()
}

/// Draws the legend with its upper edge at `top`.
fn draw_legend(canvas: &Canvas<'_>, top: f64) {
    let row = |i: usize| top + text::LINE * (i as f64 + 0.5);
    let shades = "inputs of a bin (2²³ neighbouring floats), at least:";
    canvas.text(shades, (LEFT, row(0)), Align::Start);
    let width = (RIGHT - LEFT) / SHADES.len() as f64;
    for (i, (shade, name)) in SHADES.into_iter().zip(SHADE_NAMES).enumerate() {
        let (left, y) = (LEFT + width * i as f64, row(1));
        let (right, low, high) = (left + 14.0, y + 6.0, y - 6.0);
        canvas.polygon(
            &[(left, low), (left, high), (right, high), (right, low)],
            shade,
        );
        canvas.text(name, (right + 4.0, y), Align::Start);
    }
    canvas.path(&[(LEFT, row(2)), (LEFT + 34.0, row(2))], LARGEST, 1.5);
    canvas.text(
        "largest error in the bin",
        (LEFT + 41.0, row(2)),
        Align::Start,
    );
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;
    use crate::trial::Histogram;

    fn bin(bin: u32, max_ulp: f64, counts: [u64; 8]) -> Density {
        Density {
            bin,
            max_ulp,
            histogram: Histogram(counts),
        }
    }

    fn map(bins: Vec<Density>) -> Map {
        Map {
            name: "errors-tanh".into(),
            title: "tanh".into(),
            caption: "Caption.".into(),
            panels: vec![Panel {
                label: "a kernel <ours>".into(),
                bins,
            }],
        }
    }

    #[test]
    fn neighbours_of_one_shade_are_one_strip() {
        let bins = [
            bin(3, 0.4, [0, 10, 0, 0, 0, 0, 0, 0]),
            bin(4, 0.4, [0, 99, 0, 0, 0, 0, 0, 0]),
            bin(5, 0.4, [1, 100, 0, 0, 0, 0, 0, 0]),
            bin(7, 0.4, [0, 100, 0, 0, 0, 0, 0, 0]),
        ];
        let strips: Vec<_> = strips(&bins, 1).iter().map(|s| (s.bins, s.shade)).collect();
        assert_eq!(strips, [([3, 5], 1), ([5, 6], 2), ([7, 8], 2)]);
    }

    #[test]
    fn the_line_breaks_where_nothing_was_tried_and_stands_in_its_class() {
        let area = Area { top: 0.0, rows: 5 };
        let bins = [
            bin(0, 0.0, [1; 8]),
            bin(1, 1.5, [1; 8]),
            bin(9, 1e9, [1; 8]),
        ];
        let lines = lines(&area, &bins);
        let heights: Vec<Vec<f64>> = lines
            .iter()
            .map(|line| line.iter().map(|spot| spot.1).collect())
            .collect();
        let exact = ROW * 4.5;
        assert_eq!(heights[0], [exact, exact, ROW * 0.5, ROW * 0.5]);
        assert_eq!(heights.len(), 2);
    }

    #[test]
    fn the_largest_error_has_its_row_and_nothing_leaves_the_picture() {
        let worst = bin(511, f64::INFINITY, [0, 0, 0, 0, 0, 0, 0, 8_388_608]);
        for (bins, rows_drawn) in [
            (vec![], 4),
            (vec![bin(0, 1.5, [0; 8])], 5),
            (vec![worst], 8),
        ] {
            let map = map(bins);
            assert_eq!(rows(&map), rows_drawn);
            let svg = draw(&map).svg;
            let document = Document::parse(&svg).unwrap();
            let view = document.root_element().attribute("viewBox").unwrap();
            let size: Vec<f64> = view.split(' ').map(|n| n.parse().unwrap()).collect();
            for points in document.descendants().filter_map(|n| n.attribute("points")) {
                for pair in points.split_whitespace() {
                    let (x, y) = pair.split_once(',').unwrap();
                    let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                    assert!((0.0..=size[2]).contains(&x) && (0.0..=size[3]).contains(&y));
                }
            }
        }
    }

    #[test]
    fn the_shades_and_the_line_are_told_apart() {
        let light = |RGBColor(r, g, b): RGBColor| {
            0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
        };
        for pair in SHADES.windows(2) {
            assert!(light(pair[0]) - light(pair[1]) > 10.0, "{pair:?}");
        }
        for shade in SHADES {
            assert_ne!(shade, LARGEST);
        }
    }
}
