//! Linear over-parameterised regression: simulated `E‖x_t‖²` against exact moments.
//!
//! Here the loss is quadratic and the theory is no linearisation. `‖x_t‖²` is heavy-tailed: its
//! sample variance is dominated by walks that the sample does not hold. The error bar is therefore
//! made from the variance that the fourth-moment tensor gives for exactly this model and step, not
//! from the sample.

use nalgebra::DVector;
use rand::seq::index;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::criterion::{mean_square, non_uniformity, one_step};
use crate::error::Result;
use crate::kernel::{self, Isa};
use crate::model::{Evolution, Linear, Quadratic, Sampling, tensor};
use crate::number::{Exact, Field, Verdict};
use crate::train::random::{Purpose, stream};

use super::group::digits;
use super::record::{Agreement, Axis, Figure, Finding, Point, Record, Series, Style, Table};
use super::statistics::{agreement, margin};
use super::study::Experiment;
use super::{Context, Scale};

/// The experiment.
pub struct Regression;

/// SGD on one regression problem with one learning rate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// What the problem is called.
    problem: String,
    /// The inputs x_i; the targets are met exactly at 0.
    inputs: Vec<Vec<i64>>,
    /// The start, in the span of the inputs (off it nothing ever moves).
    start: Vec<i64>,
    /// η.
    learning_rate: Exact,
    /// B, drawn without replacement.
    batch: usize,
    /// Number of walks.
    walks: u64,
    /// Steps of each walk.
    steps: usize,
    /// Seed of the walks.
    seed: u64,
}

/// Exact and simulated moments, relative to `‖x_0‖²`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// `E‖x_t‖²/‖x_0‖²`, exact rationals, rounded once at the end.
    exact: Vec<f64>,
    /// The standard deviation of `‖x_t‖²/‖x_0‖²`, from the fourth-moment tensor in f64.
    deviation: Vec<f64>,
    /// The mean over the walks, simulated in f32.
    simulated: Vec<f64>,
    /// One-step contraction, non-uniformity bound, mean square.
    verdicts: [Verdict; 3],
}

impl Settings {
    fn model(&self) -> Quadratic {
        let vector = |x: &Vec<i64>| DVector::from_iterator(x.len(), x.iter().map(|&v| v.into()));
        let inputs = self.inputs.iter().map(vector).collect();
        Linear::new(inputs)
            .expect("inputs of one length")
            .quadratic()
    }

    fn weight(&self) -> Exact {
        let weight = Sampling::WithoutReplacement.weight(self.inputs.len(), self.batch);
        weight.expect("a batch from 1 to the number of samples")
    }

    /// `E‖x_t‖²` exactly.
    fn exact_moments(&self) -> Vec<Exact> {
        let start = DVector::from_iterator(self.start.len(), self.start.iter().map(|&x| x.into()));
        let (model, weight) = (self.model(), self.weight());
        let mut evolution = Evolution::from(&model, weight, self.learning_rate.clone(), &start);
        let mut moments = vec![evolution.squared_norm()];
        for _ in 0..self.steps {
            evolution.step();
            moments.push(evolution.squared_norm());
        }
        moments
    }

    /// `Var‖x_t‖²` in f64, which is exact enough for an error bar.
    fn variances(&self) -> Vec<f64> {
        let start = DVector::from_iterator(self.start.len(), self.start.iter().map(|&x| x as f64));
        let eta = f64::from_exact(&self.learning_rate);
        let batches = (Sampling::WithoutReplacement, self.batch);
        let model = self.model().to::<f64>();
        let statistics = tensor::squared_norm_statistics(&model, batches, &eta, &start, self.steps);
        statistics
            .into_iter()
            .map(|(_, variance)| variance)
            .collect()
    }

    /// `‖x_t‖²` along one walk, in f32 by the engine's kernels.
    fn walk(&self, isa: Isa, walk: u64) -> Vec<f64> {
        let mut random = stream(self.seed, Purpose::Walk, walk);
        let step = -(self.learning_rate.to_f32() / self.batch as f32);
        let float = |x: &Vec<i64>| x.iter().map(|&v| v as f32).collect::<Vec<f32>>();
        let inputs: Vec<Vec<f32>> = self.inputs.iter().map(float).collect();
        let mut x = float(&self.start);
        let mut squares = vec![kernel::dot_wide(isa, &x, &x)];
        for _ in 0..self.steps {
            let batch = index::sample(&mut random, inputs.len(), self.batch);
            let residual = |i: usize| (i, kernel::dot(isa, &inputs[i], &x));
            let residuals: Vec<(usize, f32)> = batch.into_iter().map(residual).collect();
            for (i, residual) in residuals {
                kernel::axpy(isa, step * residual, &inputs[i], &mut x);
            }
            squares.push(kernel::dot_wide(isa, &x, &x));
        }
        squares
    }

    fn simulate(&self, isa: Isa) -> Vec<f64> {
        let walks = (0..self.walks).into_par_iter();
        let walks: Vec<Vec<f64>> = walks.map(|walk| self.walk(isa, walk)).collect();
        let mean = |t: usize| walks.iter().map(|walk| walk[t]).sum::<f64>() / self.walks as f64;
        (0..=self.steps).map(mean).collect()
    }

    fn name(&self) -> String {
        let (eta, batch) = (&self.learning_rate, self.batch);
        format!("{}, η = {eta}, B = {batch}", self.problem)
    }
}

impl Experiment for Regression {
    type Settings = Settings;
    type Outcome = Outcome;
    const NAME: &'static str = "regression";

    fn cells(scale: Scale) -> Vec<(String, Settings)> {
        let walks = match scale {
            Scale::Smoke => 5_000,
            Scale::Quick => 50_000,
            Scale::Paper => 2_000_000,
        };
        // (problem, inputs, start, [(η, B)])
        let three = (
            "three-inputs",
            vec![vec![1, 0], vec![0, 1], vec![1, 1]],
            vec![1, 1],
            [("1", 1), ("5/4", 1), ("7/5", 1)],
        );
        let wide = (
            "five-parameters",
            vec![
                vec![1, 0, 1, 0, 1],
                vec![0, 1, 1, 0, 0],
                vec![1, 1, 0, 1, 0],
            ],
            vec![2, 2, 2, 1, 1],
            [("1/2", 1), ("3/4", 1), ("3/4", 2)],
        );
        let mut cells = Vec::new();
        for (problem, inputs, start, plans) in [three, wide] {
            for (learning_rate, batch) in plans {
                let settings = Settings {
                    problem: problem.replace('-', " "),
                    inputs: inputs.clone(),
                    start: start.clone(),
                    learning_rate: learning_rate.parse().expect("a fraction"),
                    batch,
                    walks,
                    steps: 40,
                    seed: 1 + cells.len() as u64,
                };
                let eta = learning_rate.replace('/', "over");
                cells.push((format!("{problem}-lr{eta}-b{batch}"), settings));
            }
        }
        cells
    }

    fn run(settings: &Settings, context: &Context) -> Result<Outcome> {
        let exact = settings.exact_moments();
        let start = &exact[0];
        let scale = start.to_f64();
        let (model, weight) = (settings.model(), settings.weight());
        let eta = &settings.learning_rate;
        let variances = settings.variances();
        Ok(Outcome {
            deviation: variances
                .iter()
                .map(|v| v.max(0.0).sqrt() / scale)
                .collect(),
            simulated: settings
                .simulate(context.isa)
                .iter()
                .map(|m| m / scale)
                .collect(),
            verdicts: [
                one_step::verdict(&model, eta, &weight),
                non_uniformity::verdict(&model, eta, &weight),
                mean_square::verdict(&model, eta, &weight),
            ],
            exact: exact.iter().map(|m| (m / start).to_f64()).collect(),
        })
    }

    fn record(results: &[(Settings, Outcome)]) -> Record {
        Record {
            name: Self::NAME.to_owned(),
            title: "Linear regression: simulated against exact moments".to_owned(),
            question: "With more parameters than samples the loss is quadratic and the theory \
                       exact. Does simulated SGD follow E‖x_t‖² where the bounds of the paper fail \
                       and the exact criterion does not?"
                .to_owned(),
            settings: describe(results),
            findings: results.iter().map(|(s, o)| finding(s, o)).collect(),
            figures: figures(results),
            tables: vec![table(results)],
        }
    }
}

fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let Some((first, _)) = results.first() else {
        return Vec::new();
    };
    let seeds: Vec<String> = results.iter().map(|(s, _)| s.seed.to_string()).collect();
    let mut pairs = vec![
        ("walks".to_owned(), first.walks.to_string()),
        ("steps".to_owned(), first.steps.to_string()),
        ("seeds".to_owned(), seeds.join(", ")),
        ("sampling".to_owned(), "without replacement".to_owned()),
        ("arithmetic of the walks".to_owned(), "f32".to_owned()),
    ];
    for (settings, _) in results {
        let pair = (
            settings.problem.clone(),
            format!("inputs {:?}, start {:?}", settings.inputs, settings.start),
        );
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

impl Outcome {
    /// The standard error of the simulated mean at step `t`.
    fn error(&self, settings: &Settings, t: usize) -> f64 {
        self.deviation[t] / (settings.walks as f64).sqrt()
    }

    /// Is the mean of so few walks still near normal? The standard error is below a tenth of the
    /// mean; beyond, the tail is not sampled and the comparison tells nothing.
    fn is_sampled(&self, settings: &Settings, t: usize) -> bool {
        self.error(settings, t) < 0.1 * self.exact[t]
    }

    /// The largest deviation in standard errors over the sampled steps, and their number. Step 0
    /// has no deviation.
    fn largest_deviation(&self, settings: &Settings) -> (f64, usize) {
        let sampled = (1..self.exact.len()).filter(|&t| self.is_sampled(settings, t));
        let deviation = |t| (self.simulated[t] - self.exact[t]) / self.error(settings, t);
        let deviations: Vec<f64> = sampled.map(deviation).collect();
        let largest = |a: f64, b: &f64| if b.abs() > a.abs() { *b } else { a };
        (deviations.iter().fold(0.0, largest), deviations.len())
    }
}

fn finding(settings: &Settings, outcome: &Outcome) -> Finding {
    let (deviation, sampled) = outcome.largest_deviation(settings);
    let [one_step, bound, mean_square] = outcome.verdicts;
    let last = outcome.exact.len() - 1;
    Finding {
        sentence: format!(
            "{}: Theorem 1 {one_step}, s-bound {bound}, exact criterion {mean_square}; exact \
             E‖x_{last}‖²/‖x_0‖² = {}. Over the {sampled} of {last} steps whose tail is sampled, \
             the simulation is at most {deviation:+.2} standard errors away.",
            settings.name(),
            digits(outcome.exact[last]),
        ),
        agreement: match sampled {
            0 => Agreement::Undecided,
            _ => agreement(deviation),
        },
        margin: margin(deviation).filter(|_| sampled > 0),
        claim: "mean_square_threshold".to_owned(),
    }
}

fn figures(results: &[(Settings, Outcome)]) -> Vec<Figure> {
    let mut problems: Vec<&str> = Vec::new();
    for (settings, _) in results {
        if !problems.contains(&settings.problem.as_str()) {
            problems.push(&settings.problem);
        }
    }
    let figure = |problem: &str| {
        let chosen = results
            .iter()
            .filter(|(settings, _)| settings.problem == problem);
        figure(problem, chosen)
    };
    problems.into_iter().map(figure).collect()
}

fn figure<'a>(problem: &str, results: impl Iterator<Item = &'a (Settings, Outcome)>) -> Figure {
    let mut series = Vec::new();
    for (settings, outcome) in results {
        let label = format!("η = {}, B = {}", settings.learning_rate, settings.batch);
        let exact = outcome.exact.iter().enumerate();
        let sampled = (0..outcome.exact.len()).filter(|&t| outcome.is_sampled(settings, t));
        let simulated = sampled.map(|t| {
            let error = 2.0 * outcome.error(settings, t);
            Point::with_error(t as f64, outcome.simulated[t], error)
        });
        series.push(Series {
            label: format!("{label}: simulated"),
            style: Style::Points,
            points: simulated.collect(),
        });
        series.push(Series {
            label: format!("{label}: exact"),
            style: Style::Theory,
            points: exact.map(|(t, &y)| Point::new(t as f64, y)).collect(),
        });
    }
    Figure {
        name: format!("regression-{}", problem.replace(' ', "-")),
        title: format!("Mean squared distance from the minimum: {problem}"),
        caption:
            "E‖x_t‖²/‖x_0‖². Lines: exact rational moments. Points: means of simulated walks, \
             drawn while their tail is sampled (exact standard error below a tenth of the mean); \
             bars: two standard errors made from the exact variance of ‖x_t‖²."
                .to_owned(),
        x: Axis::linear("step t"),
        y: Axis::logarithmic("E‖x_t‖² / ‖x_0‖²"),
        series,
    }
}

fn table(results: &[(Settings, Outcome)]) -> Table {
    let mut rows = Vec::new();
    for (settings, outcome) in results {
        for t in [1, 2, 5, 10, 20, 40] {
            rows.push(vec![
                settings.name(),
                t.to_string(),
                digits(outcome.exact[t]),
                digits(outcome.simulated[t]),
                digits(outcome.error(settings, t)),
                if outcome.is_sampled(settings, t) {
                    "yes"
                } else {
                    "no"
                }
                .to_owned(),
            ]);
        }
    }
    let columns = [
        "problem",
        "t",
        "exact",
        "simulated",
        "exact standard error",
        "tail sampled",
    ];
    Table {
        name: "regression-moments".to_owned(),
        caption:
            "E‖x_t‖²/‖x_0‖². Exact standard error: √(Var‖x_t‖²/walks)/‖x_0‖². The tail counts \
             as sampled while that is below a tenth of the mean."
                .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }
}
