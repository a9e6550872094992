//! A network of convolutions: where gradient descent and SGD end (second half of Table 1 and of the diagrams of a
//! and s in the paper).
//!
//! The bounds of the paper do not ask what the network is. The experiments `descent` and `sgd` measure a chain of
//! dense layers; this one repeats both on a VGG. At the scale of the paper it is the authors' network on two classes
//! of CIFAR-10, which is not embedded; at the smaller scales a quarter of that network on two classes of the embedded
//! images.

mod cell;
mod page;

use crate::dataset::Split;
use crate::error::Result;
use crate::train::{Optimiser, Plan, Sampler, Stop};

use super::study::Experiment;
use super::trained::{TrainingOutcome, TrainingSettings, measured, trained_on};
use super::two_classes::TwoClasses;
use super::{Context, Scale};
use crate::record::Record;
use cell::{Architecture, Settings};

/// Trains a VGG by gradient descent and by SGD, and compares its final curvature with the bounds.
pub struct Convolution;

/// The sizes of a scale.
struct Sizes {
    architecture: Architecture,
    images: TwoClasses,
    samples: [usize; 2],
    seeds: u64,
    /// The learning rates of gradient descent.
    descent: Vec<f32>,
    /// Learning rates and batch sizes of SGD.
    stochastic: Vec<(f32, usize)>,
    /// The smoothed loss at which training stops.
    tolerance: f64,
    /// The most steps of gradient descent and of SGD.
    steps: [u64; 2],
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        let quick = Sizes {
            architecture: Architecture::QuarterVgg,
            images: TwoClasses::EMBEDDED,
            samples: [100, 180],
            seeds: 2,
            descent: vec![0.3, 0.5, 1.0],
            stochastic: vec![(0.3, 4), (0.5, 4), (0.5, 10)],
            tolerance: 1e-4,
            steps: [1_500, 8_000],
        };
        match scale {
            Scale::Smoke => Sizes {
                samples: [20, 20],
                seeds: 1,
                descent: vec![0.2],
                stochastic: vec![(0.2, 4)],
                tolerance: 1e-3,
                steps: [200, 500],
                ..quick
            },
            Scale::Quick => quick,
            Scale::Paper => Sizes {
                architecture: Architecture::Vgg,
                images: TwoClasses::PAPER,
                samples: [1000, 2000],
                seeds: 5,
                descent: vec![0.01, 0.05, 0.1, 0.5],
                stochastic: [0.005, 0.01, 0.05, 0.1]
                    .into_iter()
                    .flat_map(|rate| [4, 10, 100].map(|batch| (rate, batch)))
                    .collect(),
                tolerance: 1e-4,
                steps: [100_000, 1_000_000],
            },
        }
    }

    /// The runs: learning rate, batch size, sampler and most steps.
    fn plans(&self) -> Vec<Plan> {
        let plan = |learning_rate, batch, sampler, steps| Plan {
            optimiser: Optimiser::Plain,
            learning_rate,
            batch,
            sampler,
            seed: 0,
            stop: Stop::at(self.tolerance, steps),
        };
        let [descent, stochastic] = self.steps;
        let all = Sampler::WithoutReplacement;
        let descents = (self.descent.iter()).map(|&rate| plan(rate, self.samples[0], all, descent));
        let stochastic = (self.stochastic.iter())
            .map(|&(rate, batch)| plan(rate, batch, Sampler::Reshuffled, stochastic));
        descents.chain(stochastic).collect()
    }
}

impl Experiment for Convolution {
    type Settings = Settings;
    type Outcome = TrainingOutcome;
    const NAME: &'static str = "convolution";
    const SHOWS: &'static str =
        "a and s where a network of convolutions ends (Table 1, second half)";
    const TAKES: &'static str = "50 s";
    const PAPER: &'static str = "table1";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let sizes = Sizes::of(scale);
        let mut cells = Vec::new();
        for plan in sizes.plans() {
            for seed in 1..=sizes.seeds {
                let (rate, batch) = (plan.learning_rate, plan.batch);
                let settings = Settings {
                    architecture: sizes.architecture,
                    images: sizes.images,
                    training: TrainingSettings {
                        widths: Vec::new(),
                        samples: sizes.samples[0],
                        test_samples: sizes.samples[1],
                        seed,
                        plan: Plan { seed, ..plan },
                        tolerance: 1e-3,
                        products: 60,
                    },
                };
                cells.push((format!("lr{rate}-b{batch}-seed{seed}"), settings));
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<TrainingOutcome> {
        let Settings {
            architecture,
            images,
            training,
        } = settings;
        let own = images.load(Split::Train, training.samples, context)?;
        let test = images.load(Split::Test, training.test_samples, context)?;
        let trained = trained_on(architecture.network(), own.data, training, context)?;
        let digests = [own.digest, test.digest];
        Ok(measured(&trained, &test.data, training, context, digests))
    }

    fn record(results: &[(Settings, TrainingOutcome)]) -> Record {
        page::record(Self::NAME, results)
    }
}

#[cfg(test)]
mod tests {
    use super::Convolution;
    use crate::experiment::study::checks::cells_survive_their_files_and_make_a_record;

    #[test]
    fn its_cells_survive_their_files_and_make_a_record() {
        cells_survive_their_files_and_make_a_record::<Convolution>(3);
    }
}
