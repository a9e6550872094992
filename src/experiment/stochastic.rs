//! SGD on a network: sharpness and non-uniformity where it ends, against the predicted rectangle.

use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::error::Result;
use crate::train::{Plan, Sampler, Stop};

use super::group::{Group, Spread, digits};
use super::point::{PointOutcome, PointSettings, describe, train_and_measure};
use super::published;
use super::record::{
    Agreement, Axis, Figure, Finding, Point, Record, Scale as AxisScale, Series, Style, Table,
};
use super::study::Experiment;
use super::{Context, Scale};

/// The experiment.
pub struct Stochastic;

impl Experiment for Stochastic {
    type Settings = PointSettings;
    type Outcome = PointOutcome;
    const NAME: &'static str = "sgd";

    fn cells(scale: Scale) -> Vec<(String, PointSettings)> {
        let (rates, batches, seeds, steps): (&[f32], &[usize], _, _) = match scale {
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
                    learning_rate,
                    batch,
                    sampler: Sampler::Reshuffled,
                    seed,
                    stop: Stop {
                        tolerance: 1e-4,
                        steps,
                    },
                };
                let settings = PointSettings::of_scale(scale, seed, plan);
                cells.push((format!("lr{learning_rate}-b{batch}-seed{seed}"), settings));
            }
        }
        cells
    }

    fn run(settings: &PointSettings, context: &Context) -> Result<PointOutcome> {
        train_and_measure(settings, context)
    }

    fn record(results: &[(PointSettings, PointOutcome)]) -> Record {
        let groups = Group::all(results);
        Record {
            name: Self::NAME.to_owned(),
            title: "SGD stops inside the rectangle of sharpness and non-uniformity".to_owned(),
            question: "Theorem 1 of the paper bounds both the sharpness, a ≤ 2/η, and the \
                       non-uniformity, s ≤ 1/(η√p) with p = (n − B)/(B(n − 1)), of minima that SGD \
                       can stay at. Trained on real images, where does SGD end?"
                .to_owned(),
            settings: describe(results),
            findings: groups.iter().map(finding).collect(),
            figures: vec![
                rectangle(&groups),
                sharpness(&groups),
                non_uniformity_figure(&groups),
            ],
            tables: vec![table(&groups)],
        }
    }
}

/// `a·η/2` and `s·η√p`: both are 1 on the bounds, whatever η and B.
fn scaled(group: &Group<'_>) -> Option<(Spread, Spread)> {
    let eta = group.learning_rate();
    let noise = eta * group.weight::<f64>().sqrt();
    Some((
        group.spread(|m| m.sharpness.value * eta / 2.0)?,
        group.spread(|m| m.non_uniformity.value * noise)?,
    ))
}

fn finding(group: &Group<'_>) -> Finding {
    let (eta, batch) = (group.learning_rate_text(), group.batch());
    let Some((sharpness, noise)) = scaled(group) else {
        return Finding {
            sentence: format!("η = {eta}, B = {batch}: every run diverged."),
            agreement: Agreement::Undecided,
        };
    };
    let sharp = group.verdict(|curvature, eta, _| gradient_descent::slack(curvature, eta));
    let uniform = group.verdict(non_uniformity::slack);
    let direction = group.verdict(one_step::slack);
    let overshoot = sharpness.high.max(noise.high);
    let agreement = match sharp.and(uniform).holds() {
        true => Agreement::Agrees,
        false if overshoot <= published::LARGEST_OVERSHOOT => Agreement::Undecided,
        false => Agreement::Differs,
    };
    Finding {
        sentence: format!(
            "η = {eta}, B = {batch}: aη/2 = {}, sη√p = {} over {} runs (a ≤ 2/η {sharp}, s-bound \
             {uniform}; read along one direction, η(a² + ps²) ≤ 2a {direction}).",
            sharpness.text(),
            noise.text(),
            group.outcomes.len(),
        ),
        agreement,
    }
}

/// Groups by learning rate, each with its text.
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

fn points<'a>(groups: &[Group<'a>], point: impl Fn(&Group<'a>) -> Option<Point>) -> Vec<Series> {
    let series = by_rate(groups).into_iter().map(|(rate, members)| Series {
        label: format!("η = {rate}"),
        style: Style::Points,
        points: members.into_iter().filter_map(&point).collect(),
    });
    series.collect()
}

fn axis(label: &str, scale: AxisScale) -> Axis {
    Axis {
        label: label.to_owned(),
        scale,
    }
}

fn bound(label: &str, points: Vec<Point>) -> Series {
    Series {
        label: label.to_owned(),
        style: Style::Bound,
        points,
    }
}

fn rectangle(groups: &[Group<'_>]) -> Figure {
    let mut series = points(groups, |group| {
        let (sharpness, noise) = scaled(group)?;
        Some(noise.point(sharpness.mean))
    });
    let published = published::STOCHASTIC
        .iter()
        .filter(|row| row.batch < published::SAMPLES);
    let published = published.map(|row| {
        let (x, y) = row.scaled();
        Point::new(x, y)
    });
    series.push(Series {
        label: "Wu, Ma, E 2018".to_owned(),
        style: Style::Published,
        points: published.collect(),
    });
    let corner = [(0.0, 1.0), (1.0, 1.0), (1.0, 0.0)];
    series.push(bound(
        "the rectangle",
        corner.map(|(x, y)| Point::new(x, y)).to_vec(),
    ));
    let lens = |step: i32| {
        let x = f64::from(step) / 50.0;
        Point::new(x, 2.0 * (x * (1.0 - x)).sqrt())
    };
    series.push(bound("η(a² + ps²) = 2a", (0..=50).map(lens).collect()));
    Figure {
        name: "sgd-rectangle".to_owned(),
        title: "Where SGD ends, in units of the two bounds".to_owned(),
        caption:
            "Horizontally aη/2, vertically sη√p; both bounds are at 1. The inner curve is the \
                  condition of Theorem 1 read as if one direction carried both a and s. Bars reach \
                  from the smallest to the largest run."
                .to_owned(),
        x: axis("a η / 2", AxisScale::Linear),
        y: axis("s η √p", AxisScale::Linear),
        series,
    }
}

fn sharpness(groups: &[Group<'_>]) -> Figure {
    let series = points(groups, |group| {
        let spread = group.spread(|m| m.sharpness.value)?;
        Some(spread.point(group.batch() as f64))
    });
    Figure {
        name: "sgd-sharpness".to_owned(),
        title: "Sharpness against batch size".to_owned(),
        caption: "Sharpness a where SGD ends: smaller batches end at flatter minima, far below \
                  their 2/η (10, 4 and 2 for η = 0.2, 0.5 and 1)."
            .to_owned(),
        x: axis("batch size B", AxisScale::Logarithmic),
        y: axis("sharpness a", AxisScale::Logarithmic),
        series,
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
            Point::new(group.batch() as f64, largest)
        });
        series.push(bound(&format!("1/(η√p), η = {rate}"), bounds.collect()));
    }
    Figure {
        name: "sgd-non-uniformity".to_owned(),
        title: "Non-uniformity against batch size".to_owned(),
        caption:
            "Non-uniformity s = √λ_max(Σ) where SGD ends, with its bound (1/η)√(B(n−1)/(n−B))."
                .to_owned(),
        x: axis("batch size B", AxisScale::Logarithmic),
        y: axis("non-uniformity s", AxisScale::Logarithmic),
        series,
    }
}

fn table(groups: &[Group<'_>]) -> Table {
    let text = |spread: Option<Spread>| spread.map_or("–".to_owned(), |s| s.text());
    let row = |group: &Group<'_>| {
        let (eta, weight) = (group.learning_rate(), group.weight::<f64>());
        let published = published::STOCHASTIC
            .iter()
            .find(|row| row.batch == group.batch() && (row.learning_rate - eta).abs() < 1e-6);
        vec![
            group.learning_rate_text(),
            group.batch().to_string(),
            text(group.spread(|m| m.sharpness.value)),
            digits(gradient_descent::largest_sharpness(&eta)),
            text(group.spread(|m| m.non_uniformity.value)),
            digits(non_uniformity::largest_non_uniformity(&eta, &weight)),
            text(group.spread(|m| m.loss)),
            format!("{:.1}", group.test_accuracy()),
            group.endings(),
            published.map_or("–".to_owned(), |row| {
                format!("{}, {}", digits(row.sharpness), digits(row.non_uniformity))
            }),
        ]
    };
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
                  for the same η and B with n = 1000 and a wider network, so that p differs."
                .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}
