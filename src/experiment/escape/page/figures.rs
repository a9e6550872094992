//! The figures: loss, test accuracy, sharpness and non-uniformity along the runs.

use crate::record::{Axis, DataPoint, Figure, Series, Style};

use super::super::cell::Look;
use super::super::prediction::ESCAPED;
use super::kind::Kind;

/// The figures of the runs that go on from the first minimum; `scale` says how large the experiment is.
pub fn all(kinds: &[Kind<'_>], scale: &str) -> Vec<Figure> {
    let runs = format!("One line for each run from the first minimum ({scale}).");
    vec![
        loss(kinds, &runs),
        accuracy(kinds, &runs),
        sharpness(kinds, &runs),
        non_uniformity(kinds, &runs),
    ]
}

/// The horizontal axis: the first look, before any step, is at 1.
fn axis() -> Axis {
    Axis::logarithmic("1 + steps since the switch")
}

/// One line for each kind: a number of each look at its first run.
fn lines(kinds: &[Kind<'_>], of: impl Fn(&Kind<'_>, &Look) -> Option<f64>) -> Vec<Series> {
    let line = |kind: &Kind<'_>| {
        let looks = kind.tried.first().map(|tried| &tried.path.looks);
        let point = |look: &Look| Some(DataPoint::new(look.step as f64 + 1.0, of(kind, look)?));
        Series {
            label: kind.name(),
            style: Style::Line,
            points: looks.into_iter().flatten().filter_map(point).collect(),
        }
    };
    kinds.iter().map(line).collect()
}

/// A horizontal line across all points.
fn level(label: &str, height: f64, series: &[Series]) -> Series {
    let last = series.iter().flat_map(|line| &line.points);
    let last = last.map(|point| point.x).fold(1.0, f64::max);
    let ends = [1.0, last].map(|x| DataPoint::new(x, height));
    Series::bound(label, ends.to_vec())
}

fn loss(kinds: &[Kind<'_>], runs: &str) -> Figure {
    let mut series = lines(kinds, |_, look| Some(look.loss));
    let first = series.iter().find_map(|line| line.points.first());
    if let Some(first) = first.copied() {
        series.push(level("has left", ESCAPED * first.y, &series));
    }
    Figure {
        name: "escape-loss".to_owned(),
        title: "Training goes on from a minimum of gradient descent: the loss".to_owned(),
        caption: format!(
            "{runs} Gradient descent with learning rate η has settled at this minimum; SGD then goes on with the \
             same η and batches of B, gradient descent with a larger learning rate. Vertically: the loss over all \
             training images. A run above the dashed line, {ESCAPED} times the loss at the start, has left."
        ),
        x: axis(),
        y: Axis::logarithmic("training loss"),
        series,
        names: Vec::new(),
    }
}

fn accuracy(kinds: &[Kind<'_>], runs: &str) -> Figure {
    Figure {
        name: "escape-accuracy".to_owned(),
        title: "Training goes on from a minimum of gradient descent: the test accuracy".to_owned(),
        caption: format!(
            "{runs} Vertically: the share of the test images that are classified correctly. Runs that leave the \
             minimum lose accuracy at first; where they settle they may have more than at the start."
        ),
        x: axis(),
        y: Axis::linear("test accuracy in %"),
        series: lines(kinds, |_, look| Some(100.0 * look.test_accuracy)),
        names: Vec::new(),
    }
}

fn sharpness(kinds: &[Kind<'_>], runs: &str) -> Figure {
    let mut series = lines(kinds, |kind, look| {
        Some(look.curvature?[0] * kind.units()[0])
    });
    series.push(level("a = 2/η", 1.0, &series));
    Figure {
        name: "escape-sharpness".to_owned(),
        title: "Training goes on from a minimum of gradient descent: the sharpness".to_owned(),
        caption: format!(
            "{runs} Vertically: aη/2 with the learning rate of the run, at most 1 where gradient descent can stay. \
             SGD starts below its bound, and leaves all the same if its batches are small."
        ),
        x: axis(),
        y: Axis::logarithmic("a η / 2"),
        series,
        names: Vec::new(),
    }
}

fn non_uniformity(kinds: &[Kind<'_>], runs: &str) -> Figure {
    let mut series = lines(kinds, |kind, look| {
        Some(look.curvature?[1] * kind.units()[1])
    });
    // Gradient descent has no noise, p = 0.
    let mut kinds = kinds.iter();
    series.retain(|_| kinds.next().is_some_and(|kind| !kind.is_descent()));
    series.push(level("s = 1/(η√p)", 1.0, &series));
    Figure {
        name: "escape-non-uniformity".to_owned(),
        title: "Training goes on from a minimum of gradient descent: the non-uniformity".to_owned(),
        caption: format!(
            "{runs} Vertically: sη√p with p = (n − B)/(B(n − 1)), at most 1 where the paper's second bound allows \
             SGD to stay. Gradient descent has no noise and is left out."
        ),
        x: axis(),
        y: Axis::logarithmic("s η √p"),
        series,
        names: Vec::new(),
    }
}
