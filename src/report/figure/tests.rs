use roxmltree::{Document, Node};

use super::*;
use crate::record::{Axis, DataPoint, Series, Spacing, Style};

fn figure(x: Spacing, y: Spacing, series: Vec<Series>) -> Figure {
    let axis = |label: &str, scale| Axis {
        label: label.into(),
        scale,
    };
    Figure {
        name: "figure".into(),
        title: "Title".into(),
        caption: "Caption.".into(),
        x: axis("η < 1 & \"rising\"", x),
        y: axis(
            &"a label that is longer than the figure is wide ".repeat(3),
            y,
        ),
        series,
        names: Vec::new(),
    }
}

fn series(label: &str, style: Style, points: &[(f64, f64)]) -> Series {
    Series {
        label: label.into(),
        style,
        points: points.iter().map(|(x, y)| DataPoint::new(*x, *y)).collect(),
    }
}

/// A figure with every style, a long label, error bars that leave the axis, and hostile values.
fn everything(x: Spacing, y: Spacing) -> Figure {
    let points = [
        (0.1, 2.0),
        (1.0, 0.0),
        (-2.0, 5.0),
        (f64::NAN, 1.0),
        (3.0, f64::INFINITY),
    ];
    let mut bars = series("with bars", Style::Points, &points);
    bars.points[0].low = Some(-1.0);
    bars.points[0].high = Some(70.0);
    let long = "a label that is much longer than the legend is wide ".repeat(4);
    figure(
        x,
        y,
        vec![
            bars,
            series(&long, Style::Line, &points),
            series("bound", Style::Bound, &[(0.1, 50.0), (3.0, 50.0)]),
            series("published", Style::Published, &[(0.2, 3.0)]),
        ],
    )
}

const SCALES: [Spacing; 2] = [Spacing::Linear, Spacing::Logarithmic];

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

/// A text with its left, top, right and bottom.
type Placed = (String, [f64; 4]);

/// The size of the viewBox and, for each text, its estimated rectangle in the same units.
struct Texts {
    width: f64,
    height: f64,
    texts: Vec<Placed>,
}

fn texts(svg: &Document<'_>) -> Texts {
    let view = svg.root_element().attribute("viewBox").unwrap();
    let view: Vec<f64> = view.split(' ').map(|n| n.parse().unwrap()).collect();
    let rectangle = |node: Node<'_, '_>| {
        let text = node.text().unwrap().trim().to_owned();
        let (x, y, size) = (
            number(&node, "x"),
            number(&node, "y"),
            number(&node, "font-size"),
        );
        let width = text::width(&text) * size / text::SIZE;
        let left = match node.attribute("text-anchor").unwrap() {
            "start" => x,
            "middle" => x - width / 2.0,
            _ => x - width,
        };
        (text, [left, y - 0.5 * size, left + width, y + 0.5 * size])
    };
    let texts = svg
        .descendants()
        .filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    Texts {
        width: view[2],
        height: view[3],
        texts: texts.map(rectangle).collect(),
    }
}

#[test]
fn no_text_is_cut_off_small_or_on_top_of_another() {
    for x in SCALES {
        for y in SCALES {
            let svg = draw(&everything(x, y)).svg;
            let document = Document::parse(&svg).unwrap();
            let Texts {
                width,
                height,
                texts,
            } = texts(&document);
            let units = width / number(&document.root_element(), "width");
            for (i, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
                let inside = *left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height;
                assert!(inside, "{text:?} is cut off");
                assert!(bottom - top >= 11.0 * units, "{text:?} is small");
                for (other, [l, t, r, b]) in &texts[..i] {
                    let overlap = left < r && l < right && top < b && t < bottom;
                    assert!(!overlap, "{text:?} on {other:?}");
                }
            }
        }
    }
}

#[test]
fn nothing_is_drawn_outside_the_picture() {
    for x in SCALES {
        for y in SCALES {
            let svg = draw(&everything(x, y)).svg;
            let document = Document::parse(&svg).unwrap();
            let Texts { width, height, .. } = texts(&document);
            for path in document.descendants().filter_map(|n| n.attribute("points")) {
                for pair in path.split_whitespace() {
                    let (x, y) = pair.split_once(',').unwrap();
                    let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                    assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y));
                }
            }
        }
    }
}

#[test]
fn what_is_not_drawn_is_counted_in_notes() {
    let logarithmic = draw(&everything(Spacing::Logarithmic, Spacing::Logarithmic)).notes;
    let expected = [
        "4 points with a value that is not finite are not drawn.",
        "4 points at or below zero are not drawn on the logarithmic axes.",
        "1 point whose error bar leaves the axis is drawn with the bar up to its edge.",
    ];
    assert_eq!(logarithmic, expected);
    let linear = draw(&everything(Spacing::Linear, Spacing::Linear)).notes;
    assert_eq!(linear, expected[..1]);
}

#[test]
fn markup_in_labels_is_text() {
    let svg = draw(&everything(Spacing::Linear, Spacing::Linear)).svg;
    let document = Document::parse(&svg).unwrap();
    let Texts { texts, .. } = texts(&document);
    assert!(texts.iter().any(|(text, _)| text == "η < 1 & \"rising\""));
}

#[test]
fn a_bound_is_named_at_its_end_and_in_the_legend() {
    let svg = draw(&everything(Spacing::Logarithmic, Spacing::Linear)).svg;
    let document = Document::parse(&svg).unwrap();
    let Texts { texts, .. } = texts(&document);
    assert_eq!(texts.iter().filter(|(text, _)| text == "bound").count(), 2);
    assert_eq!(
        texts.iter().filter(|(text, _)| text == "published").count(),
        1
    );
}

#[test]
fn a_figure_without_any_drawable_point_is_still_a_figure() {
    for points in [&[][..], &[(f64::NAN, 1.0)], &[(1e308, -1e308)]] {
        for scale in SCALES {
            for style in [
                Style::Points,
                Style::Line,
                Style::Theory,
                Style::Bound,
                Style::Published,
            ] {
                let svg = draw(&figure(scale, scale, vec![series("s", style, points)])).svg;
                assert!(Document::parse(&svg).is_ok());
            }
        }
    }
}
