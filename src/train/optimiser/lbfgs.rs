//! L-BFGS (Liu and Nocedal 1989) with a line search for the strong Wolfe conditions.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::kernel::{self, Isa};

use super::line_search::{Place, Wolfe};

/// `w ← w − t·B⁻¹g`, where `B⁻¹` comes from the last differences of parameters and gradients by the
/// two-loop recursion, from `(sᵀy/yᵀy)·I`, and `t` from a line search for the
/// strong Wolfe conditions whose first trial is η (use 1), in the first step `η·min(1, 1/‖g‖₁)` as in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lbfgs {
    /// The most pairs that are kept.
    pub history: usize,
    /// c₁ of the Wolfe conditions.
    pub decrease: f64,
    /// c₂ of the Wolfe conditions: 0.9 for cheap searches, near 0 for exact ones.
    pub curvature: f64,
    /// The most gradients of one search.
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

impl Lbfgs {
    fn wolfe(self) -> Wolfe {
        Wolfe {
            decrease: self.decrease,
            curvature: self.curvature,
            evaluations: self.evaluations,
        }
    }

    pub(super) fn check(self) -> Result<()> {
        let wrong = |field, fault| Err(Error::input("optimiser", field, fault));
        if self.history == 0 || self.evaluations == 0 {
            return wrong("history", "history and evaluations must be 1 or more");
        }
        let ordered = 0.0 < self.decrease
            && self.decrease < 0.5
            && self.decrease < self.curvature
            && self.curvature < 1.0;
        match ordered {
            true => Ok(()),
            false => wrong(
                "curvature",
                "the Wolfe conditions need 0 < decrease < curvature < 1 and decrease < 1/2",
            ),
        }
    }
}

/// `s = w⁺ − w`, `y = g⁺ − g`, with `sᵀy > 0`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair {
    #[serde(skip)]
    s: Vec<f32>,
    #[serde(skip)]
    y: Vec<f32>,
    /// sᵀy.
    product: f64,
}

/// The pairs, oldest first, and what is known where the run stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    pairs: VecDeque<Pair>,
    #[serde(skip)]
    gradient: Vec<f32>,
    /// The loss there; `None` before the first step.
    loss: Option<f64>,
}

/// The loss at parameters, and its gradient written over the second slice.
pub(in crate::train) trait Objective: FnMut(&[f32], &mut [f32]) -> f64 {}

impl<F: FnMut(&[f32], &mut [f32]) -> f64> Objective for F {}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::train) struct Fall {
    /// The loss before it.
    pub loss: f64,
    /// Was a lower point found? If not, the parameters are as they were.
    pub is_lower: bool,
}

impl History {
    /// One step.
    pub(in crate::train) fn fall(
        &mut self,
        isa: Isa,
        (settings, learning_rate): (Lbfgs, f32),
        parameters: &mut [f32],
        mut objective: impl Objective,
    ) -> Fall {
        let loss = match self.loss {
            Some(loss) => loss,
            None => objective(parameters, &mut self.gradient),
        };
        let (direction, slope) = self.direction(isa);
        let stay = Fall {
            loss,
            is_lower: false,
        };
        if !(loss.is_finite() && slope < 0.0 && slope.is_finite()) {
            return stay;
        }
        let first = self.first_trial(learning_rate);
        let mut line = Line {
            isa,
            before: parameters.to_vec(),
            direction,
            gradient: vec![0.0; parameters.len()],
            parameters,
            objective,
        };
        let start = Place {
            at: 0.0,
            value: loss,
            slope,
        };
        let mut last = start;
        let found = settings.wolfe().search(start, first, |at| {
            last = line.go(at);
            last
        });
        let Some(found) = found else {
            line.parameters.copy_from_slice(&line.before);
            return stay;
        };
        if found.at != last.at {
            line.go(found.at);
        }
        let Line {
            before, gradient, ..
        } = line;
        self.remember(isa, settings.history, (&before, parameters), gradient);
        self.loss = Some(found.value);
        Fall {
            loss,
            is_lower: true,
        }
    }

    /// The vectors in the order of the pairs, the gradient last.
    pub(super) fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>> {
        let pairs = self.pairs.iter_mut();
        let vectors = pairs.flat_map(|pair| [&mut pair.s, &mut pair.y]);
        vectors.chain([&mut self.gradient]).collect()
    }

    fn first_trial(&self, learning_rate: f32) -> f64 {
        let size: f64 = self.gradient.iter().map(|g| f64::from(g.abs())).sum();
        match self.pairs.is_empty() {
            true => f64::from(learning_rate) * (1.0 / size).min(1.0),
            false => f64::from(learning_rate),
        }
    }

    /// `−B⁻¹g`, and its slope; steepest descent, the pairs forgotten, where that is no descent.
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

    /// Takes the pair of the step to `here`, where the gradient is `gradient`; a pair without
    /// curvature beyond the rounding of its vectors is left out.
    fn remember(
        &mut self,
        isa: Isa,
        most: usize,
        (before, here): (&[f32], &[f32]),
        gradient: Vec<f32>,
    ) {
        let mut s = here.to_vec();
        kernel::axpy(isa, -1.0, before, &mut s);
        let mut y = gradient.clone();
        kernel::axpy(isa, -1.0, &self.gradient, &mut y);
        self.gradient = gradient;
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

/// The loss along a direction from `before`; the parameters and the gradient are those of the last
/// place that was gone to.
struct Line<'a, O> {
    isa: Isa,
    before: Vec<f32>,
    direction: Vec<f32>,
    parameters: &'a mut [f32],
    gradient: Vec<f32>,
    objective: O,
}

impl<O: Objective> Line<'_, O> {
    fn go(&mut self, at: f64) -> Place {
        self.parameters.copy_from_slice(&self.before);
        kernel::axpy(self.isa, at as f32, &self.direction, self.parameters);
        let value = (self.objective)(self.parameters, &mut self.gradient);
        let slope = kernel::dot_wide(self.isa, &self.direction, &self.gradient);
        Place { at, value, slope }
    }
}
