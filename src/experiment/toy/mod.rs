//! The paper's motivating example: two minima that gradient descent cannot tell apart and SGD can.
//!
//! Walks start 10⁻⁵ beside a minimum. Inside a basin every step multiplies the distance by one of
//! two factors, so the mean of the squared factor and of its logarithm are means of bounded
//! variables: their error bars are those of the central limit theorem. `E(x_t − 1)²` itself is
//! heavy-tailed; its error bar is made from the exact variance `(E f⁴)^t − (E f²)^{2t}`, never
//! from the sample, which misses the tail.

mod page;
mod walk;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::toy::{self, Minimum};
use crate::number::Exact;

use super::statistics::Mean;
use super::study::Experiment;
use super::{Context, Scale};
use crate::record::Record;
use walk::Walk;

/// The experiment.
pub struct Toy;

/// One group of walks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The minimum beside which the walks start.
    minimum: Minimum,
    /// SGD with one sample a step, or gradient descent.
    stochastic: bool,
    /// η.
    learning_rate: Exact,
    /// The distance of the start.
    offset: f64,
    /// Number of walks.
    walks: u64,
    /// Steps of each walk.
    steps: usize,
    /// Seed of the walks.
    seed: u64,
}

/// What the walks did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Walks that have left the basin of their minimum at least once by step t = 0, 1, …
    left: Vec<u64>,
    /// Walks that end within 10⁻⁶ of x = 0, of x = 1, and elsewhere.
    ends: [u64; 3],
    /// `((x_{t+1} − x*)/(x_t − x*))²` over the first [`LINEAR`] steps of all walks.
    square: Mean,
    /// `ln|(x_{t+1} − x*)/(x_t − x*)|` over the same steps.
    logarithm: Mean,
    /// The mean of `(x_t − x*)²/(x_0 − x*)²` for t = 0, …, [`LINEAR`].
    growth: Vec<f64>,
}

/// A walk that starts 10⁻⁵ beside x = 1 is still in the basin after so many steps, whatever it
/// drew: 10⁻⁵·1.66²⁰ = 0.25 is below the distance 0.42 of the nearest switch.
const LINEAR: usize = 20;

impl Experiment for Toy {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "toy";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let walks = match scale {
            Scale::Smoke => 500,
            Scale::Quick => 20_000,
            Scale::Paper => 1_000_000,
        };
        let groups = [(Minimum::Zero, "zero"), (Minimum::One, "one")];
        let cell = |(minimum, place), (stochastic, walker)| {
            let settings = Settings {
                minimum,
                stochastic,
                learning_rate: toy::learning_rate(),
                offset: 1e-5,
                walks: if stochastic { walks } else { 1 },
                steps: 500,
                seed: 1,
            };
            (format!("{walker}-from-{place}"), settings)
        };
        let walkers = [(false, "gd"), (true, "sgd")];
        let pairs = groups.into_iter().flat_map(|g| walkers.map(|w| (g, w)));
        pairs.map(|(group, walker)| cell(group, walker)).collect()
    }

    fn run(settings: &Settings, _: &Context) -> Result<Outcome> {
        let walks = (0..settings.walks).into_par_iter();
        let walks: Vec<Walk> = walks.map(|index| settings.walk(index)).collect();
        Ok(Outcome::of(settings, &walks))
    }

    fn fits(settings: &Settings, outcome: &Outcome) -> bool {
        outcome.left.len() == settings.steps + 1 && outcome.growth.len() == LINEAR + 1
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        Record {
            name: Self::NAME.to_owned(),
            title: "The escape from x = 1".to_owned(),
            question: "Both minima of the toy loss have sharpness 2, so gradient descent with \
                       η = 7/10 may stay at either. Does SGD with batch size 1 leave x = 1, where \
                       the two samples disagree (s = 9/5 > 1/η), and at the exact rate?"
                .to_owned(),
            settings: page::describe(results),
            findings: results
                .iter()
                .flat_map(|(s, o)| page::findings(s, o))
                .collect(),
            figures: vec![page::growth_figure(results), page::escape_figure(results)],
            tables: vec![page::table(results)],
        }
    }
}
