//! A public table that nothing here was fitted to, repeated at a smaller scale: where SGD, heavy ball and
//! Nesterov's momentum end on a smooth network, for four batch sizes.
//!
//! The recorded runs train 3072-512-512-10 with SiLU on n = 8192 images of CIFAR-10. Here a smaller network of
//! the same kind trains on the embedded images of Fashion-MNIST, with the same loss, the same ratios B/n, and the
//! same number of steps for all. The learning rates are larger in one common factor (`Sizes::speed`), so that
//! the smaller network can meet its edges in so many steps; the edges move with them, and everything is
//! shown in units of its edge.
//!
//! Written down before the first run, but for one thing: batches of one did not learn here (they are an eighth of
//! the recorded ones, with eight times their noise), so the smallest B of a test is the smallest one with which
//! every run learned.
//!
//! | question | test |
//! |---|---|
//! | sharpness stays below the edge of its optimiser | at the end of runs that have converged; the claims about the edges |
//! | sharpness rises with B | the intervals over the seeds at the smallest and the largest B are disjoint, in that order |
//! | small batches stay far below the edge | every run with the smallest B ends below half of it |
//! | large batches end at the edge | the mean of the runs with the largest B is within a tenth of it; if it is below, the runs have not met the edge yet, and nothing is decided |
//! | batch sharpness has two plateaus under heavy ball, 2(1 − β)/η for small and 2(1 + β)/η for large batches (Andreyev and others, 2026) | on a logarithmic scale, it is nearer to the first at the smallest B and nearer to the second at the largest |
//!
//! | file | contents |
//! |---|---|
//! | `cell` | what is computed for one optimiser, batch size and seed |
//! | `group` | runs that differ in their seeds only, in units of their edges |
//! | `findings` | which of the tests are passed |
//! | `page` | the rows of the summary, the table and the settings |
//! | `figures` | the two figures |

mod cell;
mod figures;
mod findings;
mod group;
mod page;

use crate::curvature::{BatchPlan, batch_sharpness};
use crate::error::Result;
use crate::model::Sampling;
use crate::network::{CurvatureMatrix, Normalisation};
use crate::train::{Ending, HeavyBall, Nesterov, Optimiser, Plan, Sampler, Stop};

use super::published::silu::{BATCHES, HEAVY_BALL, MOMENTUM, PLAIN, SAMPLES};
use super::study::Experiment;
use super::trained::{Trained, TrainingSettings, trained_network};
use super::{Context, Scale};
use crate::record::Record;
use cell::{Outcome, Quotients, Settings};

/// Repeats the table at a smaller scale.
pub struct Silu;

/// The sizes of a scale.
struct Sizes {
    widths: Vec<usize>,
    samples: usize,
    batches: Vec<usize>,
    seeds: u64,
    steps: u64,
    /// The learning rates in units of the recorded ones.
    speed: f32,
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        match scale {
            Scale::Smoke => Sizes {
                widths: vec![784, 16, 16, 10],
                samples: 64,
                batches: vec![1, 8],
                seeds: 1,
                steps: 300,
                speed: 5.0,
            },
            // The same ratios B/n as in the table: 8 of 8192 is 1 of 1024. In a first run, with 64 units a layer,
            // 10,000 steps and twice this speed, single samples diverged and heavy ball did not reach its edge.
            Scale::Quick => Sizes {
                widths: vec![784, 32, 32, 10],
                samples: SAMPLES / 8,
                batches: BATCHES.map(|batch| batch / 8).to_vec(),
                seeds: 2,
                steps: 20_000,
                speed: 10.0,
            },
            Scale::Paper => Sizes {
                widths: vec![784, 512, 512, 10],
                samples: SAMPLES,
                batches: BATCHES.to_vec(),
                seeds: 3,
                steps: 100_000,
                speed: 1.0,
            },
        }
    }

    /// The optimisers, each with its learning rate.
    fn optimisers(&self) -> [(Optimiser, f32); 3] {
        let momentum = MOMENTUM;
        let [plain, slow] = [PLAIN, HEAVY_BALL].map(|row| row.learning_rate as f32 * self.speed);
        [
            (Optimiser::Plain, plain),
            (Optimiser::HeavyBall(HeavyBall { momentum }), slow),
            (Optimiser::Nesterov(Nesterov { momentum }), slow),
        ]
    }

    fn training(&self, plan: Plan) -> TrainingSettings {
        TrainingSettings {
            widths: self.widths.clone(),
            samples: self.samples,
            test_samples: 1000,
            seed: plan.seed,
            plan,
            tolerance: 1e-4,
            products: 100,
        }
    }
}

impl Experiment for Silu {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "silu";
    const SHOWS: &'static str =
        "a public table of sharpness (SGD, heavy ball, Nesterov; four B), repeated smaller";
    const TAKES: &'static str = "1 min";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let sizes = Sizes::of(scale);
        let mut cells = Vec::new();
        for (optimiser, learning_rate) in sizes.optimisers() {
            for &batch in &sizes.batches {
                for seed in 1..=sizes.seeds {
                    let plan = Plan {
                        optimiser,
                        learning_rate,
                        batch,
                        sampler: Sampler::Reshuffled,
                        seed,
                        stop: Stop::at(0.0, sizes.steps),
                    };
                    let settings = Settings {
                        activation: "silu".to_owned(),
                        loss: "sum-squared".to_owned(),
                        start: sizes.training(plan),
                    };
                    let name = optimiser.name();
                    cells.push((format!("{name}-b{batch}-seed{seed}"), settings));
                }
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let start = &settings.start;
        let trained = trained_network(settings.network()?, start, context)?;
        Ok(Outcome {
            end: trained.measured(start, context)?,
            batch_sharpness: quotients(start, context, &trained),
        })
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        let groups = group::groups(results);
        Record {
            name: Self::NAME.to_owned(),
            title: "Three optimisers, four batch sizes: a public table repeated".to_owned(),
            question: "A public table records where SGD, heavy ball and Nesterov's momentum end on a \
                       smooth (SiLU) network for four batch sizes B: far below the edge of stability \
                       with small batches, at it with large ones. The edge of gradient descent is 2/η \
                       without momentum, 2(1 + β)/η with heavy ball and (2 + 2β)/(η(1 + 2β)) with \
                       Nesterov's momentum. Nothing here was fitted to that table. What of it carries \
                       over to a smaller network and other images?"
                .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparisons(&groups),
            findings: findings::all(&groups),
            figures: vec![figures::sharpness(&groups), figures::batch_sharpness(&groups)],
            tables: vec![page::table(&groups)],
        }
    }
}

/// The batch sharpness at the end of a run, over batches like its own; `None` if the run diverged or every
/// gradient is zero.
fn quotients(
    settings: &TrainingSettings,
    context: &Context,
    trained: &Trained,
) -> Option<Quotients> {
    if trained.run.ending == Ending::Diverged {
        return None;
    }
    let plan = BatchPlan {
        sampling: Sampling::WithoutReplacement,
        batch: settings.plan.batch,
        seed: settings.seed,
    };
    let point = trained.state.point(&trained.network, Normalisation::Fixed);
    let samples = trained.samples();
    let matrix = CurvatureMatrix::Hessian;
    let found = batch_sharpness(context.isa, &point, &samples.batch(), matrix, &plan);
    Some(Quotients {
        ratio_of_means: found.ratio_of_means?,
        mean_of_ratios: found.mean_of_ratios?,
        batches: found.batches,
    })
}
