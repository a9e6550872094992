//! The rows of the summary, the table and the settings of the runs with momentum.

use crate::criterion::heavy_ball;
use crate::experiment::group::{ABSENT, Group, Spread};
use crate::experiment::published::is_same_rate;
use crate::experiment::published::momentum::{BATCH, FASHION_MNIST_RATE, MOMENTUM, MomentumRow};
use crate::experiment::trained::{self, TrainingOutcome, TrainingSettings};
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Comparison, Finding, Published, Table};

use super::findings;
use super::group::{largest_noise, momentum, of_kind, ratios};

/// The sizes and conventions of the experiment.
pub fn describe(results: &[(TrainingSettings, TrainingOutcome)]) -> Vec<(String, String)> {
    let mut pairs = trained::describe(results);
    let most = |full: bool| {
        let of_kind =
            |settings: &TrainingSettings| (settings.plan.batch == settings.samples) == full;
        let own = results.iter().find(|(settings, _)| of_kind(settings));
        own.map_or(ABSENT.to_owned(), |(settings, _)| {
            let plan = &settings.plan;
            format!(
                "η = {}, B = {}, at most {} steps",
                plan.learning_rate, plan.batch, plan.stop.steps
            )
        })
    };
    pairs.push(("gradient descent".to_owned(), most(true)));
    pairs.push(("SGD, reshuffled batches".to_owned(), most(false)));
    pairs
}

/// The rows of the summary: one for gradient descent, one for SGD.
pub fn comparisons(groups: &[Group<'_>]) -> Vec<Comparison> {
    let [descent, stochastic] = [true, false].map(|descent| of_kind(groups, descent));
    let rows = [
        of_descent(&descent, groups),
        of_stochastic(&stochastic, groups),
    ];
    rows.into_iter().flatten().collect()
}

fn of_descent(descent: &[&Group<'_>], groups: &[Group<'_>]) -> Option<Comparison> {
    let at_minima: Vec<_> = descent
        .iter()
        .filter(|group| group.is_at_minima())
        .collect();
    let shares = union(at_minima.iter().filter_map(|group| ratios(group)))?;
    let of_authors = |row: &MomentumRow| row.scaled_descent()[0] / (1.0 + row.momentum);
    let rows = at_minima.iter().filter_map(|group| published(group));
    let [low, high] = range(&rows.map(of_authors).collect::<Vec<_>>());
    let all: Vec<Finding> = descent
        .iter()
        .map(|group| findings::of_group(group))
        .collect();
    let trend = findings::trends(groups).into_iter().take(1);
    Some(Comparison {
        subject: format!("Heavy ball descent, {}", momenta(descent)?),
        predicted: "aη/2 ≤ 1 + β, so it rises with β".to_owned(),
        measured: format!(
            "aη/(2(1 + β)) = {} to {} (all runs converged at {} of {} momenta)",
            fixed(shares[0], 3),
            fixed(shares[1], 3),
            at_minima.len(),
            descent.len()
        ),
        with_theory: Agreement::of_all(&all.into_iter().chain(trend).collect::<Vec<_>>()),
        published: Some(Published::compared(
            format!("{} to {} (η = 0.1)", fixed(low, 3), fixed(high, 3)),
            shares,
            [low, high],
            unlike(descent.first()?, FASHION_MNIST_RATE),
        )),
        scale: descent.first()?.settings.scale_in_words(),
    })
}

fn of_stochastic(stochastic: &[&Group<'_>], groups: &[Group<'_>]) -> Option<Comparison> {
    let [first, .., last] = stochastic else {
        return None;
    };
    let (from, to) = (first.scaled()?.1, last.scaled()?.1);
    let [_, before] = published(first)?.scaled_fashion_mnist();
    let [_, after] = published(last)?.scaled_fashion_mnist();
    let all: Vec<Finding> = findings::trends(groups).into_iter().skip(1).collect();
    Some(Comparison {
        subject: format!("SGD with heavy ball, B = {BATCH}, {}", momenta(stochastic)?),
        predicted: "a and s fall with β where noise dominates".to_owned(),
        measured: format!("sη√p = {}, then {}", from.text(), to.text()),
        with_theory: Agreement::of_all(&all),
        published: Some(Published::compared(
            format!(
                "sη√p = {}, then {}",
                significant(before),
                significant(after)
            ),
            [to.low, to.high],
            [after; 2],
            unlike(last, FASHION_MNIST_RATE),
        )),
        scale: last.settings.scale_in_words(),
    })
}

/// The momenta of some groups, which are in order of β; `None` if there are no groups.
fn momenta(groups: &[&Group<'_>]) -> Option<String> {
    let (first, last) = (momentum(groups.first()?), momentum(groups.last()?));
    Some(match groups.len() {
        1 => format!("β = {first}"),
        2 => format!("β = {first} and {last}"),
        count => format!("{count} momenta β from {first} to {last}"),
    })
}

/// In what the runs differ from the authors' beside their seeds.
fn unlike(group: &Group<'_>, rate: f64) -> &'static str {
    let is_other_rate = !is_same_rate(rate, group.learning_rate());
    match group.settings.unlike_the_paper() {
        "" if is_other_rate => "another η",
        "" => "",
        _ if is_other_rate => "another network, another n and another η",
        other => other,
    }
}

/// The smallest interval that holds these spreads; `None` if there are none.
fn union(spreads: impl Iterator<Item = Spread>) -> Option<[f64; 2]> {
    spreads
        .map(|spread| [spread.low, spread.high])
        .reduce(|[low, high], [l, h]| [low.min(l), high.max(h)])
}

/// The smallest and the largest of some values.
fn range(values: &[f64]) -> [f64; 2] {
    values.iter().fold([f64::INFINITY, 0.0], |[low, high], v| {
        [f64::min(low, *v), f64::max(high, *v)]
    })
}

/// The authors' row with this momentum; `None` if there is none.
fn published(group: &Group<'_>) -> Option<&'static MomentumRow> {
    let is_this = |row: &&MomentumRow| (row.momentum - momentum(group)).abs() < 1e-6;
    MOMENTUM.iter().find(is_this)
}

/// The table of all groups.
pub fn table(groups: &[Group<'_>]) -> Table {
    let columns = [
        "batches",
        "β",
        "a",
        "2(1 + β)/η",
        "s",
        "aη/2",
        "1 + β",
        "sη√p",
        "largest sη√p at this a",
        "η/η*",
        "test acc %",
        "runs",
        "published aη/2, sη√p",
    ];
    Table {
        name: "momentum".to_owned(),
        caption: "mean [smallest, largest] over the runs. batches: all samples in each step (gradient \
                  descent), or B of them (SGD). The two columns before η/η* compare the noise with the \
                  largest that the criterion of SGD in one dimension allows at the mean a; η/η* is the \
                  learning rate in units of the largest one that this criterion allows, 1 on the edge. \
                  Published: means of the authors' runs on Fashion-MNIST, η = 0.1, 784-500-500-500-10, \
                  n = 1000."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}

fn row(group: &Group<'_>) -> Vec<String> {
    let (eta, beta) = (group.learning_rate(), momentum(group));
    let text = |spread: Option<Spread>| spread.map_or(ABSENT.to_owned(), |s| s.text());
    let (sharpness, noise) = group.scaled().unzip();
    let is_descent = group.is_descent();
    let only_of_sgd = |text: String| {
        if is_descent { ABSENT.to_owned() } else { text }
    };
    let largest = largest_noise(group).map_or(ABSENT.to_owned(), significant);
    let published = published(group).map_or(ABSENT.to_owned(), |row| {
        if is_descent {
            significant(row.scaled_descent()[0])
        } else {
            row.scaled_fashion_mnist().map(significant).join(", ")
        }
    });
    vec![
        if is_descent {
            "all".to_owned()
        } else {
            group.batch().to_string()
        },
        beta.to_string(),
        group.spread_text(|m| m.sharpness.value),
        significant(heavy_ball::largest_sharpness(&eta, &beta)),
        group.spread_text(|m| m.non_uniformity.value),
        text(sharpness),
        significant(1.0 + beta),
        only_of_sgd(text(noise)),
        only_of_sgd(largest),
        text(ratios(group)),
        group.test_accuracy(),
        group.endings(),
        published,
    ]
}
