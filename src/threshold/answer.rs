//! All thresholds of a network.

use serde::Serialize;

use crate::work;

use super::ascent::{Effort, Top, ascend};
use super::bounds::{Bounds, Bracket, ROUNDING};
use super::floor::is_shown_stable;
use super::linearised::{GramSummary, Linearised};
use super::pencil::Pencil;

/// The distances below the upper end at which a stable learning rate is looked for, as shares of it.
const WIDTHS: [f64; 3] = [1e-5, 1e-3, 1e-1];

/// A threshold in mean square.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeanSquare {
    /// The two ends: at the lower one a matrix shows that SGD is stable, at the upper one that it is not.
    #[serde(flatten)]
    pub bracket: Bracket,
    /// What shows that the lower end is one; `None` if there is none.
    pub lower_by: Option<LowerEnd>,
    /// The residual of the eigenvalue 1/η*, as a share of it.
    pub residual: f64,
    /// The number of products with the map of second moments.
    pub products: usize,
}

impl MeanSquare {
    /// Takes η₁ for the lower end, if there is no other: every step that expands nothing is stable.
    fn raise(&mut self, one_step: Bracket) {
        if self.bracket.lower.is_none() {
            let upper = self.bracket.upper;
            self.bracket.lower = one_step.lower.map(|lower| lower.min(upper));
            self.lower_by = Some(LowerEnd::OneStep);
        }
    }
}

/// What shows that a learning rate is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LowerEnd {
    /// A positive definite matrix that shrinks in every step.
    Matrix,
    /// Theorem 1: no expected squared distance grows in one step.
    OneStep,
}

/// The optimiser of whom the thresholds are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// The weight p of the noise.
    pub noise: f64,
    /// The momentum β of heavy ball.
    pub momentum: f64,
    /// Whether to look for matrices that show lower ends, which takes about as long as the upper ends.
    pub both_ends: bool,
    /// The residual, as a share of the eigenvalue, at which an iteration ends.
    pub tolerance: f64,
    /// The most products of an iteration.
    pub products: usize,
}

impl Question {
    /// Both ends at this weight of the noise and this momentum, with 1/η* to a residual of 10⁻⁷.
    pub fn new(noise: f64, momentum: f64) -> Self {
        Question {
            noise,
            momentum,
            both_ends: true,
            tolerance: 1e-7,
            products: 500,
        }
    }

    pub(super) fn effort(&self) -> Effort {
        Effort {
            tolerance: self.tolerance,
            products: self.products,
        }
    }
}

/// The learning rates up to which the linearised network is stable, by different criteria.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Thresholds {
    /// Full-batch descent with the same momentum: `2(1 + β)/λ_max(G)`.
    pub gradient_descent: Bracket,
    /// The largest η for which no expected squared distance grows in one step of plain SGD (Theorem 1 of
    /// Wu, Ma and E), a lower bound on `mean_square`.
    pub one_step: Bracket,
    /// The paper's bound `1/(s√p)`; `None` without noise.
    pub non_uniformity: Option<Bracket>,
    /// The largest η at which the second moment of plain SGD stays bounded, η*.
    pub mean_square: MeanSquare,
    /// The same for heavy ball; `None` without momentum.
    pub heavy_ball: Option<MeanSquare>,
    /// What became of the Gram matrix.
    #[serde(skip)]
    pub gram: GramSummary,
}

/// The threshold at one batch size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// The weight p of the noise.
    pub noise: f64,
    /// The threshold, of which an iteration gives an upper bound.
    pub learning_rate: f64,
    /// The residual of the eigenvalue 1/η*, as a share of it.
    pub residual: f64,
}

impl Linearised {
    /// All thresholds. Costs some tens of products of N × r × r for each of the two in mean square.
    pub fn thresholds(&self, question: &Question) -> Option<Thresholds> {
        let largest = self.spectrum().last()? + self.decay();
        let momentum = question.momentum;
        let Bounds {
            one_step,
            non_uniformity,
        } = self.bounds(question.noise)?;
        let plain = Pencil::of_threshold(self, 0.0, question.noise);
        let start = plain_start(&plain);
        let (mut mean_square, top) = mean_square(&plain, start, question);
        mean_square.raise(one_step);
        let heavy_ball = (momentum != 0.0).then(|| {
            let pencil = Pencil::of_threshold(self, momentum, question.noise);
            mean_square_from(&pencil, &plain, top, question)
        });
        Some(Thresholds {
            gradient_descent: Bracket::around(2.0 * (1.0 + momentum) / largest),
            one_step,
            non_uniformity,
            mean_square,
            heavy_ball,
            gram: self.summary(),
        })
    }

    /// The critical second moment X* of trace 1: `C(X*) = η*·D(X*)`, so that SGD with the threshold η* leaves it as
    /// it is. Symmetric and positive semi-definite, rank × rank.
    pub fn critical_moment(&self, question: &Question) -> Vec<f64> {
        let pencil = Pencil::of_threshold(self, question.momentum, question.noise);
        let mut moment = ascend(&pencil, plain_start(&pencil), question.effort()).vector;
        pencil.scale_down(&mut moment);
        let trace: f64 = moment.iter().step_by(self.rank() + 1).sum();
        moment.iter_mut().for_each(|x| *x /= trace);
        moment
    }

    /// η* of plain SGD (or heavy ball) for several weights of the noise, each from the solution before.
    pub fn curve(&self, noises: &[f64], question: &Question) -> Vec<Curve> {
        let mut start: Option<Vec<f64>> = None;
        let mut point = |&noise: &f64| {
            let pencil = Pencil::of_threshold(self, question.momentum, noise);
            let top = ascend(
                &pencil,
                start.take().unwrap_or_else(|| plain_start(&pencil)),
                question.effort(),
            );
            let point = Curve {
                noise,
                learning_rate: 1.0 / top.value,
                residual: top.residual / top.value,
            };
            start = Some(top.vector);
            point
        };
        noises.iter().map(&mut point).collect()
    }

    /// The largest weight p of the noise at which a learning rate is stable, as an upper bound that an iteration
    /// gives; `None` at or above the threshold of the full batch, where no noise is small enough.
    pub fn largest_noise(&self, learning_rate: f64, question: &Question) -> Option<f64> {
        let largest = self.spectrum().last()? + self.decay();
        if learning_rate * largest >= 2.0 * (1.0 + question.momentum) {
            return None;
        }
        let pencil = Pencil::of_noise(self, question.momentum, learning_rate);
        let top = ascend(&pencil, plain_start(&pencil), question.effort());
        Some(1.0 / (learning_rate * top.value))
    }
}

/// `C^½(I)`, which no eigenmatrix that is positive semi-definite is orthogonal to.
pub(super) fn plain_start(pencil: &Pencil<'_>) -> Vec<f64> {
    let mut start = pencil.diagonal(|_| 1.0);
    pencil.scale_up(&mut start);
    start
}

/// The threshold of a pencil, and the eigenvector.
fn mean_square(pencil: &Pencil<'_>, start: Vec<f64>, question: &Question) -> (MeanSquare, Top) {
    let top = ascend(pencil, start, question.effort());
    let upper = 1.0 / top.value;
    let stable = |width: &&f64| is_shown_stable(pencil, upper * (1.0 - **width), &top);
    let width = if question.both_ends {
        work::stage(&format!("thresholds: the lower end of {}", pencil.what()));
        WIDTHS.iter().find(stable)
    } else {
        None
    };
    let found = MeanSquare {
        bracket: Bracket {
            lower: width.map(|width| upper * (1.0 - width)),
            upper: upper * (1.0 + ROUNDING),
        },
        lower_by: width.map(|_| LowerEnd::Matrix),
        residual: top.residual / top.value,
        products: top.products,
    };
    (found, top)
}

/// The threshold of a pencil, from the eigenvector of another.
fn mean_square_from(
    pencil: &Pencil<'_>,
    other: &Pencil<'_>,
    top: Top,
    question: &Question,
) -> MeanSquare {
    let mut start = top.vector;
    other.scale_down(&mut start);
    pencil.scale_up(&mut start);
    mean_square(pencil, start, question).0
}
