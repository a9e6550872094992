//! The table of all runs.

use crate::experiment::group::{ABSENT, COLUMNS, Group};
use crate::record::Table;
use crate::record::numeral::significant;

use super::rows::{published_descent, published_stochastic};

/// One row for each learning rate and batch size.
pub fn measured<'a>(groups: impl Iterator<Item = &'a Group<'a>>) -> Table {
    let columns = COLUMNS.into_iter().chain(["published a, s; acc %"]);
    Table {
        name: "convolution".to_owned(),
        caption: "mean [smallest, largest] over the runs. q = η(a² + ps²)/(2a). Published: means recorded by the \
                  authors for the same η and B with their VGG on two classes of CIFAR-10, n = 1000."
            .to_owned(),
        columns: columns.map(str::to_owned).collect(),
        rows: groups.map(row).collect(),
    }
}

fn row(group: &Group<'_>) -> Vec<String> {
    let descent = published_descent(group)
        .map(|row| format!("{}; {}", significant(row.sharpness), row.accuracy));
    let stochastic = published_stochastic(group).map(|row| {
        let (a, s) = (significant(row.sharpness), significant(row.non_uniformity));
        format!("{a}, {s}; {}", row.accuracy)
    });
    let mut row = group.row();
    row.push(descent.or(stochastic).unwrap_or(ABSENT.to_owned()));
    row
}
