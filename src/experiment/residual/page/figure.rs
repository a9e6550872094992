//! The figure and the table: aη/2 in each mode.

use crate::experiment::group::{ABSENT, Spread};
use crate::experiment::published;
use crate::record::numeral::{fixed, significant};
use crate::record::{Axis, DataPoint, Figure, Series, Style, Table};
use crate::train::Ending;

use super::super::cell::{Mode, Modes};
use super::group::{MODES, Runs, eta, scaled, spread};

/// aη/2 in each mode against η.
pub fn figure(groups: &[Runs<'_>], scale: &str) -> Figure {
    // Points of different modes stand beside each other.
    let points = |place: usize, mode: fn(&Modes) -> Mode| {
        let aside = 0.97 + 0.03 * place as f64;
        let point = |group: &Runs<'_>| Some(scaled(group, mode)?.point(aside * eta(group)));
        groups.iter().filter_map(point).collect()
    };
    let mut series: Vec<Series> = (MODES.iter().enumerate())
        .map(|(place, (label, mode))| Series {
            label: (*label).to_owned(),
            style: Style::Points,
            points: points(place, *mode),
        })
        .collect();
    let rates = groups.iter().map(eta);
    let [low, high] = rates.fold([f64::INFINITY, 0.0], |[low, high], x| {
        [f64::min(low, x), f64::max(high, x)]
    });
    if low < high {
        let ends = [0.8 * low, 1.25 * high].map(|x| DataPoint::new(x, 1.0));
        series.push(Series::bound("a = 2/η", ends.to_vec()));
    }
    Figure {
        name: "residual-modes".to_owned(),
        title: "Sharpness of a network with batch normalisation, in each mode".to_owned(),
        caption: format!(
            "{scale}, trained by gradient descent. Vertically: aη/2 of the training loss at the end of each run, in \
             training mode (means and variances of the batch, which depend on the parameters), with the same means \
             and variances kept constant, and in evaluation mode (running means and variances). Gradient descent \
             can stay where aη/2 ≤ 1 in training mode. Bars reach from the smallest to the largest run; points are \
             moved a little aside so that none hides another."
        ),
        x: Axis::logarithmic("learning rate η"),
        y: Axis::logarithmic("a η / 2"),
        series,
        names: Vec::new(),
    }
}

/// One row for each learning rate and mode.
pub fn table(groups: &[Runs<'_>]) -> Table {
    let columns = [
        "η",
        "mode",
        "a",
        "2/η",
        "aη/2",
        "train loss",
        "train acc %",
        "test acc %",
        "converged",
    ];
    let text = |spread: Option<Spread>| spread.map_or(ABSENT.to_owned(), |spread| spread.text());
    let percent = |spread: Option<Spread>| {
        spread.map_or(ABSENT.to_owned(), |spread| fixed(100.0 * spread.mean, 1))
    };
    let row = |group: &Runs<'_>, (words, mode): (&str, fn(&Modes) -> Mode)| {
        let converged = group.outcomes.iter();
        let converged = converged.filter(|o| o.run.ending == Ending::Converged);
        vec![
            group.settings.training.plan.learning_rate.to_string(),
            words.to_owned(),
            text(spread(group, |modes| mode(modes).sharpness.value)),
            significant(2.0 / eta(group)),
            text(scaled(group, mode)),
            text(spread(group, |modes| mode(modes).loss)),
            percent(spread(group, |modes| mode(modes).accuracy)),
            percent(spread(group, |modes| mode(modes).test_accuracy)),
            format!("{} of {}", converged.count(), group.outcomes.len()),
        ]
    };
    Table {
        name: "residual".to_owned(),
        caption: format!(
            "mean [smallest, largest] over the runs that did not diverge. All three modes are of the same parameters. \
             Published, in evaluation mode for η = 0.01, where 2/η = 200: {}.",
            published::RESIDUAL
                .map(|(n, a)| format!("a = {a} at n = {n}"))
                .join(", ")
        ),
        columns: columns.map(str::to_owned).to_vec(),
        rows: (groups.iter())
            .flat_map(|group| MODES.map(|mode| row(group, mode)))
            .collect(),
    }
}
