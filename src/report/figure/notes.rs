//! Sentences about what a drawing leaves out.

use super::marks;
use super::plot::Plot;
use crate::record::{DataPoint, Figure, Spacing};

/// One sentence, with a count, for each reason why points are not drawn in full.
pub fn of(figure: &Figure, plot: &Plot) -> Vec<String> {
    let count = |what: &dyn Fn(&DataPoint) -> bool| {
        let points = figure.series.iter().flat_map(|series| &series.points);
        points.filter(|point| what(point)).count()
    };
    let shown = |p: &DataPoint| plot.place(p.x, p.y).is_some();
    let cut = |p: &DataPoint| {
        let mut ends = [p.low, p.high].into_iter().flatten();
        shown(p) && ends.any(|end| plot.place_y(end).is_none())
    };
    let axes = logarithmic_axes(figure);
    let notes = [
        sentence(
            count(&|p| !marks::is_finite(p)),
            "with a value that is not finite",
            "not drawn",
        ),
        sentence(
            count(&|p| marks::is_finite(p) && !shown(p)),
            "at or below zero",
            &format!("not drawn on {axes}"),
        ),
        sentence(
            count(&cut),
            "whose error bar leaves the axis",
            "drawn with the bar up to its edge",
        ),
    ];
    notes.into_iter().flatten().collect()
}

fn logarithmic_axes(figure: &Figure) -> &'static str {
    match (figure.x.scale, figure.y.scale) {
        (Spacing::Logarithmic, Spacing::Logarithmic) => "the logarithmic axes",
        (Spacing::Logarithmic, Spacing::Linear) => "the logarithmic horizontal axis",
        _ => "the logarithmic vertical axis",
    }
}

fn sentence(count: usize, which: &str, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 point {which} is {what}.")),
        _ => Some(format!("{count} points {which} are {what}.")),
    }
}
