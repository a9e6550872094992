//! What the report says about runs near the edge.

use crate::experiment::published;
use crate::experiment::trained::{objective_in_words, seeds_in_words};
use crate::record::numeral::{fixed, significant};
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Record, Series, Style, Table,
};
use crate::train::Ending;

use super::cell::{Look, Outcome, Regime, Settings};

/// The settings and outcomes of the cells.
type Results = [(Settings, Outcome)];

const QUESTION: &str = "A minimum with sharpness a above 2/η does not hold gradient descent. What happens instead? Predicted: begun \
     at a minimum with η above 2/a, the loss first rises, the sharpness falls below 2/η, and then the loss falls \
     too (the catapult; proved for a linear net of two layers, ours has three and ReLU). Begun at random parameters \
     with η well below 2/a, the sharpness rises during training until it reaches 2/η and hovers there, within 10 \
     percent over the last quarter of the run (self-stabilisation; derived for a reduced map). The first version of \
     this experiment predicted the catapult for random parameters with η above 2/a as well. That was wrong, and is \
     still shown: the proof asks for a small loss at the start.";

/// The record of all cells.
pub fn record(name: &str, results: &Results) -> Record {
    let seen: Vec<Seen<'_>> = results.iter().filter_map(Seen::of).collect();
    let scale = results.first().map_or(String::new(), |(settings, _)| {
        settings.training.scale_in_words()
    });
    Record {
        name: name.to_owned(),
        title: "How does gradient descent get below 2/η?".to_owned(),
        question: QUESTION.to_owned(),
        settings: describe(results),
        comparisons: comparison(&seen, &scale).into_iter().collect(),
        findings: seen.iter().map(Seen::finding).collect(),
        figures: Regime::ALL
            .map(|regime| figure(regime, &seen, &scale))
            .into_iter()
            .flatten()
            .collect(),
        tables: vec![table(&seen)],
    }
}

/// A run with what it is about.
struct Seen<'a> {
    settings: &'a Settings,
    outcome: &'a Outcome,
    eta: f64,
    first: &'a Look,
    last: &'a Look,
}

impl<'a> Seen<'a> {
    fn of((settings, outcome): &'a (Settings, Outcome)) -> Option<Self> {
        Some(Seen {
            settings,
            outcome,
            eta: f64::from(outcome.learning_rate?),
            first: outcome.looks.first()?,
            last: outcome.looks.last()?,
        })
    }

    /// aη/2 at a look.
    fn scaled(&self, look: &Look) -> f64 {
        look.sharpness * self.eta / 2.0
    }

    /// The largest loss in units of that of the start.
    fn rise(&self) -> f64 {
        self.outcome.largest_loss.unwrap_or(f64::INFINITY) / self.first.loss
    }

    /// The smallest, mean and largest aη/2 over the last quarter of the looks.
    fn hovering(&self) -> [f64; 3] {
        let looks = &self.outcome.looks;
        let last = &looks[looks.len() - looks.len().div_ceil(4)..];
        let scaled = || last.iter().map(|look| self.scaled(look));
        let mean = scaled().sum::<f64>() / last.len() as f64;
        let low = scaled().fold(f64::INFINITY, f64::min);
        [low, mean, scaled().fold(0.0, f64::max)]
    }

    /// How the run compares with its prediction, and the margin.
    fn agreement(&self) -> (Agreement, f64) {
        let [_, mean, high] = self.hovering();
        let margin = match self.settings.regime {
            Regime::Catapult | Regime::RandomStart => {
                let below = published::LARGEST_OVERSHOOT - high;
                let falls = 1.0 - self.last.loss / self.first.loss;
                below.min(self.rise() - 1.0).min(falls)
            }
            Regime::SelfStabilisation => 0.1 - (mean - 1.0).abs(),
        };
        let is_lost = self.outcome.ending == Ending::Diverged;
        let agreement = if margin >= 0.0 && !is_lost {
            Agreement::Agrees
        } else {
            // Neither is proved for this network.
            Agreement::Beyond
        };
        (agreement, margin)
    }

    fn finding(&self) -> Finding {
        let (agreement, margin) = self.agreement();
        let [low, mean, high] = self.hovering().map(|x| fixed(x, 3));
        let claim = match self.settings.regime {
            Regime::Catapult | Regime::RandomStart => "catapult",
            Regime::SelfStabilisation => "self_stabilisation_cycle",
        };
        Finding {
            sentence: format!(
                "{}, seed {}: begun at aη/2 = {}, the loss goes from {} over at most {} times that to {}; over the \
                 last quarter aη/2 = {mean} [{low}, {high}].",
                self.settings.regime.words(),
                self.settings.training.seed,
                fixed(self.scaled(self.first), 3),
                significant(self.first.loss),
                significant(self.rise()),
                significant(self.last.loss),
            ),
            agreement,
            margin: Some(margin),
            claim: claim.to_owned(),
        }
    }
}

fn comparison(seen: &[Seen<'_>], scale: &str) -> Option<Comparison> {
    let all: Vec<Finding> = seen.iter().map(Seen::finding).collect();
    let share = |regime: Regime| {
        let own = || seen.iter().filter(|s| s.settings.regime == regime);
        let agree = own().filter(|s| s.agreement().0 == Agreement::Agrees);
        format!(
            "{} in {} of {}",
            regime.words(),
            agree.count(),
            own().count()
        )
    };
    (!seen.is_empty()).then(|| Comparison {
        subject: "Gradient descent on its way to 2/η".to_owned(),
        predicted: "with η above 2/a a catapult; below, a rises to 2/η and hovers".to_owned(),
        measured: Regime::ALL.map(share).join("; "),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: scale.to_owned(),
    })
}

/// Loss and sharpness along the first run of a regime; `None` if there is none.
fn figure(regime: Regime, seen: &[Seen<'_>], scale: &str) -> Option<Figure> {
    let seen = seen.iter().find(|s| s.settings.regime == regime)?;
    let line = |label: &str, of: &dyn Fn(&Look) -> f64| Series {
        label: label.to_owned(),
        style: Style::Line,
        points: (seen.outcome.looks.iter())
            .map(|look| DataPoint::new(look.step as f64, of(look)))
            .collect(),
    };
    let (title, what) = match regime {
        Regime::RandomStart => (
            "Gradient descent begun above 2/a at random parameters",
            "No catapult was seen in the first such runs: the loss is large, and falls from the start.",
        ),
        Regime::Catapult => (
            "The catapult: gradient descent begun above 2/a at a minimum",
            "The loss rises while the sharpness falls towards 2/η, and then falls again.",
        ),
        Regime::SelfStabilisation => (
            "Self-stabilisation: gradient descent trained through its edge",
            "The sharpness rises to 2/η and hovers there, while the loss goes on falling.",
        ),
    };
    let ends = [0.0, seen.last.step as f64];
    Some(Figure {
        name: format!("edge-{}", regime.words()),
        title: title.to_owned(),
        caption: format!(
            "{what} One run ({scale}, seed {}, η = {}, which is {} of 2/a at the start). The loss is in units of \
             that of the start; aη/2 is at most 1 where gradient descent can stay.",
            seen.settings.training.seed,
            significant(seen.eta),
            significant(seen.settings.factor),
        ),
        x: Axis::linear("step"),
        y: Axis::logarithmic("loss / loss at the start; a η / 2"),
        series: vec![
            line("loss / loss at the start", &|l| l.loss / seen.first.loss),
            line("a η / 2", &|look| seen.scaled(look)),
            Series::bound("a = 2/η", ends.map(|x| DataPoint::new(x, 1.0)).to_vec()),
        ],
        names: Vec::new(),
    })
}

fn table(seen: &[Seen<'_>]) -> Table {
    let columns = [
        "regime",
        "seed",
        "η",
        "aη/2 at the start",
        "largest loss / start",
        "last loss / start",
        "aη/2 over the last quarter",
        "end",
    ];
    let row = |seen: &Seen<'_>| {
        let [low, mean, high] = seen.hovering().map(|x| fixed(x, 3));
        vec![
            seen.settings.regime.words().to_owned(),
            seen.settings.training.seed.to_string(),
            significant(seen.eta),
            fixed(seen.scaled(seen.first), 3),
            significant(seen.rise()),
            significant(seen.last.loss / seen.first.loss),
            format!("{mean} [{low}, {high}]"),
            seen.outcome.ending.words().to_owned(),
        ]
    };
    Table {
        name: "edge".to_owned(),
        caption: "One row for each run. aη/2 over the last quarter: mean [smallest, largest] of the looks.".to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: seen.iter().map(row).collect(),
    }
}

/// The sizes and conventions of the experiment.
fn describe(results: &Results) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let training = &first.training;
    let own = [
        (
            "random parameters",
            "uniform on ±1/√fan-in, weights and biases".to_owned(),
        ),
        (
            "minima",
            results
                .iter()
                .find_map(|(settings, _)| settings.before)
                .map_or(String::new(), |plan| {
                    let (stop, eta) = (plan.stop, plan.learning_rate);
                    format!(
                        "gradient descent with η = {eta} to a smoothed loss below {}, or {} steps",
                        stop.tolerance, stop.steps
                    )
                }),
        ),
        (
            "seeds",
            seeds_in_words(results.iter().map(|(settings, _)| settings.training.seed)),
        ),
        ("Lanczos", training.lanczos_in_words()),
        ("SHA-256 of the training data", outcome.data.clone()),
    ];
    let pairs = objective_in_words(training).into_iter().chain(own);
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
