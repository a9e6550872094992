//! All thresholds of a network.

use serde::{Deserialize, Serialize};

use crate::work;

use super::ascent::{Effort, Top, ascend};
use super::dense;
use super::floor::is_shown_stable;
use super::linearised::{GramSummary, Linearised};
use super::pencil::Pencil;

/// What f64 may lose in a quotient or an eigenvalue, as a share of it. Dense eigenvalues are good to some
/// units of rounding times the dimension, 10⁻¹² for thousands of dimensions; the ends of a bracket are
/// moved outwards by eight times as much.
const ROUNDING: f64 = 8e-12;

/// The distances below the upper end at which a stable learning rate is looked for, as shares of it.
const WIDTHS: [f64; 3] = [1e-5, 1e-3, 1e-1];

/// Two ends between which a number lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bracket {
    /// The lower end; `None` if none was found.
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: f64,
}

impl Bracket {
    /// The bracket of a number that was computed directly.
    fn around(value: f64) -> Self {
        Bracket {
            lower: Some(value * (1.0 - ROUNDING)),
            upper: value * (1.0 + ROUNDING),
        }
    }
}

/// A threshold in mean square.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeanSquare {
    /// The two ends: at the lower one a matrix shows that SGD is stable, at the upper one that it is not.
    #[serde(flatten)]
    pub bracket: Bracket,
    /// The residual of the eigenvalue 1/η*, as a share of it.
    pub residual: f64,
    /// The number of products with the map of second moments.
    pub products: usize,
}

/// The optimiser of whom the thresholds are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// The weight p of the noise.
    pub noise: f64,
    /// The momentum β of heavy ball.
    pub momentum: f64,
    /// Whether to look for the lower ends.
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
        work::stage("thresholds: one step and the spread of the samples");
        let squares = self.mean_of_squares();
        let largest = self.spectrum().last()? + self.decay();
        let momentum = question.momentum;
        let one_step = self.one_step(&squares, question.noise)?;
        let non_uniformity = self.non_uniformity(squares, question.noise)?;
        work::stage("thresholds: mean square");
        let plain = Pencil::of_threshold(self, 0.0, question.noise);
        let start = plain_start(&plain);
        let (mean_square, top) = mean_square(&plain, start, question);
        let heavy_ball = (momentum != 0.0).then(|| {
            work::stage("thresholds: heavy ball");
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
        work::stage("the critical second moment");
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

    /// `1/η₁ = λ_max((2H)^−½ (H² + pΣ) (2H)^−½)`, with weight decay in H.
    fn one_step(&self, squares: &[f64], noise: f64) -> Option<Bracket> {
        let (rank, spectrum, decay) = (self.rank(), self.spectrum(), self.decay());
        let share = |a: &f64| (a / (2.0 * (a + decay))).sqrt();
        let mut matrix = squares.to_vec();
        for (row, a) in matrix.chunks_exact_mut(rank).zip(spectrum) {
            let entries = row.iter_mut().zip(spectrum);
            entries.for_each(|(x, b)| *x *= noise * share(a) * share(b));
        }
        for (j, a) in spectrum.iter().enumerate() {
            let steady = ((a + decay).powi(2) - noise * a * a) / (2.0 * (a + decay));
            matrix[j * rank + j] += steady;
        }
        let largest = dense::eigenvalues(&matrix, rank)?.pop()?;
        Some(Bracket::around(1.0 / largest))
    }

    /// `1/(s√p)` with `s² = λ_max(V(I) − H²)`; `Some(None)` where there is no bound.
    #[expect(
        clippy::option_option,
        reason = "a failed iteration differs from a missing bound"
    )]
    fn non_uniformity(&self, mut squares: Vec<f64>, noise: f64) -> Option<Option<Bracket>> {
        let (rank, spectrum) = (self.rank(), self.spectrum());
        for (row, a) in squares.chunks_exact_mut(rank).zip(spectrum) {
            row.iter_mut()
                .zip(spectrum)
                .for_each(|(x, b)| *x *= (a * b).sqrt());
        }
        for (j, value) in spectrum.iter().enumerate() {
            squares[j * rank + j] -= value * value;
        }
        let variance = dense::eigenvalues(&squares, rank)?.pop()?;
        let bound = 1.0 / (variance.max(0.0) * noise).sqrt();
        Some(bound.is_finite().then(|| Bracket::around(bound)))
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
        WIDTHS.iter().find(stable)
    } else {
        None
    };
    let found = MeanSquare {
        bracket: Bracket {
            lower: width.map(|width| upper * (1.0 - width)),
            upper: upper * (1.0 + ROUNDING),
        },
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
