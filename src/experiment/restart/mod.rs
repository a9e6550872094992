//! Gradient descent begun anew beside a minimum, with learning rates on both sides of 2/a.
//!
//! A run that ends near 2/η says which minima descent finds. Whether a minimum *holds* it is asked
//! here: two runs begin `ε` apart along the top eigenvector `v`, and the distance between them obeys
//! the linearised law `d⁺ = (1 − ηa)·d`, whatever else the two of them do together.

mod page;
mod place;

use serde::{Deserialize, Serialize};

use crate::curvature::Eigenvalue;
use crate::error::Result;
use crate::train::{Ending, HeavyBall, Optimiser, Plan, Run, Stop};

use super::point::{PointSettings, trained};
use super::study::Experiment;
use super::{Context, Scale};
use crate::record::Record;
use place::{Beside, Place, plan};

/// The experiment.
pub struct Restart;

/// A minimum, and how it is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The run that finds the minimum.
    pub start: PointSettings,
    /// Steps of plain descent after it, with the learning rate 1/a: along the top eigenvector one of
    /// them leads straight to the minimum.
    pub settling: u64,
    /// The learning rates of the new runs, in units of 2/a.
    pub factors: Vec<f64>,
    /// How far from the minimum they begin, on either side, in the norm of the parameters.
    pub distance: f32,
    /// The most steps over which the distance of two runs is followed; it ends where they are ten
    /// times as near or as far.
    pub followed: u64,
    /// Steps after which one run is looked at again.
    pub steps: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The run that found the minimum.
    pub run: Run,
    /// The minimum; absent when that run diverged.
    pub minimum: Option<Minimum>,
    /// The new runs, one for each factor.
    pub trials: Vec<Trial>,
    /// SHA-256 of the training bytes.
    pub data: String,
}

/// Where the new runs begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Minimum {
    /// a.
    pub sharpness: Eigenvalue,
    /// `vᵀHv` where the new runs begin: beyond a kink of a ReLU it is another one.
    pub beside: [f64; 2],
    /// λ_min.
    pub smallest_eigenvalue: Eigenvalue,
    /// The loss.
    pub loss: f64,
    /// The norm of its gradient.
    pub gradient: f64,
}

/// New runs with one learning rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// η.
    pub learning_rate: f32,
    /// The growth of the distance along `v` in a step, as a natural logarithm, over the followed
    /// steps: from `distance`, and from half of it.
    pub growth: [f64; 2],
    /// The largest loss of the long run, and the last one; absent when they are no finite numbers.
    pub losses: [Option<f64>; 2],
    /// How the long run ended.
    pub ending: Ending,
}

impl Experiment for Restart {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "restart";

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
                start: PointSettings::of_scale(scale, seed, plan),
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
        if let Some((minimum, direction)) = place.look(&state) {
            let beside = Beside {
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
                .map(|rate| beside.try_out(rate))
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
            question: "Where a run ends says which minima are found. Here descent begins anew \
                       beside one minimum, with learning rates below and above 2/a: two runs on \
                       either side of it along the top eigenvector come together or part, by the \
                       linearisation by a factor |1 − ηa| a step. What is decided is the side of 2/a; \
                       the factor is shown beside it."
                .to_owned(),
            settings: page::describe(results),
            findings: page::findings(results),
            figures: vec![page::figure(results)],
            tables: vec![page::table(results)],
        }
    }
}

/// The learning rates of the larger scales.
const FACTORS: [f64; 10] = [0.6, 0.8, 0.9, 0.95, 0.98, 1.02, 1.05, 1.1, 1.2, 1.4];
