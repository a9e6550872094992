//! The figures of the adaptive optimisers.

use crate::record::{Axis, DataPoint, Figure, Series, Style};

use super::cell::Glance;
use super::group::{Runs, name, plain_scaled, scaled};

/// The preconditioned sharpness along the runs.
pub fn edge(groups: &[Runs<'_>]) -> Figure {
    let mut series = along(groups, scaled);
    series.push(level(groups, "threshold"));
    Figure {
        name: "adaptive-edge".to_owned(),
        title: "The preconditioned sharpness of RMSprop and Adam".to_owned(),
        caption: format!(
            "λ_max(P⁻¹H) in units of its threshold (2/η for RMSprop, 38/η for Adam) along training. A run \
             sharpens until it meets the threshold, and then hovers there. {}",
            scale(groups)
        ),
        x: Axis::linear("step"),
        y: Axis::linear("λ_max(P⁻¹H) / threshold"),
        series,
        names: Vec::new(),
    }
}

/// The plain sharpness along the same runs.
pub fn plain(groups: &[Runs<'_>]) -> Figure {
    let mut series = along(groups, plain_scaled);
    series.push(level(groups, "2/η"));
    Figure {
        name: "adaptive-plain".to_owned(),
        title: "The plain sharpness of the same runs says nothing".to_owned(),
        caption: format!(
            "The plain sharpness a in units of 2/η, the threshold of gradient descent, along the runs of the \
             figure before. It is far from 1 and different for each run, since it leaves P out. {}",
            scale(groups)
        ),
        x: Axis::linear("step"),
        y: Axis::logarithmic("a η / 2"),
        series,
        names: Vec::new(),
    }
}

/// The first run of each group.
fn along(groups: &[Runs<'_>], of: fn(&Runs<'_>, &Glance) -> f64) -> Vec<Series> {
    let line = |group: &Runs<'_>| Series {
        label: name(group),
        style: Style::Line,
        points: (group.outcomes.first().into_iter())
            .flat_map(|outcome| &outcome.glances)
            .map(|glance| DataPoint::new(glance.step as f64, of(group, glance)))
            .collect(),
    };
    groups.iter().map(line).collect()
}

fn level(groups: &[Runs<'_>], label: &str) -> Series {
    let steps = groups.iter().map(|g| g.settings.start.plan.stop.steps);
    let last = steps.max().unwrap_or(1) as f64;
    let points = [0.0, last].map(|step| DataPoint::new(step, 1.0));
    Series::bound(label, points.to_vec())
}

/// The network as a sentence.
fn scale(groups: &[Runs<'_>]) -> String {
    groups.first().map_or(String::new(), |group| {
        let start = &group.settings.start;
        format!(
            "{}, all samples in each step, first seed.",
            start.scale_in_words()
        )
    })
}
