//! What a single trajectory shows: SGD, trained far beyond the paper's stopping rule, with independent
//! and with reshuffled batches.
//!
//! The paper's bounds are about the mean square under independent batches. A single trajectory converges
//! under a weaker condition, namely if its *almost sure* growth rate is negative. Moreover, the authors'
//! data loader reshuffles, and under reshuffling the bounds are not necessary even in one dimension
//! (curvatures 1 and 10 are stable at η = 1, where `ηa = 5.5`). Here SGD is trained with either kind of
//! batches until the loss is so small that the run can only be at a point where SGD stays.

use crate::error::Result;
use crate::train::{Optimiser, Plan, Sampler, Stop};

use super::group::{self, ABSENT, Group};
use super::study::Experiment;
use super::trained::{TrainingOutcome, TrainingSettings, describe, train_and_measure};
use super::{Context, Scale};
use crate::record::numeral::significant;
use crate::record::{Agreement, Comparison, Finding, Record, Series, Style, Table};

/// Trains with independent and with reshuffled batches until the loss is tiny.
pub struct Sampling;

/// The samplers and their names.
const SAMPLERS: [(Sampler, &str); 2] = [
    (Sampler::WithoutReplacement, "independent"),
    (Sampler::Reshuffled, "reshuffled"),
];

impl Experiment for Sampling {
    type Settings = TrainingSettings;
    type Outcome = TrainingOutcome;
    const NAME: &'static str = "sampling";
    const SHOWS: &'static str = "independent against reshuffled batches, trained to almost no loss";
    const TAKES: &'static str = "15 s";

    fn cells(scale: Scale) -> Vec<(String, TrainingSettings)> {
        let (seeds, tolerance, steps) = match scale {
            Scale::Smoke => (1..=1, 1e-5, 20_000),
            Scale::Quick => (1..=3, 1e-6, 60_000),
            Scale::Paper => (1..=10, 1e-7, 1_000_000),
        };
        let mut cells = Vec::new();
        for (learning_rate, batch) in [(0.5, 5), (0.5, 20), (1.0, 10)] {
            for (sampler, word) in SAMPLERS {
                for seed in seeds.clone() {
                    let plan = |_| Plan {
                        optimiser: Optimiser::Plain,
                        learning_rate,
                        batch,
                        sampler,
                        seed,
                        stop: Stop::at(tolerance, steps),
                    };
                    // The smallest network suffices: the question is how far a run gets, not how wide the
                    // network is.
                    let settings = TrainingSettings::of_scale(Scale::Smoke, seed, plan);
                    cells.push((
                        format!("{word}-lr{learning_rate}-b{batch}-seed{seed}"),
                        settings,
                    ));
                }
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
            title: "Trained further, does SGD stay within the bounds?".to_owned(),
            question: "The bounds a ≤ 2/η and s ≤ 1/(η√p) are about the mean square under \
                       independent batches. A single trajectory has to shrink only almost surely, \
                       which is less, and the authors' runs reshuffle. Do single runs end within \
                       the bounds when they are trained until the loss is almost zero?"
                .to_owned(),
            settings: describe(results),
            comparisons: comparison(&groups).into_iter().collect(),
            findings: groups.iter().map(finding).collect(),
            figures: vec![group::rectangle(
                "sampling-rectangle",
                "Where SGD stays, in units of the two bounds",
                series(&groups),
            )],
            tables: vec![table(&groups)],
        }
    }
}

fn word(group: &Group<'_>) -> &'static str {
    let own = |(sampler, _): &&(Sampler, &str)| *sampler == group.settings.plan.sampler;
    SAMPLERS.iter().find(own).map_or("other", |(_, word)| word)
}

/// A finding that is not about a claim, because one trajectory does not measure the mean square. It still
/// says whether the runs lie in the rectangle.
fn finding(group: &Group<'_>) -> Finding {
    let (eta, batch) = (group.learning_rate_text(), group.batch());
    let Some((sharpness, noise)) = group.scaled() else {
        return group.nothing_to_say("");
    };
    let inside = sharpness.high <= 1.0 && noise.high <= 1.0;
    Finding {
        sentence: format!(
            "η = {eta}, B = {batch}, {} batches: aη/2 = {}, sη√p = {} ({}).",
            word(group),
            sharpness.text(),
            noise.text(),
            group.endings()
        ),
        agreement: match (group.is_at_minima(), inside) {
            (false, _) => Agreement::Undecided,
            (true, true) => Agreement::Agrees,
            (true, false) => Agreement::Beyond,
        },
        margin: None,
        claim: String::new(),
    }
}

/// The row of the summary.
fn comparison(groups: &[Group<'_>]) -> Option<Comparison> {
    let [a, s] = group::largest_scaled(groups).map(significant);
    let all: Vec<Finding> = groups.iter().map(finding).collect();
    Some(Comparison {
        subject: "SGD trained to almost no loss, independent and reshuffled batches".to_owned(),
        predicted: "none of one trajectory; in mean square aη/2 ≤ 1".to_owned(),
        measured: format!("largest aη/2 = {a}, largest sη√p = {s}"),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: groups.first()?.settings.scale_in_words(),
    })
}

fn series(groups: &[Group<'_>]) -> Vec<Series> {
    let of = |(sampler, word): (Sampler, &str)| {
        let own = groups
            .iter()
            .filter(|group| group.settings.plan.sampler == sampler);
        Series {
            label: format!("{word} batches"),
            style: Style::Points,
            points: own.filter_map(group::point_in_rectangle).collect(),
        }
    };
    SAMPLERS.map(of).to_vec()
}

fn table(groups: &[Group<'_>]) -> Table {
    let row = |group: &Group<'_>| {
        let text = |spread: Option<group::Spread>| spread.map_or(ABSENT.to_owned(), |s| s.text());
        let (sharpness, noise) = group.scaled().unzip();
        vec![
            word(group).to_owned(),
            group.learning_rate_text(),
            group.batch().to_string(),
            text(sharpness),
            text(noise),
            group
                .spread(|m| m.loss)
                .map_or(ABSENT.to_owned(), |s| significant(s.mean)),
            group.endings(),
        ]
    };
    let columns = ["batches", "η", "B", "aη/2", "sη√p", "train loss", "runs"];
    Table {
        name: "sampling".to_owned(),
        caption: "mean [smallest, largest] over the runs; both bounds of the paper are at 1."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}
