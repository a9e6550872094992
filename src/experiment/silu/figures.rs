//! The figures of the runs on a smooth network.

use crate::experiment::group::Spread;
use crate::record::{Axis, DataPoint, Figure, Series, Style};
use crate::train::Optimiser;

use super::group::{
    Runs, batch_sharpness as quotient, by_optimiser, has_learned, name, optimiser, recorded_shares,
    scaled, share,
};

/// The sharpness against the batch size.
pub fn sharpness(groups: &[Runs<'_>]) -> Figure {
    let kinds = by_optimiser(groups);
    let mut series = measured(&kinds, scaled);
    series.extend(kinds.iter().map(|kind| {
        Series {
            label: format!("{}, recorded", name(kind[0])),
            style: Style::Published,
            points: recorded_shares(optimiser(kind[0]))
                .map(|(share, sharpness)| DataPoint::new(share, sharpness))
                .to_vec(),
        }
    }));
    series.push(Series::bound("edge", level(1.0)));
    Figure {
        name: "silu-sharpness".to_owned(),
        title: "Sharpness at the end, in units of the edge of each optimiser".to_owned(),
        caption: format!(
            "Sharpness a at the end of training divided by the largest one at which gradient descent with that \
             optimiser is stable: 2/η for SGD, 2(1 + β)/η for heavy ball, (2 + 2β)/(η(1 + 2β)) for Nesterov. \
             Batches of which not every run learned are left out. {} Recorded: the public table, 3072-512-512-10 on CIFAR-10, n = 8192.",
            scale(groups)
        ),
        x: Axis::logarithmic("share B/n of the samples in a batch"),
        y: Axis::logarithmic("a / edge"),
        series,
        names: Vec::new(),
    }
}

/// The batch sharpness against the batch size.
pub fn batch_sharpness(groups: &[Runs<'_>]) -> Figure {
    let kinds = by_optimiser(groups);
    let mut series = measured(&kinds, quotient);
    series.push(Series::bound("1, without momentum", level(1.0)));
    let is_heavy = |group: &&Runs<'_>| matches!(optimiser(group), Optimiser::HeavyBall(_));
    if let Some(beta) = groups
        .iter()
        .find(is_heavy)
        .map(|g| optimiser(g).momentum())
    {
        series.push(Series::bound("1 + β", level(1.0 + beta)));
        series.push(Series::bound("1 − β", level(1.0 - beta)));
    }
    Figure {
        name: "silu-batch-sharpness".to_owned(),
        title: "Batch sharpness at the end, and its two plateaus".to_owned(),
        caption: format!(
            "Batch sharpness is the curvature of a batch's loss along that batch's own gradient, \
             E[gᵀH_B g]/E‖g‖², here times η/2. Without momentum it is reported to settle at 1; with heavy \
             ball at 1 − β for small and 1 + β for large batches. {}",
            scale(groups)
        ),
        x: Axis::logarithmic("share B/n of the samples in a batch"),
        y: Axis::logarithmic("batch sharpness × η / 2"),
        series,
        names: Vec::new(),
    }
}

fn measured(kinds: &[Vec<&Runs<'_>>], of: fn(&Runs<'_>) -> Option<Spread>) -> Vec<Series> {
    let series = kinds.iter().map(|kind| Series {
        label: format!("{}, measured", name(kind[0])),
        style: Style::Points,
        points: kind
            .iter()
            .filter(|group| has_learned(group))
            .filter_map(|group| Some(of(group)?.point(share(group))))
            .collect(),
    });
    series.collect()
}

/// A horizontal line over the range of the table.
fn level(height: f64) -> Vec<DataPoint> {
    [8.0 / 8192.0, 1024.0 / 8192.0]
        .map(|share| DataPoint::new(share, height))
        .to_vec()
}

/// The network, the steps and the number of seeds, as a sentence.
fn scale(groups: &[Runs<'_>]) -> String {
    groups.first().map_or(String::new(), |group| {
        let start = &group.settings.start;
        format!(
            "Measured: {}, SiLU, {} steps, {} seeds; bars reach from the smallest to the largest.",
            start.scale_in_words(),
            start.plan.stop.steps,
            group.outcomes.len()
        )
    })
}
