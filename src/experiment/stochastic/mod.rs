//! SGD on a network: sharpness and non-uniformity at the end of training, compared with the predicted
//! rectangle.

mod figures;
mod page;
mod power_law;

use crate::error::Result;
use crate::record::Record;
use crate::train::{Optimiser, Plan, Sampler, Stop};

use super::group::Group;
use super::study::Experiment;
use super::trained::{TrainingOutcome, TrainingSettings, describe, train_and_measure};
use super::{Context, Scale};

/// Trains networks by SGD and compares their final curvature with the predicted bounds.
pub struct Stochastic;

impl Experiment for Stochastic {
    type Settings = TrainingSettings;
    type Outcome = TrainingOutcome;
    const NAME: &'static str = "sgd";
    const SHOWS: &'static str = "a and s where SGD ends, against the paper’s two bounds";
    const TAKES: &'static str = "80 s";
    const PAPER: &'static str = "figure4";

    fn cells(scale: Scale) -> Vec<(String, TrainingSettings)> {
        let (rates, batches, seeds, steps): (&[f32], &[usize], _, _) = match scale {
            Scale::Smoke => (&[0.5], &[5, 20], 1..=1, 10_000),
            Scale::Quick => (&[0.2, 0.5, 1.0], &[5, 10, 25, 100], 1..=3, 40_000),
            Scale::Paper => (
                &[0.05, 0.1, 0.5, 1.0, 5.0],
                &[4, 10, 25, 100],
                1..=5,
                1_000_000,
            ),
        };
        let mut cells = Vec::new();
        for (&learning_rate, &batch) in rates
            .iter()
            .flat_map(|r| batches.iter().map(move |b| (r, b)))
        {
            for seed in seeds.clone() {
                let plan = |_| Plan {
                    optimiser: Optimiser::Plain,
                    learning_rate,
                    batch,
                    sampler: Sampler::Reshuffled,
                    seed,
                    stop: Stop::at(1e-4, steps),
                };
                let settings = TrainingSettings::of_scale(scale, seed, plan);
                cells.push((format!("lr{learning_rate}-b{batch}-seed{seed}"), settings));
            }
        }
        cells
    }

    fn run(settings: &TrainingSettings, context: &Context) -> Result<TrainingOutcome> {
        train_and_measure(settings, context)
    }

    fn record(results: &[(TrainingSettings, TrainingOutcome)]) -> Record {
        let groups = Group::all(results);
        Record {
            name: Self::NAME.to_owned(),
            title: "Where does SGD end? Sharpness and non-uniformity".to_owned(),
            question: "Theorem 1 of the paper bounds the sharpness, a ≤ 2/η, and the \
                       non-uniformity, s ≤ 1/(η√p) with p = (n − B)/(B(n − 1)), of the minima at \
                       which SGD can stay. The first bound is necessary; the second is not in more \
                       than one dimension (see the roll of claims), so an s above it would not \
                       contradict the theory. Where does SGD end when it is trained on real images?"
                .to_owned(),
            settings: describe(results),
            comparisons: page::comparisons(&groups),
            findings: page::findings(&groups),
            figures: figures::all(&groups),
            tables: vec![page::table(&groups)],
        }
    }
}
