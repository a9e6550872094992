//! The figures of runs from minima found by L-BFGS.

use crate::experiment::published::lbfgs::FROM_LBFGS;
use crate::record::{Axis, DataPoint, Figure, Series, Style};

use super::journey::{Trip, Trips};

/// The sharpness before and after, in units of 2/η.
pub fn ends(groups: &[Trips<'_>]) -> Figure {
    let point = |group: &Trips<'_>, trip: &Trip<'_>| {
        let after = trip.last_sharpness()?;
        Some(DataPoint::new(
            group.start.factor,
            after * trip.rate() / 2.0,
        ))
    };
    let of = |batch: Option<usize>, label: String| Series {
        label,
        style: Style::Points,
        points: (groups.iter())
            .filter(|group| group.start.batch == batch)
            .flat_map(|group| {
                group
                    .trips
                    .iter()
                    .filter_map(move |trip| point(group, trip))
            })
            .collect(),
    };
    let mut batches: Vec<Option<usize>> = Vec::new();
    for group in groups {
        if !batches.contains(&group.start.batch) {
            batches.push(group.start.batch);
        }
    }
    let mut series: Vec<Series> = batches
        .into_iter()
        .map(|batch| {
            let label = batch.map_or("gradient descent".to_owned(), |b| format!("SGD, B = {b}"));
            of(batch, label)
        })
        .collect();
    series.extend(FROM_LBFGS.iter().map(|row| {
        let [before, after] = row.scaled();
        let kind = row
            .batch
            .map_or("gradient descent".to_owned(), |b| format!("SGD, B = {b}"));
        Series {
            label: format!("Wu, Ma, E 2018, {kind}"),
            style: Style::Published,
            points: vec![DataPoint::new(before, after)],
        }
    }));
    let [least, most] = [0.4, 3.0];
    let line = |points: [(f64, f64); 2]| points.map(|(x, y)| DataPoint::new(x, y)).to_vec();
    series.push(Series::bound("2/η", line([(least, 1.0), (most, 1.0)])));
    series.push(Series::bound(
        "unchanged",
        line([(least, least), (most, most)]),
    ));
    Figure {
        name: "lbfgs-ends".to_owned(),
        title: "From minima of L-BFGS: sharpness before and after".to_owned(),
        caption: format!(
            "Each point is a run that began at a minimum found by L-BFGS. Horizontally the sharpness a₀ of \
             that minimum, vertically the sharpness a at the end of the run, both in units of 2/η. Right of 1 \
             the minimum is too sharp for the learning rate. On the rising line nothing has changed. Runs that \
             diverged are not shown. {}",
            scale(groups)
        ),
        x: Axis::logarithmic("a₀ η / 2, at the minimum"),
        y: Axis::logarithmic("a η / 2, at the end"),
        series,
        names: Vec::new(),
    }
}

/// The sharpness along the runs from the first minimum.
pub fn along(groups: &[Trips<'_>]) -> Figure {
    let line = |group: &Trips<'_>| {
        let trip = group.trips.first()?;
        let steps = trip.journey.looks.last()?.step.max(1) as f64;
        let point = |look: &super::cell::Look| {
            let share = look.step as f64 / steps;
            DataPoint::new(share, look.sharpness.value * trip.rate() / 2.0)
        };
        Some(Series {
            label: group.name(),
            style: Style::Line,
            points: trip.journey.looks.iter().map(point).collect(),
        })
    };
    let mut series: Vec<Series> = groups.iter().filter_map(line).collect();
    let edge = [0.0, 1.0].map(|share| DataPoint::new(share, 1.0));
    series.push(Series::bound("2/η", edge.to_vec()));
    Figure {
        name: "lbfgs-along".to_owned(),
        title: "From a minimum of L-BFGS: sharpness along the runs".to_owned(),
        caption: format!(
            "Sharpness a in units of 2/η along the runs that began at one minimum; horizontally the share of \
             the run. Gradient descent has to leave if it begins above 1; SGD with small batches may leave from \
             below 1 too. {}",
            scale(groups)
        ),
        x: Axis::linear("share of the run"),
        y: Axis::logarithmic("a η / 2"),
        series,
        names: Vec::new(),
    }
}

/// The network and the number of minima, as a sentence.
fn scale(groups: &[Trips<'_>]) -> String {
    let Some(group) = groups.first() else {
        return String::new();
    };
    let words = |trip: &Trip<'_>| trip.settings.start.scale_in_words();
    let network = group.trips.first().map_or(String::new(), words);
    format!("Measured: {network}, {} minima.", group.trips.len())
}
