//! Where SGD settles on a network, beside the exact threshold η* of that very minimum.
//!
//! The paper bounds the sharpness a and the non-uniformity s of the minima at which SGD can stay, and could
//! only plot those two: for networks, the learning rate η* at which the second moment of the linearised SGD
//! stops to be bounded was out of reach. [`crate::threshold`] computes it. A cell trains a network with SGD
//! until the loss is tiny, and then looks at the minimum in three ways.
//!
//! | step | what is done | what the theory predicts |
//! |---|---|---|
//! | settle | η is set beside η₁ (no step expands), η*, 2/a and 1/(s√p) | always η₁ ≤ η* ≤ 2/a. If the mean square decided where SGD settles, then η ≤ η*. A single run, however, has to shrink only almost surely, which is less, so η above η* is not a contradiction. About 1/(s√p) nothing: the bound on s is neither sufficient nor necessary |
//! | walk | linearised SGD starts from the critical second moment X\*, with η at 0.9, 1 and 1.1 of η* | E‖x‖² shrinks, stays, and grows: at η* it is the same after every step. How fast else, the recursion of second moments says exactly |
//! | restart | the real network starts a little beside the minimum, with η below and above η* | below η* the expected square of the distance (in a fitting norm) never grows, so that about one run in ten, at most, takes the loss to ten times its start. Above η* the mean square grows; how many *single* runs escape is not predicted, and the rates from 2/a on lose all of them |
//!
//! These predictions come from the theory alone and were written before the first run.
//!
//! A run that does not come near loss 0 is not at a minimum that interpolates, and the theory says nothing of it:
//! its findings are undecided.
//!
//! The mean square of a product of random matrices is dominated by rare walks: after ten steps a thousand
//! independent walks have missed a third of it. Therefore the walks of a population are chosen anew after each step
//! (`walks`), and what they are compared with is the exact recursion of second moments, `X ← T(X)`.
//!
//! | file | contents |
//! |---|---|
//! | `cell` | what is computed for one network, η, B and seed |
//! | `place` | the network where SGD has settled |
//! | `minimum` | measures it, and asks for its thresholds |
//! | `moments` | the exact recursion of second moments, and the critical one |
//! | `walks` | simulated walks of the linearised SGD |
//! | `restarts` | runs of the real network that start beside the minimum |
//! | `page` | what the report says |

mod cell;
mod minimum;
mod moments;
mod page;
mod place;
mod restarts;
mod walks;

use crate::error::Result;
use crate::train::{Ending, Optimiser, Plan, Sampler, Stop};

use super::study::Experiment;
use super::trained::{TrainingSettings, trained_network};
use super::{Context, Scale};
use crate::record::Record;
use cell::{Outcome, RestartSettings, Settings, WalkSettings};
use place::Place;

/// Compares where SGD settles with the exact threshold of the minimum.
pub struct Threshold;

/// The activations of the networks: one with kinks, and a smooth one.
const ACTIVATIONS: [&str; 2] = ["relu", "tanh"];

/// The learning rates η and batch sizes B of the runs that settle. The first two were added, and (1, 10) left out,
/// after a first run in which most ReLU networks did not come near loss 0 and every tanh network diverged at
/// (1, 10); the predictions stayed as they were.
const PLANS: [(f32, usize); 5] = [(0.2, 5), (0.2, 10), (0.5, 5), (0.5, 10), (0.5, 20)];

/// The sizes of a scale.
struct Sizes {
    widths: Vec<usize>,
    samples: usize,
    seeds: u64,
    plans: Vec<(f32, usize)>,
    /// The smoothed loss below which a run has settled, and the most steps that it may take.
    stop: Stop,
    populations: u64,
    restarts: u64,
    restart_steps: u64,
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        match scale {
            Scale::Smoke => Sizes {
                widths: vec![784, 16, 10],
                samples: 20,
                seeds: 1,
                plans: vec![(0.2, 5)],
                stop: Stop::at(1e-5, 10_000),
                populations: 10,
                restarts: 4,
                restart_steps: 200,
            },
            Scale::Quick => Sizes {
                widths: vec![784, 30, 10],
                samples: 50,
                seeds: 3,
                plans: PLANS.to_vec(),
                stop: Stop::at(1e-6, 30_000),
                populations: 24,
                restarts: 20,
                restart_steps: 1_000,
            },
            Scale::Paper => Sizes {
                widths: vec![784, 100, 100, 10],
                samples: 200,
                seeds: 5,
                plans: PLANS.to_vec(),
                stop: Stop::at(1e-7, 1_000_000),
                populations: 200,
                restarts: 100,
                restart_steps: 10_000,
            },
        }
    }
}

impl Experiment for Threshold {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "threshold";
    const SHOWS: &'static str = "where SGD settles, against the exact threshold η* of its minima";
    const TAKES: &'static str = "150 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let sizes = Sizes::of(scale);
        let mut cells = Vec::new();
        for activation in ACTIVATIONS {
            for &(learning_rate, batch) in &sizes.plans {
                for seed in 1..=sizes.seeds {
                    let name = format!("{activation}-lr{learning_rate}-b{batch}-seed{seed}");
                    let plan = Plan {
                        optimiser: Optimiser::Plain,
                        learning_rate,
                        batch,
                        sampler: Sampler::WithoutReplacement,
                        seed,
                        stop: sizes.stop,
                    };
                    cells.push((name, settings(&sizes, activation, plan)));
                }
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let trained = trained_network(settings.network()?, &settings.start, context)?;
        let mut outcome = Outcome {
            run: trained.run,
            minimum: None,
            data: trained.training.digest(),
        };
        if trained.run.ending != Ending::Diverged {
            let samples = trained.samples();
            let place = Place {
                settings,
                context,
                network: &trained.network,
                samples: samples.batch(),
                state: &trained.state,
            };
            outcome.minimum = place.measure()?;
        }
        Ok(outcome)
    }

    fn fits(settings: &Settings, outcome: &Outcome) -> bool {
        outcome
            .minimum
            .as_ref()
            .is_none_or(|minimum| minimum.fits(settings))
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        page::record(Self::NAME, results)
    }
}

/// The settings of a cell with this training plan.
fn settings(sizes: &Sizes, activation: &str, plan: Plan) -> Settings {
    Settings {
        activation: activation.to_owned(),
        start: TrainingSettings {
            widths: sizes.widths.clone(),
            samples: sizes.samples,
            test_samples: 0,
            seed: plan.seed,
            plan,
            tolerance: 1e-4,
            products: 100,
        },
        walk: WalkSettings {
            factors: vec![0.9, 1.0, 1.1],
            populations: sizes.populations,
            size: 32,
            steps: 6,
        },
        restart: RestartSettings {
            factors: vec![0.5, 0.9, 1.0, 1.1, 1.5],
            runs: sizes.restarts,
            distance: 0.1,
            steps: sizes.restart_steps,
        },
    }
}

#[cfg(test)]
mod tests;
