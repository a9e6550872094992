//! The stability diagrams of the paper: which minima (a, s) hold SGD, by learning rate and batch size.
//!
//! The paper draws a rectangle, `a ≤ 2/η` and `s ≤ 1/(η√p)`. In one dimension the exact boundary is the
//! curve `η(a² + ps²) = 2a` inside it. Minima on a grid are decided over the rational numbers, and beside
//! each of them SGD is simulated.

mod cell;
mod edge;
mod minimum;
mod page;

use crate::error::Result;
use crate::number::Exact;
use crate::record::Record;

use super::splitting::Splitting;
use super::study::Experiment;
use super::{Context, Scale};
use cell::{Outcome, Settings};
use edge::edges;

/// Decides and simulates the minima of the stability diagrams.
pub struct Diagram;

impl Experiment for Diagram {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "diagram";
    const SHOWS: &'static str = "which minima (a, s) hold SGD, by η and by B (Figure 3)";
    const TAKES: &'static str = "15 s";
    const PAPER: &'static str = "figure3";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        // The estimates of a population of a hundred walkers are too skew for their standard error.
        let (populations, walkers, spacing) = match scale {
            Scale::Smoke => (50, 500, 4),
            Scale::Quick => (50, 500, 1),
            Scale::Paper => (200, 2_000, 1),
        };
        // Odd twentieths on the vertical axis keep the grid off the exact boundary, where a simulation
        // cannot decide.
        let grid =
            |first: i64, step: i64| (0..12).map(move |k| Exact::fraction(first + step * k, 20));
        let cell = |(learning_rate, batch): (&str, usize)| {
            let settings = Settings {
                learning_rate: learning_rate.parse().expect("a fraction"),
                samples: 10,
                batch,
                sharpness: grid(2, 2).step_by(spacing).collect(),
                non_uniformity: grid(1, 2).step_by(spacing).collect(),
                splitting: Splitting {
                    populations,
                    walkers,
                    steps: 20,
                    seed: batch as u64,
                },
            };
            let eta = learning_rate.replace('/', "over");
            (format!("lr{eta}-b{batch}"), settings)
        };
        let pairs = [("1/2", 2), ("1", 2), ("2", 2), ("1", 1), ("1", 5)];
        pairs.map(cell).into()
    }

    fn run(settings: &Settings, _: &Context) -> Result<Outcome> {
        let pairs = (settings.sharpness.iter())
            .flat_map(|a| settings.non_uniformity.iter().map(move |s| (a, s)));
        Ok(Outcome {
            spots: pairs.filter_map(|(a, s)| settings.spot(a, s)).collect(),
        })
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        let edges = edges();
        Record {
            name: Self::NAME.to_owned(),
            title: "Which minima hold SGD? The diagrams of sharpness and non-uniformity".to_owned(),
            question: "The paper draws the minima that SGD can stay at as a rectangle: a ≤ 2/η and \
                       s ≤ 1/(η√p). What is the exact boundary, does a simulation find the same one, \
                       and is the rectangle too large or too small?"
                .to_owned(),
            settings: page::describe(results),
            comparisons: page::comparison(results).into_iter().collect(),
            findings: page::findings(results),
            figures: page::figures(results, &edges),
            tables: vec![page::table(&edges)],
        }
    }
}
