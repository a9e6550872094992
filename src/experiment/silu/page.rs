//! The rows of the summary, the table and the settings of the runs on a smooth network.

use crate::experiment::group::{ABSENT, Spread};
use crate::experiment::trained::seeds_in_words;
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Comparison, Published, Table};

use super::cell::{Outcome, Settings};
use super::findings;
use super::group::{
    CONVERGED, Runs, UNLEARNED, batch, batch_sharpness, by_optimiser, diverged, edge,
    has_converged, has_learned, name, optimiser, rate, recorded, recorded_share, recorded_shares,
    scaled, share, spread,
};

/// The sizes and conventions of the experiment.
pub fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let start = &first.start;
    let seeds = results.iter().map(|(settings, _)| settings.start.seed);
    let widths: Vec<String> = start.widths.iter().map(usize::to_string).collect();
    let pairs = [
        (
            "network",
            format!("{}, {} between the layers", widths.join("-"), first.activation),
        ),
        (
            "loss",
            "mean over samples of Σ_k (o_k − y_k)², one-hot y: the sum over the outputs".to_owned(),
        ),
        (
            "training images",
            format!("first {} of Fashion-MNIST", start.samples),
        ),
        (
            "runs",
            format!(
                "{} steps for every optimiser and batch size, reshuffled batches; converged means a training \
                 loss below {CONVERGED}, and learned one below {UNLEARNED}",
                start.plan.stop.steps
            ),
        ),
        (
            "the public table",
            "3072-512-512-10, SiLU, CIFAR-10, n = 8192, sum-squared loss; η = 0.01 without momentum, 0.001 \
             with β = 0.9"
                .to_owned(),
        ),
        (
            "initial law",
            "uniform on ±1/√fan-in, weights and biases".to_owned(),
        ),
        ("seeds", seeds_in_words(seeds)),
        ("Lanczos", start.lanczos_in_words()),
        ("SHA-256 of the training data", outcome.end.data[0].clone()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// The row of the summary: the smallest batches that learned, and the largest ones.
pub fn comparisons(groups: &[Runs<'_>]) -> Vec<Comparison> {
    let kinds = by_optimiser(groups);
    let learned: Vec<&[&Runs<'_>]> = kinds.iter().map(|kind| findings::learned(kind)).collect();
    let small: Option<Vec<Ended>> = learned
        .iter()
        .map(|kind| Ended::of(kind.first()?))
        .collect();
    let large: Option<Vec<Ended>> = learned.iter().map(|kind| Ended::of(kind.last()?)).collect();
    let (Some(small), Some(large), Some(first)) = (small, large, groups.first()) else {
        return Vec::new();
    };
    let names: Vec<&str> = kinds.iter().map(|kind| name(kind[0])).collect();
    let trends: Vec<_> = kinds
        .iter()
        .flat_map(|kind| findings::trends(kind))
        .collect();
    let list = |ends: &[Ended], of: fn(&Ended) -> f64| {
        let texts = ends.iter().map(|end| fixed(of(end), 2));
        texts.collect::<Vec<_>>().join(", ")
    };
    let row = |of: fn(&Ended) -> f64| format!("{}, then {}", list(&small, of), list(&large, of));
    let agrees = |ends: &[Ended]| ends.iter().all(Ended::agrees);
    vec![Comparison {
        subject: format!(
            "A public table of {}, from small to large batches",
            names.join(", ")
        ),
        predicted: "far below the edge with small batches, at it with large ones".to_owned(),
        measured: format!("a/edge = {}", row(|end| end.measured.mean)),
        with_theory: Agreement::of_all(&trends),
        published: Some(Published {
            value: format!("a/edge = {}", row(|end| end.recorded)),
            agrees: agrees(&small) && agrees(&large),
            is_elsewhere: true,
            because: "another network, other images and another n".to_owned(),
        }),
        scale: format!("{}, SiLU", first.settings.start.scale_in_words()),
    }]
}

/// The sharpness at the end of some runs in units of the edge, beside the recorded one.
struct Ended {
    measured: Spread,
    recorded: f64,
}

impl Ended {
    /// `None` if every run diverged, or nothing was recorded for this batch size.
    fn of(group: &Runs<'_>) -> Option<Self> {
        Some(Ended {
            measured: scaled(group)?,
            recorded: recorded_share(group)?,
        })
    }

    /// Whether the recorded value lies between the smallest and the largest run.
    fn agrees(&self) -> bool {
        self.measured.low <= self.recorded && self.recorded <= self.measured.high
    }
}

/// The table of all groups.
pub fn table(groups: &[Runs<'_>]) -> Table {
    let columns = [
        "optimiser",
        "η",
        "B",
        "B/n",
        "edge",
        "a",
        "a / edge",
        "recorded a / edge",
        "recorded a",
        "s",
        "batch sharpness × η/2",
        "train loss",
        "test acc %",
        "runs",
    ];
    Table {
        name: "silu".to_owned(),
        caption: "mean [smallest, largest] over the seeds. edge: the largest a at which gradient descent with \
                  this optimiser is stable: 2/η, 2(1 + β)/η for heavy ball, (2 + 2β)/(η(1 + 2β)) for \
                  Nesterov, β = 0.9. recorded: the public table at the same B/n. batch sharpness: \
                  E[gᵀH_B g]/E‖g‖² over batches of the size of the run; its plateaus under heavy ball are \
                  1 − β and 1 + β in this unit."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}

fn row(group: &Runs<'_>) -> Vec<String> {
    let text = |spread: Option<Spread>| spread.map_or(ABSENT.to_owned(), |s| s.text());
    let index = recorded_shares(optimiser(group))
        .iter()
        .position(|(of, _)| (of / share(group) - 1.0).abs() < 0.01);
    let theirs = index.map(|index| recorded(optimiser(group)).sharpness[index]);
    let accuracies = group.outcomes.iter().filter_map(|o| o.end.test_accuracy);
    let accuracies = Spread::of(&accuracies.map(|share| 100.0 * share).collect::<Vec<_>>());
    vec![
        name(group).to_owned(),
        significant(rate(group)),
        batch(group).to_string(),
        format!("{}/{}", batch(group), group.settings.start.samples),
        significant(edge(group)),
        text(spread(group, |m| m.sharpness.value)),
        text(scaled(group)),
        recorded_share(group).map_or(ABSENT.to_owned(), significant),
        theirs.map_or(ABSENT.to_owned(), significant),
        text(spread(group, |m| m.non_uniformity.value)),
        text(batch_sharpness(group)),
        text(spread(group, |m| m.loss)),
        accuracies.map_or(ABSENT.to_owned(), |spread| fixed(spread.mean, 1)),
        runs(group),
    ]
}

/// How the runs ended.
fn runs(group: &Runs<'_>) -> String {
    match (diverged(group), has_converged(group)) {
        (0, true) => format!("{} converged", group.outcomes.len()),
        (0, false) if !has_learned(group) => "not all learned".to_owned(),
        (0, false) => "not all converged".to_owned(),
        (lost, _) => format!("{lost} of {} diverged", group.outcomes.len()),
    }
}
