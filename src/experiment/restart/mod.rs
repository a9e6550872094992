//! Gradient descent, restarted next to a minimum with learning rates on both sides of 2/a.
//!
//! A run that ends near 2/η shows which minima gradient descent finds. This experiment asks whether
//! gradient descent also *stays* at a minimum. Two runs start on either side of it along the top
//! eigenvector `v`. In the linearised dynamics, their distance along `v` follows `d⁺ = (1 − ηa)·d`.

mod cell;
mod page;
mod place;

use crate::error::Result;
use crate::train::{Ending, HeavyBall, Optimiser, Plan, Stop};

use super::study::Experiment;
use super::trained::{TrainingSettings, trained};
use super::{Context, Scale};
use crate::record::Record;
use cell::{Outcome, Settings};
use place::{Place, RunsBeside, plan};

/// Restarts gradient descent next to a minimum.
pub struct Restart;

impl Experiment for Restart {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "restart";
    const SHOWS: &'static str = "whether a minimum holds gradient descent, on both sides of 2/a";
    const TAKES: &'static str = "75 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let (learning_rate, seeds, steps, factors): (_, _, _, &[f64]) = match scale {
            Scale::Smoke => (0.5, 1..=1, 10_000, &[0.9, 0.95, 1.05, 1.1]),
            Scale::Quick => (0.5, 1..=3, 10_000, &FACTORS),
            Scale::Paper => (0.1, 1..=5, 100_000, &FACTORS),
        };
        let cell = |seed| {
            let plan = |samples| Plan {
                optimiser: Optimiser::HeavyBall(HeavyBall { momentum: 0.9 }),
                ..plan(learning_rate, samples, Stop::at(1e-6, steps))
            };
            let settings = Settings {
                start: TrainingSettings::of_scale(scale, seed, plan),
                settling: 1000,
                factors: factors.to_vec(),
                distance: 1e-4,
                followed: 20,
                steps: 500,
            };
            (format!("seed{seed}"), settings)
        };
        seeds.map(cell).collect()
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let trained = trained(&settings.start, context)?;
        let samples = trained.samples();
        let mut outcome = Outcome {
            run: trained.run,
            minimum: None,
            trials: Vec::new(),
            data: trained.training.digest(),
        };
        let place = Place {
            settings,
            context,
            network: &trained.network,
            samples: samples.batch(),
        };
        if trained.run.ending == Ending::Diverged {
            return Ok(outcome);
        }
        let Some(state) = place.settle(trained.state)? else {
            return Ok(outcome);
        };
        if let Some((minimum, direction)) = place.measure(&state) {
            let beside = RunsBeside {
                place,
                minimum: &state,
                direction: &direction,
            };
            let largest = 2.0 / minimum.sharpness.value;
            let rates = settings
                .factors
                .iter()
                .map(|factor| (factor * largest) as f32);
            outcome.trials = rates
                .map(|rate| beside.trial(rate))
                .collect::<Result<_>>()?;
            outcome.minimum = Some(minimum);
        }
        Ok(outcome)
    }

    fn fits(settings: &Settings, outcome: &Outcome) -> bool {
        outcome.minimum.is_none() || outcome.trials.len() == settings.factors.len()
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        Record {
            name: Self::NAME.to_owned(),
            title: "Does a minimum hold gradient descent? Both sides of 2/a".to_owned(),
            question:
                "Where a run ends says which minima gradient descent finds. Does a minimum also \
                       hold it? Beside one minimum, on either side along its top eigenvector, two \
                       runs begin with a learning rate below or above 2/a. By the linearisation \
                       their distance changes by the factor |1 − ηa| in each step. A finding \
                       decides on which side of 2/a they come together or part; the factor is \
                       shown beside it."
                    .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparison(results).into_iter().collect(),
            findings: page::findings(results),
            figures: vec![page::figure(results)],
            tables: vec![page::table(results)],
        }
    }
}

/// The learning rates of the larger scales.
const FACTORS: [f64; 10] = [0.6, 0.8, 0.9, 0.95, 0.98, 1.02, 1.05, 1.1, 1.2, 1.4];
