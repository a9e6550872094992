//! Minima found by L-BFGS, and whether gradient descent and SGD stay there.
//!
//! L-BFGS has no learning rate that would keep it from sharp minima. Written down before the first run, with the
//! sharpness a₀ and the non-uniformity s₀ at the minimum:
//!
//! | run | prediction |
//! |---|---|
//! | gradient descent, η < 2/a₀ | stays |
//! | gradient descent or SGD, η > 2/a₀ | leaves |
//! | SGD, η < 2/a₀, but η(a₀² + ps₀²) > 2a₀ | leaves, if one direction carries both a₀ and s₀ |
//! | SGD, η(a₀² + ps₀²) < 2a₀ | stays, under the same proviso |
//!
//! A run has left if the loss over all training images was ever above `cell::LEFT` times that of the minimum at a
//! look, of which there is one every few steps, or if it diverged.
//!
//! | file | contents |
//! |---|---|
//! | `cell` | what is computed for one minimum |
//! | `place` | measures the minimum and starts the runs |
//! | `journey` | one run, in units of the thresholds of its minimum |
//! | `page` | what the report says |

mod cell;
mod figures;
mod journey;
mod page;
mod place;

use crate::error::Result;
use crate::kernel;
use crate::train::{Ending, Lbfgs, Optimiser, Plan, Sampler, Stop};

use super::study::Experiment;
use super::trained::{TrainingSettings, trained};
use super::{Context, Scale};
use crate::record::Record;
use cell::{Outcome, Settings, Start};
use place::Place;

/// Starts gradient descent and SGD at minima found by L-BFGS.
pub struct FromLbfgs;

/// The runs of the larger scales: the learning rate in units of 2/a₀, and the batch size. Two are like the
/// authors': gradient descent at 2.83, and SGD with B = 4 at 1.22.
const STARTS: [Start; 6] = [
    Start::of(0.9, None),
    Start::of(1.5, None),
    Start::of(2.83, None),
    Start::of(0.5, Some(100)),
    Start::of(0.5, Some(4)),
    Start::of(1.22, Some(4)),
];

/// The sizes of a scale.
struct Sizes {
    seeds: u64,
    starts: Vec<Start>,
    /// The steps of the runs on all samples, and of those on batches.
    steps: [u64; 2],
    /// The number of looks at a run.
    looks: u64,
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        let (seeds, starts, steps, looks) = match scale {
            Scale::Smoke => (1, vec![STARTS[0], STARTS[1], STARTS[4]], [200, 400], 10),
            Scale::Quick => (3, STARTS.to_vec(), [1000, 8000], 40),
            Scale::Paper => (5, STARTS.to_vec(), [10_000, 80_000], 100),
        };
        Sizes {
            seeds,
            starts,
            steps,
            looks,
        }
    }
}

impl Experiment for FromLbfgs {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "lbfgs";
    const SHOWS: &'static str = "gradient descent and SGD leave sharp minima found by L-BFGS";
    const TAKES: &'static str = "35 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let sizes = Sizes::of(scale);
        let cell = |seed| {
            let plan = |samples| Plan {
                optimiser: Optimiser::Lbfgs(Lbfgs::default()),
                learning_rate: 1.0,
                batch: samples,
                sampler: Sampler::WithoutReplacement,
                seed,
                stop: Stop::at(1e-5, 5000),
            };
            let settings = Settings {
                start: TrainingSettings::of_scale(scale, seed, plan),
                starts: sizes.starts.clone(),
                steps: sizes.steps,
                looks: sizes.looks,
            };
            (format!("seed{seed}"), settings)
        };
        (1..=sizes.seeds).map(cell).collect()
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let trained = trained(&settings.start, context)?;
        let measured = trained.measured(&settings.start, context)?;
        let mut outcome = Outcome {
            minimum: measured,
            journeys: Vec::new(),
        };
        let is_lost = trained.run.ending == Ending::Diverged;
        let Some(minimum) = outcome.minimum.measurement.filter(|_| !is_lost) else {
            return Ok(outcome);
        };
        let place = Place {
            settings,
            context,
            trained: &trained,
            sharpness: minimum.sharpness.value,
        };
        let journeys = settings.starts.iter();
        let journeys = journeys.map(|start| kernel::with_team(|| place.journey(start)));
        outcome.journeys = journeys.collect::<Result<_>>()?;
        Ok(outcome)
    }

    fn fits(settings: &Settings, outcome: &Outcome) -> bool {
        outcome.journeys.is_empty() || outcome.journeys.len() == settings.starts.len()
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        let groups = journey::groups(results);
        Record {
            name: Self::NAME.to_owned(),
            title: "Do minima found by L-BFGS hold gradient descent and SGD?".to_owned(),
            question: "L-BFGS chooses its steps by a line search and can end at sharper minima than a \
                       fixed learning rate would allow. Gradient descent and SGD begin at such a \
                       minimum. By the theory gradient descent stays if η < 2/a₀ and leaves if \
                       η > 2/a₀, with the sharpness a₀ of the minimum; SGD with small batches leaves \
                       already below, when the noise is too strong. Do they, where do they go, and how \
                       high does the loss climb on the way?"
                .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparisons(&groups),
            findings: groups.iter().map(page::finding).collect(),
            figures: vec![figures::ends(&groups), figures::along(&groups)],
            tables: vec![page::table(&groups)],
        }
    }
}
