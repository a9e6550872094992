//! The figures about the runs.

use super::power_law::{Minimum, PowerLaw, minima};
use crate::criterion::non_uniformity;
use crate::experiment::group::{self, Group, Spread};
use crate::experiment::published::{self, is_same_rate};
use crate::record::numeral::significant;
use crate::record::{Axis, DataPoint, Figure, Series, Style};

/// All figures, the most telling first.
pub fn all(groups: &[Group<'_>]) -> Vec<Figure> {
    let mut figures = vec![
        rectangle(groups),
        sharpness(groups),
        non_uniformity_figure(groups),
        accuracy(groups),
    ];
    figures.extend(scatter(groups));
    figures
}

/// The groups of each learning rate, with that rate as text.
fn by_rate<'a, 'b>(groups: &'b [Group<'a>]) -> Vec<(String, Vec<&'b Group<'a>>)> {
    let mut rates: Vec<(String, Vec<&Group<'_>>)> = Vec::new();
    for group in groups {
        let rate = group.learning_rate_text();
        match rates.iter_mut().find(|(text, _)| *text == rate) {
            Some((_, members)) => members.push(group),
            None => rates.push((rate, vec![group])),
        }
    }
    rates
}

/// The groups of each learning rate as points, followed by the published runs with that rate.
fn with_published<'a>(
    groups: &[Group<'a>],
    point: impl Fn(&Group<'a>) -> Option<DataPoint>,
    published_point: impl Fn(&published::StochasticRow) -> DataPoint,
) -> Vec<Series> {
    let mut series = Vec::new();
    for (rate, members) in by_rate(groups) {
        let published = published_with(members[0]);
        series.push(Series {
            label: format!("η = {rate}"),
            style: Style::Points,
            points: members.into_iter().filter_map(&point).collect(),
        });
        if !published.is_empty() {
            series.push(Series {
                label: format!("η = {rate}, published"),
                style: Style::Published,
                points: published.into_iter().map(&published_point).collect(),
            });
        }
    }
    series
}

/// The published runs of SGD with the learning rate of this group.
fn published_with(group: &Group<'_>) -> Vec<&'static published::StochasticRow> {
    let eta = group.learning_rate();
    let rows = published::STOCHASTIC.iter();
    let with =
        rows.filter(|row| row.batch < published::SAMPLES && is_same_rate(row.learning_rate, eta));
    with.collect()
}

/// The batch sizes of the points of [`with_published`] in the rectangle.
fn batches(groups: &[Group<'_>]) -> Vec<Vec<String>> {
    let name = |batch: usize| format!("B = {batch}");
    let mut names = Vec::new();
    for (_, members) in by_rate(groups) {
        let drawn = members.iter().filter(|group| group.scaled().is_some());
        names.push(drawn.map(|group| name(group.batch())).collect());
        let published = published_with(members[0]);
        if !published.is_empty() {
            names.push(published.into_iter().map(|row| name(row.batch)).collect());
        }
    }
    names
}

fn rectangle(groups: &[Group<'_>]) -> Figure {
    let series = with_published(groups, group::point_in_rectangle, |row| {
        let (x, y) = row.scaled();
        DataPoint::new(x, y)
    });
    let title = "Where SGD ends, in units of the two bounds";
    Figure {
        names: batches(groups),
        ..group::rectangle("sgd-rectangle", title, series)
    }
}

fn sharpness(groups: &[Group<'_>]) -> Figure {
    let point = |group: &Group<'_>| {
        let spread = group.spread(|m| m.sharpness.value)?;
        Some(spread.point(group.batch() as f64))
    };
    let series = with_published(groups, point, |row| {
        DataPoint::new(row.batch as f64, row.sharpness)
    });
    Figure {
        name: "sgd-sharpness".to_owned(),
        title: "Sharpness against batch size".to_owned(),
        caption: "Sharpness a where SGD ends: its bound 2/η does not depend on B.".to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::logarithmic("sharpness a"),
        series,
        names: Vec::new(),
    }
}

fn non_uniformity_figure(groups: &[Group<'_>]) -> Figure {
    let point = |group: &Group<'_>| {
        let spread = group.spread(|m| m.non_uniformity.value)?;
        Some(spread.point(group.batch() as f64))
    };
    let mut series = with_published(groups, point, |row| {
        DataPoint::new(row.batch as f64, row.non_uniformity)
    });
    for (rate, members) in by_rate(groups) {
        let bounds = members.iter().map(|group| {
            let largest =
                non_uniformity::largest_non_uniformity(&group.learning_rate(), &group.weight());
            DataPoint::new(group.batch() as f64, largest)
        });
        series.push(Series::bound(
            &format!("1/(η√p), η = {rate}"),
            bounds.collect(),
        ));
    }
    Figure {
        name: "sgd-non-uniformity".to_owned(),
        title: "Non-uniformity against batch size".to_owned(),
        caption:
            "Non-uniformity s = √λ_max(Σ) where SGD ends, with its bound (1/η)√(B(n−1)/(n−B))."
                .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::logarithmic("non-uniformity s"),
        series,
        names: Vec::new(),
    }
}

fn accuracy(groups: &[Group<'_>]) -> Figure {
    let point = |group: &Group<'_>| {
        let accuracies = group.outcomes.iter().filter_map(|o| o.test_accuracy);
        let percent: Vec<f64> = accuracies.map(|accuracy| 100.0 * accuracy).collect();
        Some(Spread::of(&percent)?.point(group.batch() as f64))
    };
    let series = with_published(groups, point, |row| {
        DataPoint::new(row.batch as f64, row.accuracy)
    });
    Figure {
        name: "sgd-accuracy".to_owned(),
        title: "Test accuracy against batch size".to_owned(),
        caption: "Percent of the test images that are classified correctly where SGD ends, by learning rate η \
                  and batch size B. Bars: 95 % bootstrap intervals over the seeds. Published runs were tested \
                  on all 10,000 test images."
            .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::linear("test accuracy / %"),
        series,
        names: Vec::new(),
    }
}

/// All runs in the plane of a and s, with the fitted power law and the published one; `None` if there is no
/// law.
fn scatter(groups: &[Group<'_>]) -> Option<Figure> {
    let minima: Vec<Minimum> = groups.iter().flat_map(minima).collect();
    let law = PowerLaw::of(&minima)?;
    let [factor, exponent] = published::POWER_LAW;
    let theirs = PowerLaw {
        factor,
        exponent,
        ..law
    };
    let point = |m: &Minimum| DataPoint::new(m.sharpness, m.non_uniformity);
    let runs: Vec<DataPoint> = minima.iter().map(point).collect();
    let smallest = runs.iter().map(|point| point.x).reduce(f64::min)?;
    let largest = runs.iter().map(|point| point.x).reduce(f64::max)?;
    let line = |law: PowerLaw| {
        [smallest, largest]
            .map(|a| DataPoint::new(a, law.at(a)))
            .into()
    };
    let published = published::STOCHASTIC.iter();
    let published = published.map(|row| DataPoint::new(row.sharpness, row.non_uniformity));
    let series = vec![
        Series {
            label: "runs".to_owned(),
            style: Style::Points,
            points: runs,
        },
        Series {
            label: format!(
                "s = {} a^{}",
                significant(law.factor),
                significant(law.exponent)
            ),
            style: Style::Theory,
            points: line(law),
        },
        Series {
            label: "published".to_owned(),
            style: Style::Published,
            points: published.collect(),
        },
        Series::bound(
            &format!("published: s = {factor} a^{exponent}"),
            line(theirs),
        ),
    ];
    Some(Figure {
        name: "sgd-scatter".to_owned(),
        title: "Non-uniformity against sharpness of all runs".to_owned(),
        caption: format!(
            "Each filled marker is one run of SGD: non-uniformity s against sharpness a where it ended. Solid: the \
             power law fitted to ln s against ln a (correlation {:.3}); no theory predicts it. Hollow and dashed: \
             the means that the authors recorded, and the law that fits them.",
            law.correlation
        ),
        x: Axis::logarithmic("sharpness a"),
        y: Axis::logarithmic("non-uniformity s"),
        series,
        names: Vec::new(),
    })
}
