//! The gradient-noise interaction: the curvature of the loss over all samples along the gradients of random batches.
//!
//! With the gradient `g_B` of a random batch, the gradient `g = E[g_B]` and the Hessian `H` over all samples,
//!
//! ```text
//! GNI = E[g_BᵀH g_B]/‖g‖²
//! ```
//!
//! A step of SGD with learning rate η changes the loss by `−η‖g‖² + (η²/2)·E[g_BᵀH g_B]` on average, to second order, so
//! that it falls on average exactly where `GNI ≤ 2/η` (Andreyev and Beneventano, arXiv 2412.20553). Like batch
//! sharpness this is an observation about the next step and no theorem about stability.

use serde::Serialize;

use crate::kernel::{self, Isa};
use crate::network::{Batch, CurvatureMatrix, CurvatureOperator, Gathered, Pass, Point};
use crate::work;

use super::batch_sharpness::{BatchPlan, LEAST_BATCHES, PRECISION};
use super::estimate::{Estimate, mean};

/// The largest number of batches: each takes a product with H over all samples.
const MOST_BATCHES: usize = 100;

/// The measured interaction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interaction {
    /// `E[g_BᵀH g_B]/‖g‖²`, with its standard error over the batches.
    pub ratio: Estimate,
    /// `‖g‖²`.
    pub squared_gradient: f64,
    /// The number of batches, which is the number of products with H.
    pub batches: usize,
    /// The seed of the random batches.
    pub seed: u64,
}

/// Measures the interaction at a point over `data`, with batches until the standard error is below 1 % of the value, at
/// least 32 and at most 100 of them. The full batch is exact. Returns `None` where the gradient over all samples is zero
/// in f32 or a number is not finite: there is no quotient.
///
/// # Panics
/// When the batch size is not from 1 to the number of samples.
pub fn gradient_noise_interaction(
    isa: Isa,
    point: &Point<'_>,
    data: &Batch<'_>,
    matrix: CurvatureMatrix,
    plan: &BatchPlan,
) -> Option<Interaction> {
    let mut gradient = vec![0.0; point.network.parameters()];
    let mut pass = Pass::new(isa);
    pass.gradient(point, data, &mut gradient);
    let squared = kernel::dot_wide(isa, &gradient, &gradient);
    if !squared.is_finite() || squared < f64::from(f32::MIN_POSITIVE).powi(2) {
        return None;
    }
    let mut curvature = CurvatureOperator::new(isa, *point, *data, matrix);
    let mut product = vec![0.0; gradient.len()];
    // The product is taken along the unit vector, so that a small gradient does not leave the range of f32.
    let mut along = |gradient: &mut Vec<f32>| {
        let length = kernel::dot_wide(isa, gradient, gradient).sqrt();
        if length < f64::from(f32::MIN_POSITIVE) {
            return 0.0;
        }
        kernel::scale(isa, (1.0 / length) as f32, gradient);
        curvature.hessian_product(gradient, &mut product);
        length.powi(2) * kernel::dot_wide(isa, gradient, &product) / squared
    };
    let mut quotients = Vec::new();
    kernel::with_team(|| {
        if plan.is_full(data.samples) {
            quotients.push(along(&mut gradient));
            return;
        }
        let mut rows = Gathered::default();
        for indices in plan.batches(data.samples, MOST_BATCHES) {
            rows.gather(data, &indices);
            pass.gradient(point, &rows.batch(), &mut gradient);
            quotients.push(along(&mut gradient));
            work::progress(quotients.len(), MOST_BATCHES);
            let is_precise = mean(&quotients).is_some_and(|mean| mean.is_within(PRECISION));
            let is_enough = quotients.len() >= LEAST_BATCHES && is_precise;
            if is_enough || quotients.len() > 1 && work::is_over() {
                break;
            }
        }
    });
    let mut ratio = mean(&quotients)?;
    if plan.is_full(data.samples) {
        ratio.standard_error = 0.0;
    }
    ratio.value.is_finite().then_some(Interaction {
        ratio,
        squared_gradient: squared,
        batches: quotients.len(),
        seed: plan.seed,
    })
}
