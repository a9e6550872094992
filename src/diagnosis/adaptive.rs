//! The preconditioned sharpness of an adaptive optimiser, from its saved state.
//!
//! Adam steps along `P⁻¹` times a running mean of the gradient, RMSprop along `P⁻¹g`. With P held fixed their gradient
//! descent is stable exactly where
//!
//! ```text
//! λ_max(P⁻¹H) ≤ (2 + 2β₁)/((1 − β₁)η)   (38/η for β₁ = 0.9),   P = (1 − β₁ᵗ)·(√(v/(1 − β₂ᵗ)) + ε)
//! λ_max(P⁻¹H) ≤ (2 + 2μ)/η              (RMSprop with momentum μ), P = √v + ε
//! ```
//!
//! (Cohen et al., arXiv 2207.14484). Real P moves along, so that this is no theorem about the optimiser.

use serde::Serialize;

use crate::criterion::preconditioned::largest_preconditioned_sharpness;
use crate::curvature::preconditioned;
use crate::error::Result;
use crate::kernel;
use crate::network::{CurvatureOperator, Point};
use crate::work;

use super::eigenvalues::Listed;
use super::mode::Mode;
use super::preconditioner::Preconditioner;
use super::rounding::shared_point;
use super::task::Task;
use super::verdict::{Judgement, Justification, Stability};

/// The preconditioned sharpness with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PreconditionedSharpness {
    /// `λ_max(P⁻¹H)`, with its error bar.
    #[serde(flatten)]
    pub number: Listed,
    /// The number of products with H.
    pub products: usize,
    /// Whether the iteration reached its tolerance.
    pub converged: bool,
    /// The bound at the learning rate of the user.
    pub bound: f64,
    /// The momentum in the bound: β₁ of Adam, μ of RMSprop.
    pub momentum: f64,
    /// The number of steps of the state.
    pub steps: f64,
    /// The learning rate in the state.
    pub lr_of_state: f64,
}

impl PreconditionedSharpness {
    /// On which side of its bound it is: `above`, `below` or, within its bar, `at`.
    pub fn side(&self) -> &'static str {
        let number = &self.number;
        if number.value - number.bar > self.bound {
            "above"
        } else if number.value + number.bar < self.bound {
            "below"
        } else {
            "at"
        }
    }

    /// The verdict with the side of the bound as its reason: undecided, since P moves.
    pub(super) fn judge(&self, name: &str) -> Judgement {
        Judgement {
            verdict: Stability::Undecided,
            basis: Justification::None,
            reason: format!(
                "no theorem is about {name}; with its preconditioner held fixed, λ_max(P⁻¹H) is {} its bound",
                self.side()
            ),
        }
    }

    /// Measures `λ_max(P⁻¹H)` at a point. Its bar has the residual, and the rounding error of one product, measured in
    /// f64.
    ///
    /// # Errors
    /// Returns an error if a product overflows f32.
    pub(super) fn measure(
        task: &Task<'_>,
        mode: Option<Mode>,
        point: &Point<'_>,
        preconditioner: &Preconditioner,
    ) -> Result<Self> {
        work::stage("preconditioned sharpness λ_max(P⁻¹H)");
        let effort = task.effort;
        let batch = task.samples.batch();
        let mut curvature = CurvatureOperator::new(effort.isa, *point, batch, effort.matrix);
        let entries = &preconditioner.entries;
        let lanczos = &effort.lanczos;
        let ends = preconditioned(effort.isa, &mut curvature, entries, lanczos, effort.seed);
        let ends = task.finite(ends)?;
        let rounding = rounding(task, mode, entries, &ends.largest.vector);
        let lr = task.setting.lr.to_f64();
        let Preconditioner {
            betas, momentum, ..
        } = preconditioner;
        let (bound, momentum) = match betas {
            Some([first, _]) => (largest_preconditioned_sharpness(&lr, first), *first),
            None => (2.0 * (1.0 + momentum) / lr, *momentum),
        };
        Ok(PreconditionedSharpness {
            number: Listed::new(ends.largest.value, ends.largest.residual, rounding),
            products: ends.products,
            converged: ends.converged,
            bound,
            momentum,
            steps: preconditioner.steps,
            lr_of_state: preconditioner.lr,
        })
    }
}

/// The distance between the products of both engines with `P^(−1/2)HP^(−1/2)` along a unit vector.
fn rounding(task: &Task<'_>, mode: Option<Mode>, entries: &[f32], vector: &[f32]) -> f64 {
    let isa = task.effort.isa;
    let shared = shared_point(task, mode);
    let roots: Vec<f32> = entries.iter().map(|p| 1.0 / p.sqrt()).collect();
    let mut scaled = vector.to_vec();
    kernel::multiply(isa, &roots, &mut scaled);
    let mut image = vec![0.0; vector.len()];
    CurvatureOperator::new(isa, shared.point(), shared.batch(), task.effort.matrix)
        .hessian_product(&scaled, &mut image);
    kernel::multiply(isa, &roots, &mut image);
    let exact_roots: Vec<f64> = shared
        .in_f64(entries)
        .iter()
        .map(|p| 1.0 / p.sqrt())
        .collect();
    let pairs = shared.in_f64(vector).into_iter().zip(&exact_roots);
    let exact: Vec<f64> = pairs.map(|(v, root)| v * root).collect();
    let exact = shared.hessian_product(&exact);
    let pairs = exact.iter().zip(&exact_roots).zip(shared.in_f64(&image));
    let squares = pairs.map(|((x, root), y)| (x * root - y).powi(2));
    squares.sum::<f64>().sqrt()
}
