//! The motivating example of the paper: two minima that gradient descent cannot tell apart, but SGD can.
//!
//! Walks start 10⁻⁵ from a minimum. Inside its basin, every step multiplies the distance by one of two
//! factors. The squared factor and its logarithm are therefore bounded, and the error bars of their means
//! are those of the central limit theorem. `E(x_t − 1)²` itself is heavy-tailed: its error bar comes from
//! the exact variance `(E f⁴)^t − (E f²)^{2t}`, because the variance of a sample misses the tail.

mod cell;
mod page;
mod walk;
mod wells;

use rayon::prelude::*;

use crate::error::Result;
use crate::model::toy::{self, Minimum};

use super::study::Experiment;
use super::{Context, Scale};
use crate::record::Record;
use cell::{LINEAR, Outcome, Settings};
use walk::Walk;

/// Walks of SGD and gradient descent next to the two minima of the toy problem.
pub struct Toy;

impl Experiment for Toy {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "toy";
    const SHOWS: &'static str = "SGD leaves one of two wells of equal sharpness (Figure 1)";
    const TAKES: &'static str = "5 s";
    const PAPER: &'static str = "figure1";

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
                       η = 7/10 can stay at either. Does SGD with batch size 1 leave x = 1, where \
                       the two samples disagree (s = 9/5 > 1/η), and does it leave at the exact \
                       rate?"
                .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparison(results).into_iter().collect(),
            findings: page::all_findings(results),
            figures: vec![
                wells::figure(),
                page::growth_figure(results),
                page::escape_figure(results),
            ],
            tables: vec![page::table(results)],
        }
    }
}
