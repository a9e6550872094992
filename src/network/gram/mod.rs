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
mod rows;

use crate::kernel::Isa;

use super::chunks::Share;
use super::context::{BackwardWeights, Context};
use super::layer::Layer;
use super::layers::Operation;
use super::loss::Predictions;
use super::tape::Tape;
use super::{Batch, Network, Pass, Point};
use factors::Factors;
use rows::Rows;

/// Why there is no Gram matrix when samples are coupled.
const COUPLED: &str = "coupled samples have no Jacobians of their own";

/// The Gram matrix of the Jacobian of a network's outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// The number of samples, n.
    pub samples: usize,
    /// The number of outputs of a sample, c.
    pub outputs: usize,
    /// `K`, row after row; it is symmetric.
    pub products: Vec<f64>,
    /// The second derivatives `L_i = ∂²f_i/∂o²` of the loss with respect to the outputs, samples × c × c,
    /// so that the Gauss–Newton matrices are `J_iᵀ L_i J_i`.
    pub loss_hessians: Vec<f64>,
}

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

    /// The number of rows and columns, N = n·c.
    pub fn size(&self) -> usize {
        self.samples * self.outputs
    }

    /// Copies the lower triangle, which alone was computed, to the upper one.
    fn mirror(&mut self) {
        /// Squares of this size are copied at a time, because both the rows and the columns of one stay
        /// in the cache.
        const SQUARE: usize = 64;
        let size = self.size();
        for top in (0..size).step_by(SQUARE) {
            for left in (0..=top).step_by(SQUARE) {
                for i in top..size.min(top + SQUARE) {
                    for j in left..i.min(left + SQUARE) {
                        self.products[j * size + i] = self.products[i * size + j];
                    }
                }
            }
        }
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

/// Whether each layer is a dense one that shares no weights, so that its rows are known as factors.
fn factored(network: &Network) -> Vec<bool> {
    let layers = network.layers();
    let meets = |one: &Layer, other: &Layer| {
        let overlap = |a: &std::ops::Range<usize>, b: &std::ops::Range<usize>| {
            a.start.max(b.start) < a.end.min(b.end)
        };
        overlap(&one.weight, &other.weight) || overlap(&one.bias, &other.bias)
    };
    let is_factored = |(index, layer): (usize, &Layer)| {
        let others = layers
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        matches!(layer.operation, Operation::Dense(_))
            && !others.into_iter().any(|(_, other)| meets(layer, other))
    };
    layers.iter().enumerate().map(is_factored).collect()
}

/// The first sample of a chunk, and an output.
#[derive(Clone, Copy)]
struct At {
    first: usize,
    output: usize,
}

/// Calls `visit` for every chunk of a share and for every output, with the chunk and what a
/// backward pass from that output left.
fn each_output(
    context: &Context<'_>,
    batch: &Batch<'_>,
    share: &Share,
    tape: &mut Tape,
    mut visit: impl FnMut(At, &Batch<'_>, &Tape),
) {
    for samples in share.chunks() {
        let part = batch.part(samples.clone(), context.network());
        tape.forward(context, &part);
        for output in 0..context.network().outputs() {
            tape.backward_from(context, part.inputs, output);
            let first = samples.start;
            visit(At { first, output }, &part, tape);
        }
    }
}
