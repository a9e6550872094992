//! Batch normalisation: in which mode is the sharpness at the edge 2/η?
//!
//! With batch normalisation a network is two functions of its parameters. In *training* mode the means and variances
//! come from the batch and so depend on the parameters; this is the function that gradient descent descends. In
//! *evaluation* mode they are constants. The sharpness differs between the two, and the criterion a ≤ 2/η is about
//! the first. The authors measured their ResNet in evaluation mode, and recorded a far above 2/η. This experiment
//! measures both at the same points.

mod cell;
mod measure;
mod page;

use crate::dataset::Split;
use crate::error::Result;
use crate::train::{Ending, Optimiser, Plan, Sampler, Stop};

use super::study::Experiment;
use super::trained::{TrainingSettings, trained_on};
use super::two_classes::TwoClasses;
use super::{Context, Scale};
use crate::record::Record;
use cell::{Architecture, Outcome, Settings};

/// Measures the sharpness of a network with batch normalisation in training and in evaluation mode.
pub struct Residual;

/// The sizes of a scale.
struct Sizes {
    architecture: Architecture,
    images: TwoClasses,
    samples: [usize; 2],
    seeds: u64,
    rates: Vec<f32>,
    stop: Stop,
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        let quick = Sizes {
            architecture: Architecture::TinyResnet,
            images: TwoClasses::EMBEDDED,
            samples: [60, 180],
            seeds: 2,
            rates: vec![0.1, 0.2, 0.5],
            stop: Stop::at(1e-3, 800),
        };
        match scale {
            Scale::Smoke => Sizes {
                samples: [20, 20],
                seeds: 1,
                rates: vec![0.2],
                stop: Stop::at(1e-3, 100),
                ..quick
            },
            Scale::Quick => quick,
            Scale::Paper => Sizes {
                architecture: Architecture::Resnet,
                images: TwoClasses::PAPER,
                samples: [1000, 2000],
                seeds: 5,
                rates: vec![0.01, 0.05, 0.1, 0.5],
                stop: Stop::at(1e-4, 100_000),
            },
        }
    }
}

impl Experiment for Residual {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "residual";
    const SHOWS: &'static str = "with batch normalisation: in which mode is the sharpness at 2/η?";
    const TAKES: &'static str = "40 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let sizes = Sizes::of(scale);
        let [samples, test_samples] = sizes.samples;
        let mut cells = Vec::new();
        for &learning_rate in &sizes.rates {
            for seed in 1..=sizes.seeds {
                let training = TrainingSettings {
                    widths: Vec::new(),
                    samples,
                    test_samples,
                    seed,
                    plan: Plan {
                        optimiser: Optimiser::Plain,
                        learning_rate,
                        batch: samples,
                        sampler: Sampler::WithoutReplacement,
                        seed,
                        stop: sizes.stop,
                    },
                    tolerance: 1e-3,
                    products: 100,
                };
                let settings = Settings {
                    architecture: sizes.architecture,
                    images: sizes.images,
                    training,
                };
                cells.push((format!("lr{learning_rate}-seed{seed}"), settings));
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let training = &settings.training;
        let own = (settings.images).load(Split::Train, training.samples, context)?;
        let test = (settings.images).load(Split::Test, training.test_samples, context)?;
        let network = settings.architecture.network();
        let trained = trained_on(network, own.data, training, context)?;
        let is_there = trained.run.ending != Ending::Diverged;
        let modes = is_there.then(|| measure::modes(&trained, &test.data, training, context));
        Ok(Outcome {
            run: trained.run,
            modes: modes.flatten(),
            data: [own.digest, test.digest],
        })
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        page::record(Self::NAME, results)
    }
}

#[cfg(test)]
mod tests {
    use super::Residual;
    use crate::experiment::study::checks::cells_survive_their_files_and_make_a_record;

    #[test]
    fn its_cells_survive_their_files_and_make_a_record() {
        cells_survive_their_files_and_make_a_record::<Residual>(2);
    }
}
