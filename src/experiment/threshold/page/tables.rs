//! The tables: where SGD settles, and who escapes.

use crate::record::Table;
use crate::record::numeral::significant;

use super::findings::{Escapes, escapes};
use super::group::{Group, with_error};
use crate::train::Ending;

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The learning rate in units of all thresholds, a row for each network, η and B.
pub fn settled(groups: &[Group<'_>]) -> Table {
    let row = |group: &Group<'_>| {
        let plan = &group.settings.start.plan;
        let converged = |o: &&&super::super::cell::Outcome| o.run.ending == Ending::Converged;
        let count = group.outcomes.iter().filter(converged).count();
        let width = group.minima().filter_map(|minimum| {
            let rates = &minimum.rates;
            Some(1.0 - rates.stable? / rates.mean_square)
        });
        vec![
            group.network().to_owned(),
            plan.learning_rate.to_string(),
            plan.batch.to_string(),
            with_error(group.mean(|scaled| scaled.sharpness)),
            with_error(group.mean(|scaled| scaled.noise)),
            with_error(group.mean(|scaled| scaled.direction)),
            with_error(group.mean(|scaled| scaled.mean_square)),
            with_error(group.mean(|scaled| scaled.one_step)),
            width.reduce(f64::max).map_or("–".to_owned(), significant),
            format!("{count} of {}", group.outcomes.len()),
        ]
    };
    Table {
        name: "threshold".to_owned(),
        caption: "Mean ± standard error over the seeds. Each column but the last two is 1 on its bound: aη/2 and \
                  sη√p on the paper's two, q = η(a² + ps²)/(2a) on Theorem 1 read along one direction, η/η* on \
                  the exact threshold in mean square, η/η₁ on Theorem 1. Bracket: the largest width of the \
                  interval in which η* was proved to lie, as a share of it."
            .to_owned(),
        columns: columns(&[
            "network", "η", "B", "aη/2", "sη√p", "q", "η/η*", "η/η₁", "bracket", "converged",
        ]),
        rows: groups.iter().map(row).collect(),
    }
}

/// The runs beside the minima, a row for each network, η, B and factor.
pub fn restarts(groups: &[Group<'_>]) -> Table {
    let row = |group: &Group<'_>, e: Escapes| {
        let plan = &group.settings.start.plan;
        let of_minima = |count: usize| format!("{count} of {}", e.minima);
        vec![
            group.network().to_owned(),
            plan.learning_rate.to_string(),
            plan.batch.to_string(),
            significant(e.factor),
            if e.factor > 1.0 { "unstable" } else { "stable" }.to_owned(),
            of_minima(e.above[0]),
            of_minima(e.above[1]),
            format!("{} of {}", e.escaped, e.runs),
        ]
    };
    let rows = groups.iter().flat_map(|group| {
        escapes(group)
            .into_iter()
            .map(move |escapes| row(group, escapes))
    });
    Table {
        name: "threshold-restarts".to_owned(),
        caption: "Runs of the real network that start beside the minima at which SGD with this η and B settled, \
                  with another learning rate and the same B. By η*: what the exact threshold says of the mean \
                  square. Above 2/a, above 1/(s√p): at how many of the minima the learning rate is above the \
                  bounds of the paper. Escaped: runs whose loss rose above ten times that of their start."
            .to_owned(),
        columns: columns(&[
            "network",
            "η settled",
            "B",
            "learning rate/η*",
            "by η*",
            "above 2/a",
            "above 1/(s√p)",
            "escaped",
        ]),
        rows: rows.collect(),
    }
}
