//! L-BFGS (Liu and Nocedal 1989) with a line search for the strong Wolfe conditions.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kernel::{self, Isa};

use super::line_search::{Place, Wolfe};
use super::method::{Method, Site, Taken, Vectors, wrong};

/// `w ← w − t·B⁻¹g`. `B⁻¹` is computed by the two-loop recursion from the last differences of parameters
/// and gradients, starting from `(sᵀy/yᵀy)·I`. `t` is found by a line search for the strong Wolfe
/// conditions. Its first trial is η (use 1), except in the first step, where it is `η·min(1, 1/‖g‖₁)` as
/// in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lbfgs {
    /// The largest number of pairs that are kept.
    pub history: usize,
    /// The constant c₁ of the Wolfe conditions.
    pub decrease: f64,
    /// The constant c₂ of the Wolfe conditions: 0.9 for cheap searches, near 0 for exact ones.
    pub curvature: f64,
    /// The largest number of gradients in one search.
    pub evaluations: usize,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Lbfgs {
            history: 10,
            decrease: 1e-4,
            curvature: 0.9,
            evaluations: 25,
        }
    }
}

/// The differences `s = w⁺ − w` and `y = g⁺ − g` of one step, with `sᵀy > 0`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair {
    #[serde(skip)]
    s: Vec<f32>,
    #[serde(skip)]
    y: Vec<f32>,
    /// The product sᵀy.
    product: f64,
}

/// The pairs, oldest first, with the gradient and the loss at the current parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    pairs: VecDeque<Pair>,
    #[serde(skip)]
    gradient: Vec<f32>,
    /// The loss at the current parameters; `None` before the first step.
    loss: Option<f64>,
}

impl Vectors for History {
    /// The vectors of the pairs in order, then the gradient.
    fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>> {
        let pairs = self.pairs.iter_mut();
        let vectors = pairs.flat_map(|pair| [&mut pair.s, &mut pair.y]);
        vectors.chain([&mut self.gradient]).collect()
    }
}

impl Method for Lbfgs {
    type Memory = History;
    const NAME: &'static str = "lbfgs";
    const NEEDS_EVERY_SAMPLE: bool = true;

    fn check(&self) -> Result<()> {
        if self.history == 0 || self.evaluations == 0 {
            let fault = "history and evaluations must be 1 or more";
            return Err(wrong("history", fault));
        }
        let Lbfgs {
            decrease,
            curvature,
            ..
        } = *self;
        if 0.0 < decrease && decrease < 0.5 && decrease < curvature && curvature < 1.0 {
            return Ok(());
        }
        let fault = "the Wolfe conditions need 0 < decrease < curvature < 1 and decrease < 1/2";
        Err(wrong("curvature", fault))
    }

    fn step(&self, history: &mut History, site: &mut Site<'_>) -> Taken {
        let loss = match history.loss {
            Some(loss) => loss,
            None => (site.objective)(site.parameters, &mut history.gradient),
        };
        let (direction, slope) = history.direction(site.isa);
        let stalled = Taken {
            loss,
            is_stalled: true,
        };
        if !(loss.is_finite() && slope < 0.0 && slope.is_finite()) {
            return stalled;
        }
        let start = Place {
            at: 0.0,
            value: loss,
            slope,
        };
        let first = history.first_trial(site.learning_rate);
        let mut line = Line {
            before: site.parameters.to_vec(),
            direction,
            site,
        };
        let Some(found) = line.search(self, start, first) else {
            line.site.parameters.copy_from_slice(&line.before);
            return stalled;
        };
        history.loss = Some(found.value);
        history.remember(self.history, &line);
        Taken::from_loss(loss)
    }
}

impl History {
    fn first_trial(&self, learning_rate: f32) -> f64 {
        let size: f64 = self.gradient.iter().map(|g| f64::from(g.abs())).sum();
        if self.pairs.is_empty() {
            f64::from(learning_rate) * (1.0 / size).min(1.0)
        } else {
            f64::from(learning_rate)
        }
    }

    /// The direction `−B⁻¹g` and its slope. If that is not a descent direction, the pairs are dropped
    /// and the direction is that of steepest descent.
    fn direction(&mut self, isa: Isa) -> (Vec<f32>, f64) {
        let mut direction = self.gradient.clone();
        self.apply_inverse(isa, &mut direction);
        kernel::scale(isa, -1.0, &mut direction);
        let slope = kernel::dot_wide(isa, &direction, &self.gradient);
        if slope < 0.0 || self.pairs.is_empty() {
            return (direction, slope);
        }
        self.pairs.clear();
        self.direction(isa)
    }

    /// `x ← B⁻¹x` by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4).
    fn apply_inverse(&self, isa: Isa, x: &mut [f32]) {
        let mut shares = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let share = kernel::dot_wide(isa, &pair.s, x) / pair.product;
            kernel::axpy(isa, -share as f32, &pair.y, x);
            shares.push(share);
        }
        if let Some(pair) = self.pairs.back() {
            let scale = pair.product / kernel::dot_wide(isa, &pair.y, &pair.y);
            kernel::scale(isa, scale as f32, x);
        }
        for (pair, share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let back = kernel::dot_wide(isa, &pair.y, x) / pair.product;
            kernel::axpy(isa, (share - back) as f32, &pair.s, x);
        }
    }

    /// Stores the step along the line and the gradient at its end. A pair whose curvature does not
    /// exceed the rounding of its vectors is not kept.
    fn remember(&mut self, most: usize, line: &Line<'_, '_>) {
        let isa = line.site.isa;
        let mut s = line.site.parameters.to_vec();
        kernel::axpy(isa, -1.0, &line.before, &mut s);
        let mut y = line.site.gradient.to_vec();
        kernel::axpy(isa, -1.0, &self.gradient, &mut y);
        self.gradient.copy_from_slice(line.site.gradient);
        let product = kernel::dot_wide(isa, &s, &y);
        let sizes = kernel::dot_wide(isa, &s, &s) * kernel::dot_wide(isa, &y, &y);
        if product > f64::from(f32::EPSILON) * sizes.sqrt() {
            self.pairs.push_back(Pair { s, y, product });
        }
        if self.pairs.len() > most {
            self.pairs.pop_front();
        }
    }
}

/// The loss along a direction from `before`. The parameters and the gradient of the site are those of
/// the last point tried.
struct Line<'l, 's> {
    before: Vec<f32>,
    direction: Vec<f32>,
    site: &'l mut Site<'s>,
}

impl Line<'_, '_> {
    /// Moves to a point that satisfies the conditions; `None` when none is found.
    fn search(&mut self, settings: &Lbfgs, start: Place, first: f64) -> Option<Place> {
        let wolfe = Wolfe {
            decrease: settings.decrease,
            curvature: settings.curvature,
            evaluations: settings.evaluations,
        };
        let mut last = start;
        let found = wolfe.search(start, first, |at| {
            last = self.try_at(at);
            last
        })?;
        if found.at != last.at {
            self.try_at(found.at);
        }
        Some(found)
    }

    fn try_at(&mut self, at: f64) -> Place {
        let Line {
            before,
            direction,
            site,
        } = self;
        site.parameters.copy_from_slice(before);
        kernel::axpy(site.isa, at as f32, direction, site.parameters);
        let value = site.evaluate();
        let slope = kernel::dot_wide(site.isa, direction, site.gradient);
        Place { at, value, slope }
    }
}
