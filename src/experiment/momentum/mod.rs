//! Heavy ball momentum: the two opposite ways in which it moves the point where training ends.
//!
//! | run | prediction, written down before the first run |
//! |---|---|
//! | gradient descent | stays up to a = 2(1 + β)/η. Since training sharpens until it meets an edge, the sharpness at the end *rises* with β |
//! | SGD with small batches | in one dimension stays only if η((1 − β)a² + (1 + β)ps²) ≤ 2(1 − β²)a. Where noise dominates, that is ps² ≤ 2(1 − β)a/η, so that a and s at the end *fall* with β |
//!
//! A trend is decided by one test, fixed before the first run: the intervals from the smallest to the largest
//! seed at the smallest and at the largest β are disjoint, and lie in the predicted order. If they overlap, or if
//! a run did not converge, the trend is undecided.
//!
//! | file | contents |
//! |---|---|
//! | `group` | runs that differ in their seeds only, with the bounds of momentum |
//! | `findings` | which runs are within their bounds, and which way the trends go |
//! | `page` | the rows of the summary, the table and the settings |
//! | `figures` | the two figures |

mod figures;
mod findings;
mod group;
mod page;

use crate::error::Result;
use crate::train::{HeavyBall, Optimiser, Plan, Sampler, Stop};

use super::group::Group;
use super::study::Experiment;
use super::trained::{TrainingOutcome, TrainingSettings, train_and_measure};
use super::{Context, Scale};
use crate::record::Record;

/// Trains with heavy ball momentum, on all samples and on small batches.
pub struct Momentum;

/// The momenta β of the larger scales, which are the authors'.
const MOMENTA: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 0.9];

/// The batch size of SGD, which is the authors'.
const BATCH: usize = 10;

/// The sizes of a scale. In each pair: the learning rate and the most steps.
struct Sizes {
    /// The widths of the layers; `None` for those of other experiments at this scale.
    widths: Option<Vec<usize>>,
    descent: (f32, u64),
    stochastic: (f32, u64),
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        match scale {
            Scale::Smoke => Sizes {
                widths: None,
                descent: (1.0, 3000),
                stochastic: (0.5, 5000),
            },
            // Descent with the authors' learning rate of 0.1 would take ten times as long. With η = 2, tried
            // first, one of three runs without momentum diverged at the edge.
            Scale::Quick => Sizes {
                widths: Some(vec![784, 50, 50, 10]),
                descent: (1.0, 10_000),
                stochastic: (0.1, 100_000),
            },
            Scale::Paper => Sizes {
                widths: None,
                descent: (0.1, 200_000),
                stochastic: (0.1, 1_000_000),
            },
        }
    }

    /// The learning rate and the stop of the runs on all samples, or of those on small batches.
    fn rate_and_stop(&self, is_full: bool) -> (f32, Stop) {
        let (rate, steps) = if is_full {
            self.descent
        } else {
            self.stochastic
        };
        (rate, Stop::at(1e-4, steps))
    }
}

/// The optimiser with momentum β; without momentum it is plain.
fn optimiser(momentum: f64) -> Optimiser {
    if momentum == 0.0 {
        Optimiser::Plain
    } else {
        Optimiser::HeavyBall(HeavyBall { momentum })
    }
}

impl Experiment for Momentum {
    type Settings = TrainingSettings;
    type Outcome = TrainingOutcome;
    const NAME: &'static str = "momentum";
    const SHOWS: &'static str =
        "with momentum, gradient descent ends at sharper minima and SGD at flatter ones";
    const TAKES: &'static str = "90 s";

    fn cells(scale: Scale) -> Vec<(String, TrainingSettings)> {
        let (momenta, seeds): (&[f64], _) = match scale {
            Scale::Smoke => (&[0.0, 0.9], 1..=1),
            Scale::Quick => (&MOMENTA, 1..=3),
            Scale::Paper => (&MOMENTA, 1..=5),
        };
        let sizes = Sizes::of(scale);
        let mut cells = Vec::new();
        for (is_full, word) in [(true, "descent"), (false, "sgd")] {
            let (learning_rate, stop) = sizes.rate_and_stop(is_full);
            for &momentum in momenta {
                for seed in seeds.clone() {
                    let plan = |samples| Plan {
                        optimiser: optimiser(momentum),
                        learning_rate,
                        batch: if is_full { samples } else { BATCH },
                        sampler: if is_full {
                            Sampler::WithoutReplacement
                        } else {
                            Sampler::Reshuffled
                        },
                        seed,
                        stop,
                    };
                    let mut settings = TrainingSettings::of_scale(scale, seed, plan);
                    if let Some(widths) = &sizes.widths {
                        settings.widths.clone_from(widths);
                    }
                    cells.push((format!("{word}-beta{momentum}-seed{seed}"), settings));
                }
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
            title: "Momentum: sharper minima for gradient descent, flatter ones for SGD".to_owned(),
            question: "A step with heavy ball momentum β also repeats β times the step before. In \
                       theory that widens the range of sharpness at which gradient descent stays, \
                       from a ≤ 2/η to a ≤ 2(1 + β)/η. It also adds up the noise of small batches: \
                       SGD stays, in one dimension, only where η((1 − β)a² + (1 + β)ps²) ≤ \
                       2(1 − β²)a, which bounds the non-uniformity by s ≤ √(1 − β²)/(η√p). Do the \
                       two move in opposite directions when networks are trained on real images?"
                .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparisons(&groups),
            findings: findings::all(&groups),
            figures: vec![figures::descent(&groups), figures::stochastic(&groups)],
            tables: vec![page::table(&groups)],
        }
    }
}
