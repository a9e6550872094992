//! A single walk, and the statistics of many walks.

use rand::RngExt;

use crate::model::toy::{self, Sample};
use crate::number::Field;
use crate::train::random::{Purpose, stream};

use super::cell::{LINEAR, Outcome, Settings};
use crate::experiment::statistics::Mean;

/// Logarithms are rounded to multiples of 2⁻⁴⁰, far below their statistical error, so that no outcome
/// depends on the last bit of the math library.
const GRID: f64 = (1u64 << 40) as f64;

/// The contribution of one walk to the outcome.
pub struct Walk {
    left_at: Option<usize>,
    end: f64,
    squares: Vec<f64>,
}

impl Settings {
    /// Runs the walk with this index, which selects its random stream.
    pub fn walk(&self, index: u64) -> Walk {
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
            x = if self.stochastic {
                Sample::ALL[random.random_range(0..2)].step(&x, &eta)
            } else {
                toy::descend(&x, &eta)
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
    /// The statistics of these walks.
    pub fn of(settings: &Settings, walks: &[Walk]) -> Self {
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
        let logarithm = |square: &f64| (square.ln() / 2.0 * GRID).round() / GRID;
        let logarithms: Vec<f64> = factors.iter().map(logarithm).collect();
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
