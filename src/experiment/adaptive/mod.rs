//! The edge of RMSprop and Adam, which only the preconditioned sharpness sees.
//!
//! Both divide a step by a diagonal P that follows the gradients. For a frozen P, descent stays only if
//! λ_max(P⁻¹H) ≤ 2/η for RMSprop, and ≤ 38/η for Adam with β₁ = 0.9 (Cohen et al. 2022). Written down before the
//! first run: training sharpens until the *preconditioned* sharpness meets that threshold, and then hovers
//! there, so that its mean over the second half of the run is within `group::HOVER` of it, whatever the
//! learning rate; a run whose mean is lower has not reached the edge yet and decides nothing, and one whose mean
//! is higher is beyond what the theorem, which is about a frozen P, allows. The plain sharpness divided by 2/η is
//! shown beside it; the theory gives it no meaning here.
//!
//! | file | contents |
//! |---|---|
//! | `cell` | what is computed for one optimiser, learning rate and seed |
//! | `group` | runs that differ in their seeds only, in units of their thresholds |
//! | `page` | findings, rows of the summary, table and settings |
//! | `figures` | the two figures |

mod cell;
mod figures;
mod group;
mod page;

use crate::curvature::{Tracker, preconditioned};
use crate::error::Result;
use crate::kernel;
use crate::network::{Batch, CurvatureMatrix, CurvatureOperator, Gathered, Network, Normalisation};
use crate::train::{Adam, Optimiser, Plan, RmsProp, Sampler, Stop, Trainer};

use super::study::Experiment;
use super::trained::{TrainingSettings, Untrained, batch, untrained};
use super::{Context, Scale};
use crate::record::Record;
use cell::{Glance, Outcome, Settings};

/// Trains with RMSprop and Adam and watches the preconditioned sharpness.
pub struct Adaptive;

/// The optimisers with their learning rates.
fn plans() -> [(Optimiser, [f32; 2]); 2] {
    [
        (Optimiser::RmsProp(RmsProp::default()), [1e-4, 3e-4]),
        (Optimiser::Adam(Adam::default()), [3e-4, 1e-3]),
    ]
}

/// How long the runs of a scale are, and how many steps lie between two measurements.
struct Sizes {
    seeds: u64,
    steps: u64,
    every: u64,
}

impl Sizes {
    fn of(scale: Scale) -> Self {
        let (seeds, steps, every) = match scale {
            Scale::Smoke => (1, 400, 50),
            Scale::Quick => (2, 2000, 100),
            Scale::Paper => (3, 10_000, 100),
        };
        Sizes {
            seeds,
            steps,
            every,
        }
    }
}

impl Experiment for Adaptive {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "adaptive";
    const SHOWS: &'static str =
        "RMSprop and Adam end at the edge of their own, preconditioned sharpness";
    const TAKES: &'static str = "35 s";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let sizes = Sizes::of(scale);
        let mut cells = Vec::new();
        for (optimiser, rates) in plans() {
            for learning_rate in rates {
                for seed in 1..=sizes.seeds {
                    let plan = |samples| Plan {
                        optimiser,
                        learning_rate,
                        batch: samples,
                        sampler: Sampler::WithoutReplacement,
                        seed,
                        stop: Stop::at(0.0, sizes.steps),
                    };
                    let settings = Settings {
                        start: TrainingSettings::of_scale(scale, seed, plan),
                        every: sizes.every,
                    };
                    let name = optimiser.name();
                    cells.push((format!("{name}-lr{learning_rate}-seed{seed}"), settings));
                }
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        kernel::with_team(|| follow(settings, context))
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        let groups = group::groups(results);
        Record {
            name: Self::NAME.to_owned(),
            title: "RMSprop and Adam: an edge that plain sharpness does not see".to_owned(),
            question: "RMSprop and Adam divide each step by a diagonal matrix P that follows the \
                       gradients, so the sharpness that counts is λ_max(P⁻¹H). For a frozen P, the \
                       largest one at which a run can stay is 2/η for RMSprop and 38/η for Adam with \
                       β₁ = 0.9. The real P moves. Does training still end where λ_max(P⁻¹H) meets \
                       that threshold, and what does the plain sharpness, measured against 2/η, say?"
                .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparisons(&groups),
            findings: groups.iter().map(page::finding).collect(),
            figures: vec![figures::edge(&groups), figures::plain(&groups)],
            tables: vec![page::table(&groups)],
        }
    }
}

/// Trains, and measures after every few steps.
fn follow(settings: &Settings, context: &Context) -> Result<Outcome> {
    let start = &settings.start;
    let Untrained {
        network,
        training,
        state,
    } = untrained(Network::fnn(&start.widths), start, context)?;
    let targets = training.targets.rows();
    let samples = batch(&training, &targets);
    let sorted = Gathered::by_target(&samples);
    let mut trainer = Trainer::new(context.isa, &network, samples, start.plan, state)?;
    let mut observer = Observer {
        settings: start,
        context,
        network: &network,
        samples: sorted.batch(),
        tracker: Tracker::new(start.lanczos(), start.seed),
    };
    let mut glances = Vec::new();
    let mut next = settings.every;
    while trainer.progress().ending.is_none() {
        trainer.step_until(next);
        next += settings.every;
        let Some(glance) = observer.look(&trainer) else {
            break;
        };
        glances.push(glance);
    }
    Ok(Outcome {
        run: trainer.run(),
        glances,
        data: training.digest(),
    })
}

/// Measures a run without changing it.
struct Observer<'a> {
    settings: &'a TrainingSettings,
    context: &'a Context,
    network: &'a Network,
    samples: Batch<'a>,
    tracker: Tracker,
}

impl Observer<'_> {
    /// The curvature where the run is now; `None` if it is not finite.
    fn look(&mut self, trainer: &Trainer<'_>) -> Option<Glance> {
        let isa = self.context.isa;
        let point = trainer.state().point(self.network, Normalisation::Fixed);
        let mut curvature =
            CurvatureOperator::new(isa, point, self.samples, CurvatureMatrix::Hessian);
        let plain = self.tracker.hessian(isa, &mut curvature)?;
        let preconditioner = trainer.preconditioner()?;
        let (lanczos, seed) = (self.settings.lanczos(), self.settings.seed);
        let scaled = preconditioned(isa, &mut curvature, &preconditioner, &lanczos, seed)?;
        Some(Glance {
            step: trainer.progress().steps,
            loss: curvature.loss(),
            sharpness: (&plain.largest).into(),
            preconditioned: (&scaled.largest).into(),
        })
    }
}
