//! SGD on a network: sharpness and non-uniformity at the end of training, compared with the predicted
//! rectangle.

use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::error::Result;
use crate::train::{Optimiser, Plan, Sampler, Stop};

use super::group::{self, ABSENT, Bound, Group, Spread};
use super::published;
use super::study::Experiment;
use super::trained::{TrainingOutcome, TrainingSettings, describe, train_and_measure};
use super::{Context, Scale};
use crate::record::numeral::significant;
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Published, Record, Series, Style,
    Table,
};

/// Trains networks by SGD and compares their final curvature with the predicted bounds.
pub struct Stochastic;

impl Experiment for Stochastic {
    type Settings = TrainingSettings;
    type Outcome = TrainingOutcome;
    const NAME: &'static str = "sgd";
    const SHOWS: &'static str = "a and s where SGD ends, against the paper’s two bounds";
    const PAPER: &'static str = "figure4";

    fn cells(scale: Scale) -> Vec<(String, TrainingSettings)> {
        let (rates, batches, seeds, steps): (&[f32], &[usize], _, _) = match scale {
            Scale::Smoke => (&[0.5], &[5, 20], 1..=1, 10_000),
            Scale::Quick => (&[0.2, 0.5, 1.0], &[5, 10, 25, 100], 1..=3, 40_000),
            Scale::Paper => (
                &[0.05, 0.1, 0.5, 1.0, 5.0],
                &[4, 10, 25, 100],
                1..=5,
                1_000_000,
            ),
        };
        let mut cells = Vec::new();
        for (&learning_rate, &batch) in rates
            .iter()
            .flat_map(|r| batches.iter().map(move |b| (r, b)))
        {
            for seed in seeds.clone() {
                let plan = |_| Plan {
                    optimiser: Optimiser::Plain,
                    learning_rate,
                    batch,
                    sampler: Sampler::Reshuffled,
                    seed,
                    stop: Stop::at(1e-4, steps),
                };
                let settings = TrainingSettings::of_scale(scale, seed, plan);
                cells.push((format!("lr{learning_rate}-b{batch}-seed{seed}"), settings));
            }
        }
        cells
    }

    fn run(settings: &TrainingSettings, context: &Context) -> Result<TrainingOutcome> {
        train_and_measure(settings, context)
    }

    fn record(results: &[(TrainingSettings, TrainingOutcome)]) -> Record {
        let groups = Group::all(results);
        Record {
            name: Self::NAME.to_owned(),
            title: "Where does SGD end? Sharpness and non-uniformity".to_owned(),
            question: "Theorem 1 of the paper bounds the sharpness, a ≤ 2/η, and the \
                       non-uniformity, s ≤ 1/(η√p) with p = (n − B)/(B(n − 1)), of the minima at \
                       which SGD can stay. The first bound is necessary; the second is not in more \
                       than one dimension (see the roll of claims), so an s above it would not \
                       contradict the theory. Where does SGD end when it is trained on real images?"
                .to_owned(),
            settings: describe(results),
            comparisons: (groups.iter().filter_map(comparison))
                .chain(whole(&groups))
                .collect(),
            findings: groups.iter().flat_map(findings).collect(),
            figures: vec![
                rectangle(&groups),
                sharpness(&groups),
                non_uniformity_figure(&groups),
            ],
            tables: vec![table(&groups)],
        }
    }
}

fn findings(group: &Group<'_>) -> Vec<Finding> {
    let [sharp, uniform] = [
        "sharpness_bound_is_necessary",
        "non_uniformity_bound_is_necessary",
    ];
    let Some((sharpness, noise)) = group.scaled() else {
        return vec![group.nothing_to_say(sharp), group.nothing_to_say(uniform)];
    };
    let name = format!("η = {}, B = {}", group.learning_rate_text(), group.batch());
    let endings = group.endings();
    let verdict = group.verdict(|curvature, eta, _| gradient_descent::slack(curvature, eta));
    let sentence = format!(
        "{name}: aη/2 = {} ({endings}): a ≤ 2/η {verdict}.",
        sharpness.text()
    );
    let beyond = Agreement::Beyond;
    let bound = Bound {
        claim: sharp,
        beyond,
        verdict,
        largest: sharpness.high,
    };
    let of_sharpness = group.finding(bound, sentence);
    let verdict = group.verdict(non_uniformity::slack);
    let direction = group.verdict(one_step::slack);
    let sentence = format!(
        "{name}: sη√p = {} ({endings}): the paper's s-bound {verdict}; read along one direction, \
         η(a² + ps²) ≤ 2a {direction}.",
        noise.text()
    );
    let bound = Bound {
        claim: uniform,
        beyond,
        verdict,
        largest: noise.high,
    };
    vec![of_sharpness, group.finding(bound, sentence)]
}

/// A row of the summary beside a published run; `None` if there is none of this learning rate and batch size, or
/// every run diverged.
fn comparison(group: &Group<'_>) -> Option<Comparison> {
    let row = published_row(group)?;
    let a = group.spread(|m| m.sharpness.value)?;
    let s = group.spread(|m| m.non_uniformity.value)?;
    let of = |spread: Spread, value: f64| {
        let value_text = significant(value);
        let because = group.settings.unlike_the_paper();
        Published::compared(value_text, [spread.low, spread.high], [value; 2], because)
    };
    let (of_a, of_s) = (of(a, row.sharpness), of(s, row.non_uniformity));
    let eta = group.learning_rate();
    let noise = group.weight::<f64>().sqrt();
    Some(Comparison {
        subject: format!(
            "SGD diagram: η = {}, B = {}",
            group.learning_rate_text(),
            group.batch()
        ),
        predicted: format!(
            "a ≤ {}, s ≤ {}",
            significant(2.0 / eta),
            significant(1.0 / (eta * noise))
        ),
        measured: format!("a = {}, s = {}", a.text(), s.text()),
        with_theory: Agreement::of_all(&findings(group)),
        published: Some(Published {
            value: format!("a = {}, s = {}", of_a.value, of_s.value),
            agrees: of_a.agrees && of_s.agrees,
            is_elsewhere: of_a.is_elsewhere,
            because: if of_a.because.is_empty() {
                of_s.because
            } else {
                of_a.because
            },
        }),
        scale: group.settings.scale_in_words(),
    })
}

/// The row of the summary about all runs.
fn whole(groups: &[Group<'_>]) -> Option<Comparison> {
    let [a, s] = group::largest_scaled(groups).map(significant);
    let all: Vec<Finding> = groups.iter().flat_map(findings).collect();
    Some(Comparison {
        subject: format!("SGD, all {} pairs of η and B", groups.len()),
        predicted: "aη/2 ≤ 1; sη√p ≤ 1 in one dimension".to_owned(),
        measured: format!("largest aη/2 = {a}, largest sη√p = {s}"),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: groups.first()?.settings.scale_in_words(),
    })
}

fn published_row(group: &Group<'_>) -> Option<&'static published::StochasticRow> {
    let is_this = |row: &&published::StochasticRow| {
        row.batch == group.batch() && (row.learning_rate - group.learning_rate()).abs() < 1e-6
    };
    published::STOCHASTIC.iter().find(is_this)
}

/// The groups of each learning rate, with that rate as text.
fn by_rate<'a, 'b>(groups: &'b [Group<'a>]) -> Vec<(String, Vec<&'b Group<'a>>)> {
    let mut rates: Vec<(String, Vec<&Group<'_>>)> = Vec::new();
    for group in groups {
        let rate = group.learning_rate_text();
        match rates.iter_mut().find(|(text, _)| *text == rate) {
            Some((_, members)) => members.push(group),
            None => rates.push((rate, vec![group])),
        }
    }
    rates
}

fn points<'a>(
    groups: &[Group<'a>],
    point: impl Fn(&Group<'a>) -> Option<DataPoint>,
) -> Vec<Series> {
    let series = by_rate(groups).into_iter().map(|(rate, members)| Series {
        label: format!("η = {rate}"),
        style: Style::Points,
        points: members.into_iter().filter_map(&point).collect(),
    });
    series.collect()
}

fn rectangle(groups: &[Group<'_>]) -> Figure {
    let mut series = points(groups, group::point_in_rectangle);
    let published = published::STOCHASTIC.iter();
    let published = published
        .filter(|row| row.batch < published::SAMPLES)
        .map(|row| {
            let (x, y) = row.scaled();
            DataPoint::new(x, y)
        });
    series.push(Series {
        label: "Wu, Ma, E 2018".to_owned(),
        style: Style::Published,
        points: published.collect(),
    });
    group::rectangle(
        "sgd-rectangle",
        "Where SGD ends, in units of the two bounds",
        series,
    )
}

fn sharpness(groups: &[Group<'_>]) -> Figure {
    let series = points(groups, |group| {
        let spread = group.spread(|m| m.sharpness.value)?;
        Some(spread.point(group.batch() as f64))
    });
    Figure {
        name: "sgd-sharpness".to_owned(),
        title: "Sharpness against batch size".to_owned(),
        caption: "Sharpness a where SGD ends: its bound 2/η does not depend on B.".to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::logarithmic("sharpness a"),
        series,
        names: Vec::new(),
    }
}

fn non_uniformity_figure(groups: &[Group<'_>]) -> Figure {
    let mut series = points(groups, |group| {
        let spread = group.spread(|m| m.non_uniformity.value)?;
        Some(spread.point(group.batch() as f64))
    });
    for (rate, members) in by_rate(groups) {
        let bounds = members.iter().map(|group| {
            let largest =
                non_uniformity::largest_non_uniformity(&group.learning_rate(), &group.weight());
            DataPoint::new(group.batch() as f64, largest)
        });
        series.push(Series::bound(
            &format!("1/(η√p), η = {rate}"),
            bounds.collect(),
        ));
    }
    Figure {
        name: "sgd-non-uniformity".to_owned(),
        title: "Non-uniformity against batch size".to_owned(),
        caption:
            "Non-uniformity s = √λ_max(Σ) where SGD ends, with its bound (1/η)√(B(n−1)/(n−B))."
                .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::logarithmic("non-uniformity s"),
        series,
        names: Vec::new(),
    }
}

fn row(group: &Group<'_>) -> Vec<String> {
    let (eta, weight) = (group.learning_rate(), group.weight::<f64>());
    let published = published::STOCHASTIC
        .iter()
        .find(|row| row.batch == group.batch() && (row.learning_rate - eta).abs() < 1e-6);
    vec![
        group.learning_rate_text(),
        group.batch().to_string(),
        group.spread_text(|m| m.sharpness.value),
        significant(gradient_descent::largest_sharpness(&eta)),
        group.spread_text(|m| m.non_uniformity.value),
        significant(non_uniformity::largest_non_uniformity(&eta, &weight)),
        group.spread_text(|m| m.loss),
        group.test_accuracy(),
        group.endings(),
        published.map_or(ABSENT.to_owned(), |row| {
            format!(
                "{}, {}",
                significant(row.sharpness),
                significant(row.non_uniformity)
            )
        }),
    ]
}

fn table(groups: &[Group<'_>]) -> Table {
    let columns = [
        "η",
        "B",
        "a",
        "2/η",
        "s",
        "1/(η√p)",
        "train loss",
        "test acc %",
        "runs",
        "published a, s",
    ];
    Table {
        name: "sgd".to_owned(),
        caption:
            "mean [smallest, largest] over the runs. Published: means recorded by the authors \
                  for the same η and B with 784-500-500-500-10 and n = 1000."
                .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}
