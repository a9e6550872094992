//! The figures of the runs with momentum.

use crate::experiment::group::{Group, Spread};
use crate::experiment::published::momentum::MOMENTUM;
use crate::record::{Axis, DataPoint, Figure, Series, Style};

use super::group::{largest_noise, momentum, of_kind};

/// Where gradient descent ends, against 1 + β.
pub fn descent(groups: &[Group<'_>]) -> Figure {
    let groups = of_kind(groups, true);
    let published = |index: usize, label: &str| Series {
        label: label.to_owned(),
        style: Style::Published,
        points: (MOMENTUM.iter())
            .map(|row| DataPoint::new(row.momentum, row.scaled_descent()[index]))
            .collect(),
    };
    let edge = |beta: f64| DataPoint::new(beta, 1.0 + beta);
    Figure {
        name: "momentum-descent".to_owned(),
        title: "Where gradient descent with momentum ends".to_owned(),
        caption: format!(
            "Sharpness a at the end of training, times η/2, against the momentum β of heavy ball. Gradient \
             descent stays only below the dashed line, so it ends at sharper minima with more momentum. \
             {} Published: 784-500-500-500-10 with η = 0.1 and a VGG on CIFAR-10 with η = 0.01, n = 1000.",
            scale(&groups)
        ),
        x: Axis::linear("momentum β"),
        y: Axis::linear("a η / 2"),
        series: vec![
            measured(&groups, "measured, all runs converged", |group| {
                sharpness(group).filter(|_| group.is_at_minima())
            }),
            measured(&groups, "measured, not all runs converged", |group| {
                sharpness(group).filter(|_| !group.is_at_minima())
            }),
            published(0, "Wu, Ma, E 2018, Fashion-MNIST"),
            published(1, "Wu, Ma, E 2018, CIFAR-10"),
            Series::bound("1 + β", [0.0, 0.9].map(edge).to_vec()),
        ],
        names: Vec::new(),
    }
}

/// Where SGD ends, against the two bounds of momentum.
pub fn stochastic(groups: &[Group<'_>]) -> Figure {
    let groups = of_kind(groups, false);
    let published = |index: usize, label: &str| Series {
        label: label.to_owned(),
        style: Style::Published,
        points: (MOMENTUM.iter())
            .map(|row| DataPoint::new(row.momentum, row.scaled_fashion_mnist()[index]))
            .collect(),
    };
    let curve = |of: fn(f64) -> f64| {
        let grid = (0..=45).map(|i| f64::from(i) / 50.0);
        grid.map(|beta| DataPoint::new(beta, of(beta))).collect()
    };
    let allowed = groups
        .iter()
        .filter_map(|group| Some(DataPoint::new(momentum(group), largest_noise(group)?)));
    Figure {
        name: "momentum-sgd".to_owned(),
        title: "Where SGD with momentum ends".to_owned(),
        caption: format!(
            "SGD with B = {} and heavy ball momentum β: sharpness a times η/2, and non-uniformity s times \
             η√p, at the end of training. Their bounds 1 + β and √(1 − β²) hold at any minimum of one \
             dimension; the third dashed line is the largest sη√p that the exact criterion allows at the \
             measured a. With more momentum a bound of a rises, and yet SGD ends lower. {} Published: \
             784-500-500-500-10, n = 1000.",
            groups.first().map_or(0, |group| group.batch()),
            scale(&groups)
        ),
        x: Axis::linear("momentum β"),
        y: Axis::logarithmic("a η / 2 and s η √p"),
        series: vec![
            measured(&groups, "aη/2, measured", sharpness),
            measured(&groups, "sη√p, measured", |group| {
                group.scaled().map(|(_, s)| s)
            }),
            published(0, "aη/2, Wu, Ma, E 2018"),
            published(1, "sη√p, Wu, Ma, E 2018"),
            Series::bound("1 + β bounds aη/2", curve(|beta| 1.0 + beta)),
            Series::bound(
                "√(1 − β²) bounds sη√p",
                curve(|beta| (1.0 - beta * beta).sqrt()),
            ),
            Series::bound("largest sη√p at the measured a", allowed.collect()),
        ],
        names: Vec::new(),
    }
}

fn sharpness(group: &Group<'_>) -> Option<Spread> {
    group.scaled().map(|(a, _)| a)
}

fn measured<'a>(
    groups: &[&Group<'a>],
    label: &str,
    of: impl Fn(&Group<'a>) -> Option<Spread>,
) -> Series {
    let point = |group: &&Group<'a>| Some(of(group)?.point(momentum(group)));
    Series {
        label: label.to_owned(),
        style: Style::Points,
        points: groups.iter().filter_map(point).collect(),
    }
}

/// The network, the learning rate and the number of runs, as a sentence.
fn scale(groups: &[&Group<'_>]) -> String {
    groups.first().map_or(String::new(), |group| {
        format!(
            "Measured: {}, η = {}, {} seeds; bars reach from the smallest to the largest.",
            group.settings.scale_in_words(),
            group.learning_rate_text(),
            group.outcomes.len()
        )
    })
}
