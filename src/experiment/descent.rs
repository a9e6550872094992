//! Gradient descent on a network: the sharpness at the end of training, compared with 2/η.

use crate::criterion::gradient_descent;
use crate::error::Result;
use crate::train::{Optimiser, Plan, Sampler, Stop};

use super::group::{ABSENT, Bound, Group};
use super::published;
use super::study::Experiment;
use super::trained::{TrainingOutcome, TrainingSettings, describe, train_and_measure};
use super::{Context, Scale};
use crate::record::numeral::significant;
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Published, Record, Series, Style,
    Table,
};

/// Trains networks by gradient descent and compares their final sharpness with 2/η.
pub struct Descent;

impl Experiment for Descent {
    type Settings = TrainingSettings;
    type Outcome = TrainingOutcome;
    const NAME: &'static str = "descent";
    const SHOWS: &'static str = "the sharpness where gradient descent ends, against 2/η (Table 1)";
    const TAKES: &'static str = "2 min";
    const PAPER: &'static str = "table1";

    fn cells(scale: Scale) -> Vec<(String, TrainingSettings)> {
        // Under the authors' stopping rule, the small network of the smoke scale stops while its
        // sharpness still oscillates a few percent around the bound. The claim is about minima, so at
        // that scale training continues to a loss of 10⁻⁶. Even then a run may be a tenth of a percent
        // above the bound, which decides nothing; several learning rates make up for that.
        let (rates, seeds, tolerance, steps): (&[f32], _, _, _) = match scale {
            Scale::Smoke => (&[0.5, 1.0, 2.0], 1..=1, 1e-6, 12_000),
            Scale::Quick => (&[0.2, 0.5, 1.0, 2.0, 4.0], 1..=3, 1e-4, 10_000),
            Scale::Paper => (&[0.01, 0.05, 0.1, 0.5, 1.0, 5.0], 1..=5, 1e-4, 200_000),
        };
        let pairs = rates
            .iter()
            .flat_map(|rate| seeds.clone().map(move |seed| (*rate, seed)));
        let cell = |(learning_rate, seed)| {
            let plan = |samples| Plan {
                optimiser: Optimiser::Plain,
                learning_rate,
                batch: samples,
                sampler: Sampler::WithoutReplacement,
                seed,
                stop: Stop::at(tolerance, steps),
            };
            let settings = TrainingSettings::of_scale(scale, seed, plan);
            (format!("lr{learning_rate}-seed{seed}"), settings)
        };
        pairs.map(cell).collect()
    }

    fn run(settings: &TrainingSettings, context: &Context) -> Result<TrainingOutcome> {
        train_and_measure(settings, context)
    }

    fn record(results: &[(TrainingSettings, TrainingOutcome)]) -> Record {
        let groups = Group::all(results);
        Record {
            name: Self::NAME.to_owned(),
            title: "Where does gradient descent end? Sharpness against 2/η".to_owned(),
            question:
                "Gradient descent can stay only at minima with sharpness a ≤ 2/η. Where does it \
                       end when it is trained on real images? The theory is about minima, so it \
                       says nothing of a run that was stopped before it converged."
                    .to_owned(),
            settings: describe(results),
            comparisons: groups.iter().filter_map(comparison).collect(),
            findings: groups.iter().map(finding).collect(),
            figures: vec![figure(&groups)],
            tables: vec![table(&groups)],
        }
    }
}

fn finding(group: &Group<'_>) -> Finding {
    let claim = "gradient_descent_threshold";
    let Some(spread) = group.spread(|m| m.sharpness.value) else {
        return group.nothing_to_say(claim);
    };
    let bound: f64 = gradient_descent::largest_sharpness(&group.learning_rate());
    let ratio = spread.high / bound;
    let verdict = group.verdict(|curvature, eta, _| gradient_descent::slack(curvature, eta));
    let sentence = format!(
        "η = {}: a = {} ({}), 2/η = {}; the sharpest run is at {ratio:.4} of the bound \
         (a ≤ 2/η {verdict}).",
        group.learning_rate_text(),
        spread.text(),
        group.endings(),
        significant(bound),
    );
    let bound = Bound {
        claim,
        beyond: Agreement::Differs,
        verdict,
        largest: ratio,
    };
    group.finding(bound, sentence)
}

/// A row of the summary beside Table 1 of the paper; `None` if that does not have the learning rate, or every run
/// diverged.
fn comparison(group: &Group<'_>) -> Option<Comparison> {
    let (eta, spread) = (group.learning_rate(), group.spread(|m| m.sharpness.value)?);
    let row = published_row(eta)?;
    let [low, high] = row.range.map(significant);
    let value = format!("a = {} [{low}, {high}]", significant(row.sharpness));
    let because = group.settings.unlike_the_paper();
    let measured = [spread.low, spread.high];
    let bound = gradient_descent::largest_sharpness(&eta);
    Some(Comparison {
        subject: format!(
            "Table 1: gradient descent, η = {}",
            group.learning_rate_text()
        ),
        predicted: format!("a ≤ {}", significant(bound)),
        measured: format!("a = {}", spread.text()),
        with_theory: finding(group).agreement,
        published: Some(Published::compared(value, measured, row.range, because)),
        scale: group.settings.scale_in_words(),
    })
}

fn published_row(learning_rate: f64) -> Option<&'static published::DescentRow> {
    let mut rows = published::DESCENT.iter();
    rows.find(|row| published::is_same_rate(row.learning_rate, learning_rate))
}

fn figure(groups: &[Group<'_>]) -> Figure {
    Figure {
        name: "descent-sharpness".to_owned(),
        title: "Sharpness where gradient descent ends".to_owned(),
        caption: "Sharpness a = λ_max(H) of the training loss against the learning rate η. Bars: \
                  95 % bootstrap intervals over the seeds; of the published runs, smallest and largest. These runs used \
                  784-500-500-500-10 and n = 1000; the bound is the same."
            .to_owned(),
        x: Axis::logarithmic("learning rate η"),
        y: Axis::logarithmic("sharpness a"),
        series: series(groups),
        names: Vec::new(),
    }
}

fn series(groups: &[Group<'_>]) -> Vec<Series> {
    let measured = |at_minima: bool| {
        let wanted = groups
            .iter()
            .filter(|group| group.is_at_minima() == at_minima);
        let point = |group: &Group<'_>| {
            let spread = group.spread(|m| m.sharpness.value)?;
            Some(spread.point(group.learning_rate()))
        };
        wanted.filter_map(point).collect()
    };
    let published = published::DESCENT.map(|row| DataPoint {
        low: Some(row.range[0]),
        high: Some(row.range[1]),
        ..DataPoint::new(row.learning_rate, row.sharpness)
    });
    let bound = |eta: f64| DataPoint::new(eta, gradient_descent::largest_sharpness(&eta));
    let mut series = vec![
        Series {
            label: "measured, all runs converged".to_owned(),
            style: Style::Points,
            points: measured(true),
        },
        Series {
            label: "measured, not all runs converged".to_owned(),
            style: Style::Points,
            points: measured(false),
        },
        Series {
            label: "Wu, Ma, E 2018 (784-500-500-500-10, n = 1000)".to_owned(),
            style: Style::Published,
            points: published.to_vec(),
        },
        Series {
            label: "2/η".to_owned(),
            style: Style::Bound,
            points: [0.008, 6.0].map(bound).to_vec(),
        },
    ];
    series.retain(|series| !series.points.is_empty());
    series
}

fn table(groups: &[Group<'_>]) -> Table {
    let row = |group: &Group<'_>| {
        let eta = group.learning_rate();
        let published = published_row(eta);
        vec![
            group.learning_rate_text(),
            significant(gradient_descent::largest_sharpness(&eta)),
            group.spread_text(|m| m.sharpness.value),
            group.spread_text(|m| m.sharpness.residual),
            group.spread_text(|m| m.smallest_eigenvalue.value),
            group.spread_text(|m| m.loss),
            group.test_accuracy(),
            group.endings(),
            published.map_or(ABSENT.to_owned(), |row| significant(row.sharpness)),
        ]
    };
    let columns = [
        "η",
        "2/η",
        "a",
        "residual of a",
        "λ_min",
        "train loss",
        "test acc %",
        "runs",
        "published a",
    ];
    Table {
        name: "descent".to_owned(),
        caption: "mean [smallest, largest] over the runs. a and λ_min: largest and smallest \
                  algebraic eigenvalue of the Hessian by Lanczos; some eigenvalue lies within the \
                  residual of a; λ_min is not above its value. Published: mean sharpness in Table 1 \
                  of the paper, from 784-500-500-500-10 with n = 1000."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}
