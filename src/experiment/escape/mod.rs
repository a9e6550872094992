//! The escape: training goes on from a minimum at which gradient descent has settled (Figure 2 of the paper).
//!
//! Gradient descent settles where a ≤ 2/η, however non-uniform the minimum is. If SGD then takes over with the *same*
//! learning rate, the second bound of the paper applies too: a minimum that is flat enough but not uniform enough is
//! left at once. What is predicted of each run, and when a run counts as having left, is in `prediction`; both were
//! written before the first run.
//!
//! | file | contents |
//! |---|---|
//! | `cell` | the runs of one seed, and what is seen of them |
//! | `wrong` | images with wrong labels, which make room for better minima |
//! | `prediction` | which run leaves, from the curvature at the start |
//! | `follow` | measures the minimum and follows the runs |
//! | `page` | what the report says |

mod cell;
mod follow;
mod page;
mod prediction;
mod wrong;

use crate::dataset::Split;
use crate::error::Result;
use crate::network::Network;
use crate::train::{Ending, Optimiser, Plan, Sampler, Stop};

use super::study::Experiment;
use super::trained::{TrainingSettings, load, trained_on};
use super::{Context, Scale, published};
use crate::record::Record;
use cell::{Continuation, Outcome, Settings};
use follow::Place;
use wrong::with_wrong_labels;

/// Lets training go on from a minimum of gradient descent.
pub struct Escape;

/// The sizes of a scale.
struct Sizes {
    widths: Vec<usize>,
    /// The numbers of images with their own and with a wrong label.
    images: [usize; 2],
    /// The learning rate of the gradient descent that finds the minimum, and its most steps.
    start: (f32, u64),
    seeds: u64,
    /// The batch sizes of SGD with their numbers of steps.
    stochastic: Vec<(usize, u64)>,
    /// The number of steps of gradient descent with larger learning rates.
    steps: u64,
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        match scale {
            Scale::Smoke => Sizes {
                widths: vec![784, 16, 10],
                images: [40, 10],
                start: (0.5, 3_000),
                seeds: 1,
                stochastic: vec![(1, 500)],
                steps: 100,
            },
            Scale::Quick => Sizes {
                widths: vec![784, 50, 50, 10],
                images: [200, 40],
                start: (0.2, 15_000),
                seeds: 4,
                stochastic: vec![(1, 10_000), (4, 10_000), (80, 3_000)],
                steps: 1_500,
            },
            Scale::Paper => Sizes {
                widths: published::WIDTHS.to_vec(),
                images: [published::SAMPLES, 200],
                start: (published::SETTLED_AT as f32, 200_000),
                seeds: 5,
                stochastic: vec![(1, 100_000), (4, 100_000), (100, 20_000)],
                steps: 20_000,
            },
        }
    }

    /// The factors by which gradient descent raises its learning rate: those of the authors.
    const FACTORS: [f32; 2] = [3.0, 5.0];

    /// All runs: SGD with the learning rate of the start, then gradient descent with larger ones.
    fn runs(&self) -> Vec<Continuation> {
        let (rate, all) = (self.start.0, self.images[0] + self.images[1]);
        let of = |learning_rate, batch, steps| Continuation {
            learning_rate,
            batch,
            steps,
        };
        let stochastic = self.stochastic.iter();
        let stochastic = stochastic.map(|&(batch, steps)| of(rate, batch, steps));
        let factors = Sizes::FACTORS.iter();
        let descents = factors.map(|factor| of(factor * rate, all, self.steps));
        stochastic.chain(descents).collect()
    }
}

impl Experiment for Escape {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "escape";
    const SHOWS: &'static str =
        "SGD leaves minima where gradient descent stays, with the same η (Figure 2)";
    const TAKES: &'static str = "30 s";
    const PAPER: &'static str = "figure2";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let sizes = Sizes::of(scale);
        let samples = sizes.images[0] + sizes.images[1];
        let (learning_rate, steps) = sizes.start;
        let cell = |seed| {
            let plan = Plan {
                optimiser: Optimiser::Plain,
                learning_rate,
                batch: samples,
                sampler: Sampler::WithoutReplacement,
                seed,
                stop: Stop::at(1e-3, steps),
            };
            let settings = Settings {
                start: TrainingSettings {
                    widths: sizes.widths.clone(),
                    samples,
                    test_samples: 1000,
                    seed,
                    plan,
                    tolerance: 1e-3,
                    products: 60,
                },
                wrong_labels: sizes.images[1],
                runs: sizes.runs(),
            };
            (format!("seed{seed}"), settings)
        };
        (1..=sizes.seeds).map(cell).collect()
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let start = &settings.start;
        let training = load(Split::Train, start.samples, context)?;
        let training = with_wrong_labels(training, settings.wrong_labels);
        let test = load(Split::Test, start.test_samples, context)?;
        let data = [training.digest(), test.digest()];
        let trained = trained_on(Network::fnn(&start.widths), training, start, context)?;
        let mut outcome = Outcome {
            run: trained.run,
            start: None,
            paths: Vec::new(),
            data,
        };
        if trained.run.ending == Ending::Diverged {
            return Ok(outcome);
        }
        let samples = trained.samples();
        let place = Place {
            settings,
            context,
            network: &trained.network,
            samples: samples.batch(),
            test: &test,
            state: &trained.state,
        };
        outcome.start = place.measure();
        if outcome.start.is_some() {
            let paths = settings.runs.iter().map(|run| place.follow(run));
            outcome.paths = paths.collect::<Result<_>>()?;
        }
        Ok(outcome)
    }

    fn fits(settings: &Settings, outcome: &Outcome) -> bool {
        let is_complete = outcome.paths.len() == settings.runs.len();
        let has_looks = outcome.paths.iter().all(|path| !path.looks.is_empty());
        outcome.start.is_none() || (is_complete && has_looks)
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        page::record(Self::NAME, results)
    }
}

#[cfg(test)]
mod tests {
    use super::Escape;
    use crate::experiment::study::checks::cells_survive_their_files_and_make_a_record;

    #[test]
    fn its_cells_survive_their_files_and_make_a_record() {
        cells_survive_their_files_and_make_a_record::<Escape>(3);
    }
}
