//! The table of all runs.

use crate::criterion::{gradient_descent, non_uniformity};
use crate::experiment::group::{ABSENT, Group};
use crate::record::Table;
use crate::record::numeral::significant;

use super::findings::ratio;
use super::rows::{published_descent, published_stochastic};

/// One row for each learning rate and batch size.
pub fn measured<'a>(groups: impl Iterator<Item = &'a Group<'a>>) -> Table {
    let columns = [
        "η",
        "B",
        "a",
        "2/η",
        "s",
        "1/(η√p)",
        "q",
        "train loss",
        "test acc %",
        "runs",
        "published a, s; acc %",
    ];
    Table {
        name: "convolution".to_owned(),
        caption: "mean [smallest, largest] over the runs. q = η(a² + ps²)/(2a). Published: means recorded by the \
                  authors for the same η and B with their VGG on two classes of CIFAR-10, n = 1000."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.map(row).collect(),
    }
}

fn row(group: &Group<'_>) -> Vec<String> {
    let (eta, weight) = (group.learning_rate(), group.weight::<f64>());
    let descent = published_descent(group)
        .map(|row| format!("{}; {}", significant(row.sharpness), row.accuracy));
    let stochastic = published_stochastic(group).map(|row| {
        let (a, s) = (significant(row.sharpness), significant(row.non_uniformity));
        format!("{a}, {s}; {}", row.accuracy)
    });
    vec![
        group.learning_rate_text(),
        group.batch().to_string(),
        group.spread_text(|m| m.sharpness.value),
        significant(gradient_descent::largest_sharpness(&eta)),
        group.spread_text(|m| m.non_uniformity.value),
        significant(non_uniformity::largest_non_uniformity(&eta, &weight)),
        ratio(group).map_or(ABSENT.to_owned(), |spread| spread.text()),
        group.spread_text(|m| m.loss),
        group.test_accuracy(),
        group.endings(),
        descent.or(stochastic).unwrap_or(ABSENT.to_owned()),
    ]
}
