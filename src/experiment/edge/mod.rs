//! Gradient descent near the edge 2/η: the catapult, and self-stabilisation.
//!
//! The criterion a ≤ 2/η is about minima. What gradient descent does before it reaches one is beyond the
//! linearisation, and two patterns are known. Begun near a minimum where a > 2/η, the loss grows along the sharpest direction until
//! the sharpness has fallen below 2/η, and then falls (Lewkowycz et al. 2020, the *catapult*). Begun where a < 2/η,
//! the sharpness grows during training until it reaches 2/η, and hovers there while the loss goes on falling (Cohen
//! et al. 2021; Damian, Nichani and Lee 2023, *self-stabilisation*).
//!
//! The first version looked for the catapult from random parameters, and did not find it: there the loss is so large
//! that it falls although a > 2/η, as the proof for the linear net allows. These runs stayed in the experiment, and
//! runs from a minimum were added.

mod cell;
mod follow;
mod page;

use crate::error::Result;
use crate::train::{Optimiser, Plan, Sampler, Stop};

use super::study::Experiment;
use super::trained::TrainingSettings;
use super::{Context, Scale};
use crate::record::Record;
use cell::{Outcome, Regime, Settings};

/// Follows loss and sharpness of gradient descent near 2/η.
pub struct Edge;

/// A pattern, with the learning rate in units of 2/a at the start, the number of steps, and how often to look.
struct Sought {
    regime: Regime,
    factor: f64,
    steps: u64,
    every: u64,
}

impl Experiment for Edge {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "edge";
    const SHOWS: &'static str =
        "how gradient descent gets below 2/η: thrown there, or held there on the way";
    const TAKES: &'static str = "10 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let (widths, samples, seeds, times) = match scale {
            Scale::Smoke => (vec![784, 16, 10], 40, 1, 1),
            Scale::Quick => (vec![784, 50, 50, 10], 200, 3, 4),
            Scale::Paper => (super::published::WIDTHS.to_vec(), 1000, 5, 20),
        };
        let sought = [
            Sought {
                regime: Regime::Catapult,
                factor: 1.5,
                steps: 100,
                every: 2,
            },
            Sought {
                regime: Regime::RandomStart,
                factor: 1.5,
                steps: 100,
                every: 2,
            },
            Sought {
                regime: Regime::SelfStabilisation,
                factor: 0.25,
                steps: 500 * times,
                every: 5 * times,
            },
        ];
        let mut cells = Vec::new();
        for sought in &sought {
            for seed in 1..=seeds {
                let plan = Plan {
                    optimiser: Optimiser::Plain,
                    learning_rate: 0.0,
                    batch: samples,
                    sampler: Sampler::WithoutReplacement,
                    seed,
                    stop: Stop::at(0.0, sought.steps),
                };
                let before = Plan {
                    learning_rate: 0.3,
                    stop: Stop::at(1e-3, 1_000 * times),
                    ..plan
                };
                let settings = Settings {
                    regime: sought.regime,
                    before: (sought.regime == Regime::Catapult).then_some(before),
                    training: TrainingSettings {
                        widths: widths.clone(),
                        samples,
                        test_samples: 0,
                        seed,
                        plan,
                        tolerance: 1e-3,
                        products: 60,
                    },
                    factor: sought.factor,
                    every: sought.every,
                };
                cells.push((format!("{}-seed{seed}", sought.regime.words()), settings));
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        follow::follow(settings, context)
    }

    fn fits(_: &Settings, outcome: &Outcome) -> bool {
        outcome.learning_rate.is_none() || !outcome.looks.is_empty()
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        page::record(Self::NAME, results)
    }
}

#[cfg(test)]
mod tests {
    use super::Edge;
    use crate::experiment::study::checks::cells_survive_their_files_and_make_a_record;

    #[test]
    fn its_cells_survive_their_files_and_make_a_record() {
        cells_survive_their_files_and_make_a_record::<Edge>(3);
    }
}
