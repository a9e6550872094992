//! Batch sharpness: the curvature of a mini-batch's loss along that batch's own gradient.
//!
//! With the gradient `g` and the Hessian `H_B` of the mean loss of one random batch of B samples,
//!
//! ```text
//! ratio of means  E[gᵀH_B g] / E‖g‖²        mean of ratios  E[gᵀH_B g / ‖g‖²]
//! ```
//!
//! (Andreyev and Beneventano, arXiv 2412.20553.) A step of SGD with learning rate η changes the loss of
//! its own batch by `−η‖g‖² + (η²/2)·gᵀH_B g` to second order, which is zero on average if the ratio of
//! means is 2/η. That is an observation about training runs and no theorem about stability.
//!
//! Batches are drawn until both standard errors are below [`PRECISION`] of their values, but at least
//! [`LEAST_BATCHES`] and at most [`most_batches`] of them. The full batch is exact: there is only one.

use serde::Serialize;

use crate::kernel::{self, Isa};
use crate::model::Sampling;
use crate::network::{Batch, CurvatureMatrix, CurvatureOperator, Gathered, Pass, Point};
use crate::train::{Batches, Sampler};
use crate::work;

use super::estimate::{Draw, Estimate, mean_of_ratios, ratio_of_means};

/// The standard error, as a share of the value, at which the drawing stops.
pub const PRECISION: f64 = 0.01;

/// The smallest number of batches whose spread is believed.
pub const LEAST_BATCHES: usize = 32;

/// The limit on the drawn samples, as a multiple of all samples: some hundred products with H are made
/// over all of them.
const SWEEPS: usize = 8;

/// The cost of a batch beyond that of its samples, in samples: every pass reads all parameters.
const OVERHEAD: usize = 16;

/// The largest number of batches of this size that are drawn, out of this many samples.
pub fn most_batches(samples: usize, batch: usize) -> usize {
    (SWEEPS * samples / (batch + OVERHEAD)).max(LEAST_BATCHES)
}

/// How the batches are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchPlan {
    /// With or without replacement.
    pub sampling: Sampling,
    /// The batch size B.
    pub batch: usize,
    /// The seed of the random batches.
    pub seed: u64,
}

impl BatchPlan {
    /// Whether the only batch is the full batch.
    pub fn is_full(&self, samples: usize) -> bool {
        self.sampling == Sampling::WithoutReplacement && self.batch == samples
    }

    /// The indices of the samples in each of the first `count` batches, in ascending order: neighbours in the
    /// data set tend to have the same target, and their products are faster side by side
    /// ([`Batch::by_target`]).
    ///
    /// # Panics
    /// When the batch size is not from 1 to the number of samples.
    pub fn batches(&self, samples: usize, count: usize) -> impl Iterator<Item = Vec<usize>> {
        let sampler = match self.sampling {
            Sampling::WithReplacement => Sampler::WithReplacement,
            Sampling::WithoutReplacement => Sampler::WithoutReplacement,
        };
        let mut batches = Batches::new(sampler, self.seed, samples, self.batch);
        (0..count as u64).map(move |step| {
            let mut indices = Vec::new();
            batches.draw(step, &mut indices);
            indices.sort_unstable();
            indices
        })
    }
}

/// Why no further batch was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stopped {
    /// Both standard errors are below [`PRECISION`] of their values.
    Precise,
    /// [`most_batches`] have been drawn, or the work had to end.
    Limit,
    /// The batch is the full batch: there is only one, and both numbers are exact.
    FullBatch,
    /// A gradient or product of a batch has left the range of f32; there is no estimate.
    NotFinite,
}

/// The measured batch sharpness.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BatchSharpness {
    /// `E[gᵀH_B g] / E‖g‖²`; `None` if every gradient is zero.
    pub ratio_of_means: Option<Estimate>,
    /// `E[gᵀH_B g / ‖g‖²]` over the batches whose gradient is not zero; `None` if there are none.
    pub mean_of_ratios: Option<Estimate>,
    /// The number of batches drawn.
    pub batches: usize,
    /// The number of batches whose gradient is zero, as at an interpolating minimum.
    pub zero_gradients: usize,
    /// Why no further batch was drawn.
    pub stopped: Stopped,
    /// The seed of the random batches.
    pub seed: u64,
}

/// Measures the batch sharpness at a point over `data`. Weight decay is part of both g and `H_B`. If batch
/// normalisation couples the samples, every batch is normalised by its own statistics.
///
/// # Panics
/// When the batch size is not from 1 to the number of samples.
pub fn batch_sharpness(
    isa: Isa,
    point: &Point<'_>,
    data: &Batch<'_>,
    matrix: CurvatureMatrix,
    plan: &BatchPlan,
) -> BatchSharpness {
    let mut probe = Probe::new(isa, point, matrix);
    let is_full = plan.is_full(data.samples);
    let (draws, stopped) = kernel::with_team(|| {
        if is_full {
            (vec![probe.draw(data)], Stopped::FullBatch)
        } else {
            draw_many(&mut probe, data, plan)
        }
    });
    let mut found = BatchSharpness {
        ratio_of_means: ratio_of_means(&draws),
        mean_of_ratios: mean_of_ratios(&draws),
        batches: draws.len(),
        zero_gradients: draws.iter().filter(|draw| draw.weight == 0.0).count(),
        stopped,
        seed: plan.seed,
    };
    if !draws.iter().all(Draw::is_finite) {
        found.stopped = Stopped::NotFinite;
        (found.ratio_of_means, found.mean_of_ratios) = (None, None);
    } else if is_full {
        // There is only one full batch: its quotient has no spread.
        let estimates = [&mut found.ratio_of_means, &mut found.mean_of_ratios];
        let estimates = estimates.into_iter().flatten();
        estimates.for_each(|estimate| estimate.standard_error = 0.0);
    }
    found
}

/// `gᵀH_B g/‖g‖²` and `‖g‖²` of one batch.
pub fn along_gradient(
    isa: Isa,
    point: &Point<'_>,
    batch: &Batch<'_>,
    matrix: CurvatureMatrix,
) -> Draw {
    Probe::new(isa, point, matrix).draw(batch)
}

/// Draws batches until the stop rule ends it, or a number is not finite.
fn draw_many(probe: &mut Probe<'_>, data: &Batch<'_>, plan: &BatchPlan) -> (Vec<Draw>, Stopped) {
    let most = most_batches(data.samples, plan.batch);
    let mut rows = Gathered::default();
    let mut draws: Vec<Draw> = Vec::new();
    for indices in plan.batches(data.samples, most) {
        rows.gather(data, &indices);
        let draw = probe.draw(&rows.batch());
        draws.push(draw);
        work::progress(draws.len(), most);
        if !draw.is_finite() {
            return (draws, Stopped::NotFinite);
        }
        if is_precise(&draws) {
            return (draws, Stopped::Precise);
        }
        if draws.len() > 1 && work::is_over() {
            break;
        }
    }
    (draws, Stopped::Limit)
}

/// Whether there are enough draws, and both averages are precise.
fn is_precise(draws: &[Draw]) -> bool {
    let is_within = |estimate: Option<Estimate>| estimate.is_some_and(|e| e.is_within(PRECISION));
    draws.len() >= LEAST_BATCHES
        && is_within(ratio_of_means(draws))
        && is_within(mean_of_ratios(draws))
}

/// Measures single batches at one point; its buffers are reused.
struct Probe<'a> {
    isa: Isa,
    point: Point<'a>,
    matrix: CurvatureMatrix,
    pass: Pass,
    gradient: Vec<f32>,
    product: Vec<f32>,
}

impl<'a> Probe<'a> {
    fn new(isa: Isa, point: &Point<'a>, matrix: CurvatureMatrix) -> Self {
        Probe {
            isa,
            point: *point,
            matrix,
            pass: Pass::new(isa),
            gradient: vec![0.0; point.network.parameters()],
            product: vec![0.0; point.network.parameters()],
        }
    }

    /// `q = gᵀH_B g/‖g‖²` and `w = ‖g‖²` of one batch. The product is taken along the unit vector `g/‖g‖`,
    /// so that a small gradient does not leave the range of f32; one below it counts as zero.
    fn draw(&mut self, batch: &Batch<'_>) -> Draw {
        let (isa, gradient) = (self.isa, &mut self.gradient);
        self.pass.gradient(&self.point, batch, gradient);
        let weight = kernel::dot_wide(isa, gradient, gradient);
        let length = weight.sqrt();
        if length < f64::from(f32::MIN_POSITIVE) {
            return Draw {
                quotient: 0.0,
                weight: 0.0,
            };
        }
        kernel::scale(isa, (1.0 / length) as f32, gradient);
        CurvatureOperator::new(isa, self.point, *batch, self.matrix)
            .hessian_product(gradient, &mut self.product);
        let unit = kernel::dot_wide(isa, gradient, gradient);
        Draw {
            quotient: kernel::dot_wide(isa, gradient, &self.product) / unit,
            weight,
        }
    }
}

#[cfg(test)]
mod tests;
