//! Products with H in a chain of dense layers, computed for a whole batch at once.
//!
//! ```text
//! both passes    samples are independent: each thread takes a block of them through all layers (`block`)
//! Σ_i R∂W        samples are summed, layer by layer: threads share the weights
//! ```
//!
//! The base pass is computed once. `rank_two` handles directions that differ from sample to sample.

mod block;
mod rank_two;

use std::iter::zip;
use std::slice::ChunksMut;
use std::sync::Mutex;

use crate::kernel::{self, MatrixMut, MatrixRef, ROW_GROUP, Start};
use crate::network::Batch;

use super::context::{Context, Parameters};
use super::layer::Layer;
use super::tangent::{Base, Problem, Tangent};
use super::tape::Tape;

use block::{Block, Direction};

/// A chain of dense layers at a point, over a batch.
pub(super) struct Chain {
    tape: Tape,
    first: Tangent,
    second: Tangent,
}

impl Chain {
    /// Computes the base pass.
    pub fn new(context: &Context<'_>, batch: &Batch<'_>) -> Self {
        let mut tape = Tape::default();
        tape.forward(context, batch);
        tape.backward(context, batch, 1.0);
        Chain {
            tape,
            first: Tangent::default(),
            second: Tangent::default(),
        }
    }

    /// The base pass.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// `product ← Σ_i H_i v`.
    pub fn hvp(&mut self, problem: Problem<'_>, direction: &[f32], product: &mut [f32]) {
        let base = problem.with(&self.tape);
        let direction = Direction {
            shared: direction,
            own: None,
        };
        propagate(&base, &direction, &mut self.first);
        sum_hvp(&base, &self.first, product);
    }

    /// `product ← Σ_i H_i (H_i v + shared)`, where v is the direction passed to the last [`Chain::hvp`].
    pub fn hvp_of_own_directions(
        &mut self,
        problem: Problem<'_>,
        shared: &[f32],
        product: &mut [f32],
    ) {
        let base = problem.with(&self.tape);
        let direction = Direction {
            shared,
            own: Some(&self.first),
        };
        propagate(&base, &direction, &mut self.second);
        sum_hvp(&base, &self.second, product);
    }

    /// Appends `vᵀH_i v` for each sample.
    pub fn sample_quotients(
        &mut self,
        problem: Problem<'_>,
        direction: Parameters<'_>,
        quotients: &mut Vec<f64>,
    ) {
        let base = problem.with(&self.tape);
        self.first.sample_quotients(&base, direction, quotients);
    }
}

/// Computes a tangent; each thread computes it for some of the samples.
fn propagate(base: &Base<'_>, direction: &Direction<'_>, tangent: &mut Tangent) {
    let blocks = blocks(base, tangent);
    if let [block] = &blocks[..] {
        return block.lock().expect("the only one").propagate(direction);
    }
    kernel::share(blocks.len(), |place| {
        let mut block = blocks[place].lock().expect("one thread takes each block");
        kernel::alone(|| block.propagate(direction));
    });
}

/// Splits the samples into at most one block per thread. Blocks are cut at whole groups, so that a
/// product skips the same terms whatever the number of threads.
fn blocks<'a>(base: &Base<'a>, tangent: &'a mut Tangent) -> Vec<Mutex<Block<'a>>> {
    let (samples, layers) = (base.tape.samples, base.network().layers());
    let step = samples.div_ceil(kernel::threads()).max(1);
    let step = step.next_multiple_of(ROW_GROUP);
    let cut = |buffers: &'a mut Vec<Vec<f32>>, is_kept: fn(&Layer) -> bool| {
        buffers.resize(layers.len(), Vec::new());
        let pieces = zip(layers, buffers).map(|(layer, buffer)| {
            let width = layer.output.numbers();
            buffer.resize(if is_kept(layer) { samples * width } else { 0 }, 0.0);
            buffer.chunks_mut(step * width)
        });
        pieces.collect::<Vec<_>>()
    };
    let mut values = cut(&mut tangent.values, |_| true);
    let mut deltas = cut(&mut tangent.deltas, |_| true);
    let mut preactivations = cut(&mut tangent.preactivations, |layer| {
        layer.activation.has_second_derivative()
    });
    let block = |first: usize| {
        Mutex::new(Block {
            base: *base,
            samples: first..samples.min(first + step),
            values: next(&mut values),
            deltas: next(&mut deltas),
            preactivations: next(&mut preactivations),
        })
    };
    (0..samples).step_by(step).map(block).collect()
}

/// The next piece of every buffer; nothing of a buffer that is empty.
fn next<'a>(pieces: &mut [ChunksMut<'a, f32>]) -> Vec<&'a mut [f32]> {
    let pieces = pieces.iter_mut();
    pieces
        .map(|piece| piece.next().unwrap_or_default())
        .collect()
}

/// `sum ← Σ_i H_i v = Σ_i (R∂W, R∂b)`, with `R∂W = R∂z·xᵀ + ∂z·Rxᵀ`, for every parameter.
fn sum_hvp(base: &Base<'_>, tangent: &Tangent, mut sum: &mut [f32]) {
    let (isa, samples) = (base.problem.context.isa, base.tape.samples);
    for (index, layer) in base.network().layers().iter().enumerate() {
        let (outputs, inputs) = (layer.output.numbers(), layer.input.numbers());
        let (weight, behind) = sum.split_at_mut(layer.weight.len());
        let (bias, behind) = behind.split_at_mut(layer.bias.len());
        sum = behind;
        let delta_tangent = MatrixRef::new(&tangent.deltas[index], samples, outputs);
        if !bias.is_empty() {
            kernel::column_sums(isa, delta_tangent, Start::Zero, bias);
        }
        let mut weight = MatrixMut::new(weight, outputs, inputs);
        let x = MatrixRef::new(base.read(layer), samples, inputs);
        let of_units = delta_tangent.transposed();
        kernel::gemm(isa, of_units, x, Start::Zero, weight.reborrow());
        if index > 0 && base.is_second_order() {
            let delta = MatrixRef::new(&base.tape.deltas[index], samples, outputs);
            let x_tangent = MatrixRef::new(&tangent.values[index - 1], samples, inputs);
            let of_units = delta.transposed();
            kernel::gemm(isa, of_units, x_tangent, Start::Accumulate, weight);
        }
    }
}
