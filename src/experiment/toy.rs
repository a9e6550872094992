//! The paper's motivating example: two minima that gradient descent cannot tell apart and SGD can.
//!
//! Walks start 10⁻⁵ beside a minimum. Inside a basin every step multiplies the distance by one of
//! two factors, so the mean of the squared factor and of its logarithm are means of bounded
//! variables: their error bars are those of the central limit theorem. `E(x_t − 1)²` itself is
//! heavy-tailed; its error bar is made from the exact variance `(E f⁴)^t − (E f²)^{2t}`, never
//! from the sample, which misses the tail.

use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::model::toy::{self, Minimum, Sample};
use crate::number::{Exact, Field};
use crate::train::random::{Purpose, stream};

use super::record::{Agreement, Axis, Figure, Finding, Point, Record, Series, Style, Table};
use super::statistics::{Mean, agreement, margin};
use super::study::Experiment;
use super::{Context, Scale};

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

/// One walk's part of the outcome.
struct Walk {
    left_at: Option<usize>,
    end: f64,
    squares: Vec<f64>,
}

impl Settings {
    fn walk(&self, index: u64) -> Walk {
        let mut random = stream(self.seed, Purpose::Walk, index);
        let eta = f64::from_exact(&self.learning_rate);
        let minimum = f64::from_exact(&self.minimum.place());
        let mut x = minimum + self.offset;
        let mut walk = Walk {
            left_at: None,
            end: x,
            squares: vec![self.offset * self.offset],
        };
        for t in 1..=self.steps {
            x = match self.stochastic {
                true => Sample::ALL[random.random_range(0..2)].step(&x, &eta),
                false => toy::descend(&x, &eta),
            };
            if walk.left_at.is_none() && !toy::in_basin(self.minimum, &x) {
                walk.left_at = Some(t);
            }
            if t <= LINEAR {
                walk.squares.push((x - minimum) * (x - minimum));
            }
        }
        walk.end = x;
        walk
    }
}

impl Outcome {
    fn of(settings: &Settings, walks: &[Walk]) -> Self {
        let left = |t| {
            walks
                .iter()
                .filter(move |w| w.left_at.is_some_and(|at| at <= t))
        };
        let near = |x: f64| walks.iter().filter(move |w| (w.end - x).abs() < 1e-6);
        let at = [near(0.0).count() as u64, near(1.0).count() as u64];
        let factors = walks
            .iter()
            .flat_map(|w| w.squares.windows(2).map(|s| s[1] / s[0]));
        let factors: Vec<f64> = factors.collect();
        let logarithms: Vec<f64> = factors.iter().map(|square| square.ln() / 2.0).collect();
        let start = settings.offset * settings.offset;
        let mean = |t: usize| {
            let sum: f64 = walks.iter().map(|w| w.squares[t] / start).sum();
            sum / walks.len() as f64
        };
        Outcome {
            left: (0..=settings.steps)
                .map(|t| left(t).count() as u64)
                .collect(),
            ends: [at[0], at[1], settings.walks - at[0] - at[1]],
            square: Mean::of(&factors),
            logarithm: Mean::of(&logarithms),
            growth: (0..=LINEAR).map(mean).collect(),
        }
    }
}

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

    fn record(results: &[(Settings, Outcome)]) -> Record {
        Record {
            name: Self::NAME.to_owned(),
            title: "The escape from x = 1".to_owned(),
            question: "Both minima of the toy loss have sharpness 2, so gradient descent with \
                       η = 7/10 may stay at either. Does SGD with batch size 1 leave x = 1, where \
                       the two samples disagree (s = 9/5 > 1/η), and at the exact rate?"
                .to_owned(),
            settings: describe(results),
            findings: results.iter().flat_map(|(s, o)| findings(s, o)).collect(),
            figures: vec![growth_figure(results), escape_figure(results)],
            tables: vec![table(results)],
        }
    }
}

fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let most = results.iter().map(|(settings, _)| settings.walks).max();
    let Some((first, _)) = results.first() else {
        return Vec::new();
    };
    let pairs = [
        ("learning rate η", first.learning_rate.to_string()),
        ("batch size", "1".to_owned()),
        ("start", format!("x* + {:e}", first.offset)),
        ("steps", first.steps.to_string()),
        ("walks of SGD", most.unwrap_or(0).to_string()),
        ("seed", first.seed.to_string()),
        ("arithmetic", "f64".to_owned()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// `E f^k` over the two equally likely factors of one step.
fn moment(settings: &Settings, order: i32) -> f64 {
    let factors = settings.minimum.factors(&settings.learning_rate);
    factors
        .iter()
        .map(|f| f64::from_exact(f).powi(order))
        .sum::<f64>()
        / 2.0
}

/// `E ln|f|` over the two equally likely factors of one step.
fn lyapunov_exponent(settings: &Settings) -> f64 {
    let factors = settings.minimum.factors(&settings.learning_rate);
    factors
        .iter()
        .map(|f| f64::from_exact(f).abs().ln())
        .sum::<f64>()
        / 2.0
}

fn name(settings: &Settings) -> String {
    let walker = if settings.stochastic { "SGD" } else { "GD" };
    format!("{walker} beside x = {}", settings.minimum.place())
}

/// Is this walker linearly stable (in mean square) at its minimum?
fn is_stable(settings: &Settings) -> bool {
    match settings.stochastic {
        true => moment(settings, 2) <= 1.0,
        false => {
            let eta = f64::from_exact(&settings.learning_rate);
            eta * f64::from_exact(&settings.minimum.curvatures()[0]) <= 2.0
        }
    }
}

fn findings(settings: &Settings, outcome: &Outcome) -> Vec<Finding> {
    let left = *outcome.left.last().unwrap_or(&0);
    let walks = settings.walks;
    let prediction = if is_stable(settings) { "stay" } else { "leave" };
    let unlike = if is_stable(settings) {
        left
    } else {
        walks - left
    };
    let mut findings = vec![Finding {
        sentence: format!(
            "{}: {left} of {walks} left the basin within {} steps; the theory says they {prediction}.",
            name(settings),
            settings.steps
        ),
        agreement: match unlike {
            0 => Agreement::Agrees,
            _ => Agreement::Differs,
        },
        margin: Some(-(unlike as f64 / walks as f64)),
        claim: "toy_escape".to_owned(),
    }];
    if settings.stochastic && settings.minimum == Minimum::One {
        let exact = moment(settings, 2);
        findings.push(compared(
            "mean squared growth factor",
            outcome.square,
            exact,
        ));
        let exact = lyapunov_exponent(settings);
        findings.push(compared("Lyapunov exponent", outcome.logarithm, exact));
    }
    findings
}

fn compared(what: &str, mean: Mean, exact: f64) -> Finding {
    let Mean {
        value,
        error,
        count,
    } = mean;
    let deviation = mean.deviation(exact);
    Finding {
        sentence: format!(
            "SGD beside x = 1: {what} {value:.6} ± {error:.6} (standard error, {count} steps), \
             exactly {exact:.6}: {deviation:+.2} standard errors apart."
        ),
        agreement: agreement(deviation),
        margin: margin(deviation),
        claim: "one_dimensional_sgd".to_owned(),
    }
}

fn growth_figure(results: &[(Settings, Outcome)]) -> Figure {
    let mut series = Vec::new();
    let unstable = results
        .iter()
        .filter(|(s, _)| s.stochastic && s.minimum == Minimum::One);
    for (settings, outcome) in unstable {
        let (second, fourth) = (moment(settings, 2), moment(settings, 4));
        let exact = |t: usize| second.powi(t as i32);
        let error = |t: usize| {
            let variance = fourth.powi(t as i32) - exact(t) * exact(t);
            2.0 * (variance / settings.walks as f64).max(0.0).sqrt()
        };
        let line = (0..=LINEAR).map(|t| Point::new(t as f64, exact(t)));
        let points = outcome.growth.iter().enumerate();
        let points = points.map(|(t, &y)| Point::with_error(t as f64, y, error(t)));
        series.push(Series {
            label: "measured ± 2 exact standard errors".to_owned(),
            style: Style::Points,
            points: points.collect(),
        });
        series.push(Series {
            label: "exact: (4369/2500)^t".to_owned(),
            style: Style::Theory,
            points: line.collect(),
        });
    }
    Figure {
        name: "toy-growth".to_owned(),
        title: "Mean squared distance from x = 1 under SGD".to_owned(),
        caption: "E(x_t − 1)²/(x_0 − 1)² over the first 20 steps, during which no walk can have \
                  left the basin. The error bars are made from the exact variance of \
                  (x_t − 1)², which the sample variance underestimates."
            .to_owned(),
        x: Axis::linear("step t"),
        y: Axis::logarithmic("E(x_t − 1)² / (x_0 − 1)²"),
        series,
    }
}

fn escape_figure(results: &[(Settings, Outcome)]) -> Figure {
    let one = results.iter().filter(|(s, _)| s.minimum == Minimum::One);
    let series = one.map(|(settings, outcome)| {
        let shown = outcome.left.iter().take(101).enumerate();
        let share = |left: u64| left as f64 / settings.walks as f64;
        Series {
            label: name(settings),
            style: Style::Line,
            points: shown
                .map(|(t, &left)| Point::new(t as f64, share(left)))
                .collect(),
        }
    });
    Figure {
        name: "toy-escape".to_owned(),
        title: "Walks that have left the basin of x = 1".to_owned(),
        caption: "Share of walks for which at least one sample has switched to its branch x² by \
                  step t; only the first 100 steps are drawn."
            .to_owned(),
        x: Axis::linear("step t"),
        y: Axis::linear("share of walks that have left"),
        series: series.collect(),
    }
}

fn table(results: &[(Settings, Outcome)]) -> Table {
    let row = |(settings, outcome): &(Settings, Outcome)| {
        let [zero, one, elsewhere] = outcome.ends;
        let prediction = if is_stable(settings) {
            "stable"
        } else {
            "unstable"
        };
        vec![
            name(settings),
            prediction.to_owned(),
            format!("{:.6}", moment(settings, 2)),
            format!("{:+.6}", lyapunov_exponent(settings)),
            settings.walks.to_string(),
            zero.to_string(),
            one.to_string(),
            elsewhere.to_string(),
        ]
    };
    let columns = [
        "walker",
        "theory",
        "E f²",
        "E ln|f|",
        "walks",
        "end at 0",
        "end at 1",
        "elsewhere",
    ];
    Table {
        name: "toy-ends".to_owned(),
        caption: "E f² and E ln|f|: exact mean squared factor of one single-sample step, and its \
                  Lyapunov exponent (for GD the theory column is decided by η a ≤ 2 instead). End \
                  at 0, 1: within 10⁻⁶ after the last step."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: results.iter().map(row).collect(),
    }
}
