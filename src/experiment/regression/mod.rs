//! Linear over-parameterised regression: simulated `E‖x_t‖²`, compared with exact moments.
//!
//! The loss is quadratic, so the theory is exact. `‖x_t‖²` is heavy-tailed: walks so rare that a sample
//! does not contain them carry its mean. The moments are therefore simulated by importance splitting, with
//! error bars from independent populations. The plain average over as many walks stands beside, with its
//! exact standard error, which the fourth-moment tensor gives for each model and step.

mod cell;
mod moments;
mod page;

use crate::criterion::{mean_square, non_uniformity, one_step};
use crate::error::Result;

use super::splitting::Splitting;
use super::study::Experiment;
use super::{Context, Scale};
use crate::record::Record;
use cell::{Outcome, Settings};

/// Compares simulated moments of SGD on linear regression with exact ones.
pub struct Regression;

impl Experiment for Regression {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "regression";
    const SHOWS: &'static str = "simulated against exact second moments in linear regression";
    const TAKES: &'static str = "10 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let (populations, walkers) = match scale {
            Scale::Smoke => (50, 200),
            Scale::Quick => (50, 1_000),
            Scale::Paper => (200, 10_000),
        };
        // Each problem: (name, inputs, start, [(η, B)]).
        let three = (
            "three-inputs",
            vec![vec![1, 0], vec![0, 1], vec![1, 1]],
            vec![1, 1],
            [("1", 1), ("5/4", 1), ("7/5", 1)],
        );
        let wide = (
            "five-parameters",
            vec![
                vec![1, 0, 1, 0, 1],
                vec![0, 1, 1, 0, 0],
                vec![1, 1, 0, 1, 0],
            ],
            vec![2, 2, 2, 1, 1],
            [("1/2", 1), ("3/4", 1), ("3/4", 2)],
        );
        let mut cells = Vec::new();
        for (problem, inputs, start, plans) in [three, wide] {
            for (learning_rate, batch) in plans {
                let settings = Settings {
                    problem: problem.replace('-', " "),
                    inputs: inputs.clone(),
                    start: start.clone(),
                    learning_rate: learning_rate.parse().expect("a fraction"),
                    batch,
                    splitting: Splitting {
                        populations,
                        walkers,
                        steps: 40,
                        seed: 1 + cells.len() as u64,
                    },
                };
                let eta = learning_rate.replace('/', "over");
                cells.push((format!("{problem}-lr{eta}-b{batch}"), settings));
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let exact = settings.exact_moments();
        let start = &exact[0];
        let scale = start.to_f64();
        let (model, weight) = (settings.model(), settings.weight());
        let eta = &settings.learning_rate;
        let deviation = |variance: f64| variance.max(0.0).sqrt() / scale;
        Ok(Outcome {
            deviation: settings.variances().into_iter().map(deviation).collect(),
            splitting: settings
                .splitting
                .second_moments(&settings.walker(context.isa)),
            average: settings.average(context.isa),
            verdicts: [
                one_step::verdict(&model, eta, &weight),
                non_uniformity::verdict(&model, eta, &weight),
                mean_square::verdict(&model, eta, &weight),
            ],
            exact: exact.iter().map(|m| (m / start).to_f64()).collect(),
        })
    }

    fn fits(settings: &Settings, outcome: &Outcome) -> bool {
        let series = [&outcome.exact, &outcome.deviation, &outcome.average];
        let lengths = series.map(Vec::len).into_iter();
        let steps = settings.splitting.steps;
        (lengths.chain([outcome.splitting.len()])).all(|length| length == steps + 1)
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        Record {
            name: Self::NAME.to_owned(),
            title: "Linear regression: simulated against exact moments".to_owned(),
            question: "In linear regression with more parameters than samples the loss is \
                       quadratic and the theory exact. Does simulated SGD follow the exact E‖x_t‖², \
                       also where the bounds of the paper fail and the exact criterion holds?"
                .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparison(results).into_iter().collect(),
            findings: results.iter().map(|(s, o)| page::finding(s, o)).collect(),
            figures: page::figures(results),
            tables: vec![page::table(results)],
        }
    }
}
