//! The Gram matrix of the Jacobian, `K = J Jᵀ`.
//!
//! `J` has a row for every output of every sample, N = n·c rows in all (row `i·c + a` is output `a` of
//! sample `i`), and a column for every parameter. It is never stored. One backward pass for each output
//! leaves in every layer the derivatives δ of that output, one row of numbers per sample. In a dense
//! layer, the part of a row of `J` that belongs to the weights is `δ ⊗ h`, with `h` the layer's input,
//! so that
//!
//! ```text
//! K = Σ_l (δ_l·δ_lᵀ) ∘ (h_l·h_lᵀ + 1)
//! ```
//!
//! where 1 is for a bias (`factors`). For all other layers, and for tied weights, the rows themselves are
//! computed, a tile of samples at a time, and multiplied with each other (`rows`).
//!
//! Rows are computed in f32 and multiplied in f64; each number of a product is one chain of sums, so the
//! bits are the same for any number of threads and on every instruction set.

mod factors;
mod matrix;
mod outputs;
mod rows;

use crate::kernel::Isa;

use super::context::{BackwardWeights, Context};
use super::loss::Predictions;
use super::{Batch, Pass, Point};
use factors::Factors;
pub use matrix::Gram;
use outputs::factored;
use rows::Rows;

/// Why there is no Gram matrix when samples are coupled.
const COUPLED: &str = "coupled samples have no Jacobians of their own";

impl Gram {
    /// The Gram matrix at a point, over the samples of a batch.
    ///
    /// # Panics
    /// When batch normalisation couples the samples ([`Point::is_coupled`]).
    pub fn of(isa: Isa, point: &Point<'_>, batch: &Batch<'_>) -> Self {
        assert!(!point.is_coupled(), "{COUPLED}");
        let mut weights = BackwardWeights::default();
        weights.fill(isa, point.network, point.parameters);
        let context = Context::new(isa, *point, &weights);
        let mut gram = Gram {
            samples: batch.samples,
            outputs: point.network.outputs(),
            products: Vec::new(),
            loss_hessians: loss_hessians(isa, point, batch),
        };
        gram.products = vec![0.0; gram.size() * gram.size()];
        Factors::collect(&context, batch).add_to(&mut gram);
        let factored = factored(point.network);
        let others = (0..factored.len()).filter(|&layer| !factored[layer]);
        Rows::new(&context, batch, others).add_to(&mut gram);
        gram.mirror();
        gram
    }
}

/// The Jacobian itself, N × parameters, for small networks. Its rows are rounded to f32, which those in dense
/// layers are not in [`Gram::of`].
///
/// # Panics
/// When batch normalisation couples the samples ([`Point::is_coupled`]).
pub fn jacobian(isa: Isa, point: &Point<'_>, batch: &Batch<'_>) -> Vec<f32> {
    assert!(!point.is_coupled(), "{COUPLED}");
    let mut weights = BackwardWeights::default();
    weights.fill(isa, point.network, point.parameters);
    let context = Context::new(isa, *point, &weights);
    let all = 0..point.network.layers().len();
    Rows::new(&context, batch, all).compute(&(0..batch.samples))
}

/// The second derivatives of the loss of every sample with respect to its outputs.
fn loss_hessians(isa: Isa, point: &Point<'_>, batch: &Batch<'_>) -> Vec<f64> {
    let mut outputs = Vec::new();
    Pass::new(isa).outputs(point, batch, &mut outputs);
    point.network.loss().second_derivatives(Predictions {
        outputs: &outputs,
        targets: batch.targets,
        width: point.network.outputs(),
    })
}
