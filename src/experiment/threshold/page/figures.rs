//! The figures: η against its threshold, and growth against the exact recursion.

use crate::experiment::group::Spread;
use crate::record::{Axis, DataPoint, Figure, Series, Style};

use super::findings::mean_growths;
use super::group::{Group, Scaled};

/// η/η* against the larger of aη/2 and sη√p, for every η and B.
pub fn settled(groups: &[Group<'_>]) -> Figure {
    let own = |name: &str| -> Vec<Settled> {
        let own = groups.iter().filter(|group| group.network() == name);
        own.filter_map(Settled::of).collect()
    };
    let networks = networks(groups);
    let all: Vec<Vec<Settled>> = networks.iter().map(|name| own(name)).collect();
    let mut series: Vec<Series> = (networks.iter().zip(&all))
        .map(|(name, settled)| Series {
            label: (*name).to_owned(),
            style: Style::Points,
            points: settled.iter().map(|settled| settled.point).collect(),
        })
        .collect();
    let names = |settled: Vec<Settled>| settled.into_iter().map(|settled| settled.name).collect();
    let names = all.into_iter().map(names).collect();
    let ends = series.iter().flat_map(|series| &series.points);
    let ends: Vec<f64> = ends
        .flat_map(|point| [Some(point.x), point.low, point.high])
        .flatten()
        .collect();
    let most = ends.iter().copied().fold(1.1, f64::max);
    let least = ends.iter().copied().fold(0.95, f64::min);
    let line = |ends: [f64; 4]| {
        vec![
            DataPoint::new(ends[0], ends[1]),
            DataPoint::new(ends[2], ends[3]),
        ]
    };
    series.push(Series::bound("η = η*", line([least, 1.0, most, 1.0])));
    series.push(Series::bound(
        "if the bounds were exact",
        line([least, least, most, most]),
    ));
    Figure {
        name: "threshold-settled".to_owned(),
        title: "Where SGD settles, against the exact threshold of the minimum".to_owned(),
        caption: "One point for each η and B, which are written beside it: the mean over the runs that converged, \
                  with a bar from the smallest to the largest. Vertically: η in units of η*, the exact mean-square \
                  threshold of the linearised network at the minimum. Horizontally: η in units of the smaller \
                  of 2/a and 1/(s√p), the two bounds of the paper. Above the slanted line, the bounds admit \
                  learning rates that are unstable there; below it, they forbid some that are stable."
            .to_owned(),
        x: Axis::linear("larger of a η / 2 and s η √p"),
        y: Axis::linear("η / η*"),
        series,
        names,
    }
}

/// Where the runs of a group settle.
struct Settled {
    point: DataPoint,
    /// η and B.
    name: String,
}

impl Settled {
    /// The mean over the runs that converged; `None` if none did.
    fn of(group: &Group<'_>) -> Option<Self> {
        let all: Vec<Scaled> = group.settled().map(|found| group.scaled(found)).collect();
        let bounds: Vec<f64> = all.iter().map(|s| s.sharpness.max(s.noise)).collect();
        let thresholds: Vec<f64> = all.iter().map(|scaled| scaled.mean_square).collect();
        let plan = &group.settings.start.plan;
        Some(Settled {
            point: Spread::of(&thresholds)?.point(Spread::of(&bounds)?.mean),
            name: format!("{}, {}", plan.learning_rate, plan.batch),
        })
    }
}

/// The networks, in the order of the groups.
fn networks<'a>(groups: &'a [Group<'_>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = groups.iter().map(Group::network).collect();
    names.dedup();
    names
}

/// The growth of the linearised dynamics, a figure for each network.
pub fn growths(groups: &[Group<'_>]) -> Vec<Figure> {
    let figure = |network: &str| {
        let own: Vec<&Group<'_>> = groups.iter().filter(|g| g.network() == network).collect();
        growth(network, &own)
    };
    networks(groups).into_iter().map(figure).collect()
}

fn growth(network: &str, groups: &[&Group<'_>]) -> Figure {
    let mut series = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let all = mean_growths(group);
        // Points of different groups stand beside each other.
        let aside = 0.006 * (place as f64 - (groups.len() as f64 - 1.0) / 2.0);
        let sampled = all.iter().filter(|growth| growth.is_sampled);
        let plan = &group.settings.start.plan;
        let name = format!("η = {}, B = {}", plan.learning_rate, plan.batch);
        series.push(Series {
            label: format!("{name}: simulated"),
            style: Style::Points,
            points: sampled
                .map(|g| DataPoint::with_error(g.factor + aside, g.simulated, 2.0 * g.error))
                .collect(),
        });
        series.push(Series {
            label: format!("{name}: exact"),
            style: Style::Theory,
            points: all
                .iter()
                .map(|g| DataPoint::new(g.factor + aside, g.exact))
                .collect(),
        });
    }
    let factors = groups.iter().flat_map(|group| &group.settings.walk.factors);
    let [low, high] = factors.fold([0.95_f64, 1.05_f64], |[low, high], x| {
        [low.min(*x), high.max(*x)]
    });
    let ends = [low - 0.01, high + 0.01];
    series.push(Series::bound(
        "no growth",
        ends.map(|x| DataPoint::new(x, 0.0)).to_vec(),
    ));
    Figure {
        name: format!("threshold-growth-{}", network.to_lowercase()),
        title: format!("Growth of the linearised SGD on both sides of η*: {network}"),
        caption: "Vertically: ln(E‖x_t‖²/E‖x_0‖²)/t, the mean growth a step from the critical second moment, \
                  over the minima of one η and B (of training). Points: simulated; \
                  bars: two standard errors. Lines: the exact recursion. Horizontally: the learning rate of \
                  the walks in units of η*; points are moved a little aside so that none hides another."
            .to_owned(),
        x: Axis::linear("learning rate / η*"),
        y: Axis::linear("growth a step"),
        series,
        names: Vec::new(),
    }
}
