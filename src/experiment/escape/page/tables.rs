//! The tables: our runs, and the published ones.

use crate::experiment::group::ABSENT;
use crate::experiment::published::{ESCAPES, ESCAPES_WITHOUT_WRONG_LABELS, EscapeRow, SETTLED_AT};
use crate::record::Table;
use crate::record::numeral::{fixed, significant};

use super::kind::{Kind, Tried};

/// The runs of every kind, means with their ranges over the minima.
pub fn measured(kinds: &[Kind<'_>]) -> Table {
    let columns = [
        "run",
        "η",
        "q at the start",
        "predicted",
        "left",
        "largest loss / start",
        "least train acc %",
        "a: start, end",
        "s: start, end",
        "test acc %: start, end",
    ];
    Table {
        name: "escape".to_owned(),
        caption: "mean [smallest, largest] over the minima. q: the larger η(m² + p·Var)/(2m) along the top \
                  eigenvectors of H and Σ. left: the runs whose loss reached ten times that of the start. a and s \
                  at the end: means of the last three measurements; test accuracy at the end: mean of the last ten looks, \
                  which reach back to about a quarter of the steps; both over the runs that did not diverge."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: kinds.iter().map(row).collect(),
    }
}

fn row(kind: &Kind<'_>) -> Vec<String> {
    let text = |of: &dyn Fn(&Tried<'_>) -> f64| {
        kind.spread(of)
            .map_or(ABSENT.to_owned(), |spread| spread.text())
    };
    let mean = |of: &dyn Fn(&Tried<'_>) -> Option<f64>| {
        let values: Vec<f64> = kind.tried.iter().filter_map(of).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (!values.is_empty()).then_some(mean)
    };
    let pair = |start: Option<f64>, end: Option<f64>| {
        let text = |value: Option<f64>| value.map_or(ABSENT.to_owned(), significant);
        format!("{}, {}", text(start), text(end))
    };
    let percent = |of: &dyn Fn(&Tried<'_>) -> Option<f64>| {
        mean(of).map_or(ABSENT.to_owned(), |share| fixed(100.0 * share, 1))
    };
    let least = |tried: &Tried<'_>| {
        let accuracies = tried.path.looks.iter().map(|look| look.accuracy);
        Some(accuracies.fold(1.0, f64::min))
    };
    vec![
        kind.name(),
        kind.run.learning_rate.to_string(),
        text(&|tried| tried.ratio),
        kind.prediction()
            .map_or("differs by seed", |prediction| prediction.words())
            .to_owned(),
        format!("{} of {}", kind.left(), kind.tried.len()),
        text(&|tried| tried.rise()),
        percent(&least),
        pair(
            mean(&|tried| Some(tried.start.sharpness.value)),
            mean(&|tried| Some(tried.end()?[0])),
        ),
        pair(
            mean(&|tried| Some(tried.start.non_uniformity.value)),
            mean(&|tried| Some(tried.end()?[1])),
        ),
        format!(
            "{}, {}",
            percent(&|tried| Some(tried.first().test_accuracy)),
            percent(&|tried| tried.end_accuracy())
        ),
    ]
}

/// What the authors recorded.
pub fn published() -> Table {
    let columns = [
        "wrong labels",
        "run",
        "left",
        "a: start, end",
        "test acc %: start, end",
    ];
    let row = |(wrong, row): (&str, &EscapeRow)| {
        let factor = row.learning_rate / SETTLED_AT;
        let run = if row.batch >= 1000 {
            format!("gradient descent, {factor:.0} η")
        } else {
            format!("SGD, B = {}", row.batch)
        };
        let pair = |[start, end]: [f64; 2]| format!("{}, {}", significant(start), significant(end));
        let left = if row.escaped { "yes" } else { "no" };
        vec![
            wrong.to_owned(),
            run,
            left.to_owned(),
            pair(row.sharpness),
            pair(row.accuracy),
        ]
    };
    let with = ESCAPES.iter().map(|row| ("200 of 1200", row));
    let without = ESCAPES_WITHOUT_WRONG_LABELS.iter().map(|row| ("none", row));
    Table {
        name: "escape-published".to_owned(),
        caption: "What Wu, Ma and E (2018) recorded: they go on from minima of gradient descent with η = 0.1, of \
                  784-500-500-500-10, on the first 1000 images of Fashion-MNIST and 200 more with wrong labels, or \
                  on the 1000 alone. 2/η = 20."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: with.chain(without).map(row).collect(),
    }
}
