//! The rows of the Jacobian in dense layers, as the factors of their outer products.

use std::ops::Range;
use std::sync::Mutex;

use crate::kernel::{self, Isa, MatrixRef};

use super::matrix::Gram;
use super::outputs::{each_output, factored};
use crate::network::Batch;
use crate::network::chunks::{Worker, run, shares};
use crate::network::context::Context;
use crate::network::tape::Tape;

/// How many rows of the Gram matrix one thread computes at a time, at least.
const BAND: usize = 128;
/// How many columns of a band are computed at a time: the products then stay in the cache.
const COLUMNS: usize = 256;

/// The factors of all dense layers.
pub(super) struct Factors {
    isa: Isa,
    samples: usize,
    outputs: usize,
    layers: Vec<Factor>,
}

/// What one share of the samples leaves.
#[derive(Clone, Default)]
struct Kept {
    tape: Tape,
    factors: Vec<Factor>,
}

/// The factors of one layer.
#[derive(Clone)]
struct Factor {
    layer: usize,
    /// δ: N × outputs of the layer.
    deltas: Vec<f32>,
    /// h: n × inputs of the layer.
    inputs: Vec<f32>,
    /// 1 if the layer has a bias, else 0.
    bias: f64,
}

impl Factors {
    /// Runs the passes over the batch and keeps the factors.
    pub fn collect(context: &Context<'_>, batch: &Batch<'_>) -> Self {
        let network = context.network();
        let shares = shares(network, false, batch.samples);
        let factored = factored(network);
        let chosen: Vec<usize> = (0..factored.len())
            .filter(|&index| factored[index])
            .collect();
        let mut workers: Vec<Worker<Kept>> = Vec::new();
        run(&context.point, &shares, &mut workers, |share, worker| {
            let Kept { tape, factors } = &mut worker.scratch;
            let (first, count) = (share.samples.start, share.samples.len());
            *factors = chosen
                .iter()
                .map(|&layer| Factor::empty(context, layer, count))
                .collect();
            each_output(context, batch, share, tape, |at, part, tape| {
                for factor in factors.iter_mut() {
                    factor.keep(context, at.first - first, at.output, part, tape);
                }
            });
        });
        let mut all = workers.into_iter().map(|worker| worker.scratch.factors);
        let mut layers = all.next().expect("a share");
        for more in all {
            for (layer, more) in layers.iter_mut().zip(more) {
                layer.deltas.extend(more.deltas);
                layer.inputs.extend(more.inputs);
            }
        }
        Factors {
            isa: context.isa,
            samples: batch.samples,
            outputs: network.outputs(),
            layers,
        }
    }

    /// Adds the products of these layers to the lower triangle.
    pub fn add_to(&self, gram: &mut Gram) {
        let size = gram.size();
        let samples = BAND.div_ceil(self.outputs);
        let bands: Vec<_> = gram
            .products
            .chunks_mut(samples * self.outputs * size)
            .map(Mutex::new)
            .collect();
        let count = bands.len();
        kernel::share(count, |place| {
            // The longest bands come first.
            let band = count - 1 - place;
            let first = band * samples;
            let rows = first..self.samples.min(first + samples);
            let mut products = bands[band].lock().expect("each band has one thread");
            for start in (0..rows.end).step_by(COLUMNS.div_ceil(self.outputs)) {
                let columns = start..rows.end.min(start + COLUMNS.div_ceil(self.outputs));
                for factor in &self.layers {
                    factor.add(self, rows.clone(), columns.clone(), &mut products);
                }
            }
        });
    }
}

impl Factor {
    fn empty(context: &Context<'_>, layer: usize, samples: usize) -> Self {
        let at = context.layer(layer, samples);
        let outputs = context.network().outputs();
        Factor {
            layer,
            deltas: vec![0.0; samples * outputs * at.output.numbers()],
            inputs: vec![0.0; samples * at.input.numbers()],
            bias: if at.parameters.bias.is_empty() {
                0.0
            } else {
                1.0
            },
        }
    }

    /// Copies what a backward pass from one output left, for samples from `first` on.
    fn keep(
        &mut self,
        context: &Context<'_>,
        first: usize,
        output: usize,
        batch: &Batch<'_>,
        tape: &Tape,
    ) {
        let network = context.network();
        let (layer, outputs) = (&network.layers()[self.layer], network.outputs());
        let (inside, outside) = (layer.input.numbers(), layer.output.numbers());
        let rows = self
            .deltas
            .chunks_exact_mut(outside)
            .skip(first * outputs + output);
        let deltas = tape.deltas[self.layer].chunks_exact(outside);
        for (row, delta) in rows.step_by(outputs).zip(deltas) {
            row.copy_from_slice(delta);
        }
        if output == 0 {
            let from = first * inside;
            let read = tape.read(layer, batch.inputs);
            self.inputs[from..from + read.len()].copy_from_slice(read);
        }
    }

    /// `K ← K + (δδᵀ) ∘ (hhᵀ + bias)` for the rows of some samples and the columns of others. `products` are
    /// the rows of these samples.
    fn add(&self, all: &Factors, rows: Range<usize>, columns: Range<usize>, products: &mut [f64]) {
        let (c, isa) = (all.outputs, all.isa);
        let of =
            |samples: &Range<usize>, numbers: usize| numbers * samples.start..numbers * samples.end;
        let (inside, outside) = (
            self.inputs.len() / all.samples,
            self.deltas.len() / (all.samples * c),
        );
        let matrix = |from: &Range<usize>| {
            MatrixRef::new(&self.deltas[of(from, c * outside)], c * from.len(), outside)
        };
        let input = |from: &Range<usize>| {
            MatrixRef::new(&self.inputs[of(from, inside)], from.len(), inside)
        };
        let width = c * columns.len();
        let mut deltas = vec![0.0; c * rows.len() * width];
        kernel::row_products(isa, matrix(&rows), matrix(&columns), &mut deltas);
        let mut inputs = vec![0.0; rows.len() * columns.len()];
        kernel::row_products(isa, input(&rows), input(&columns), &mut inputs);
        let size = all.samples * c;
        for (i, row) in deltas.chunks_exact(width).enumerate() {
            let factors = &inputs[i / c * columns.len()..][..columns.len()];
            let products = &mut products[i * size + columns.start * c..][..width];
            let blocks = products.chunks_exact_mut(c).zip(row.chunks_exact(c));
            for ((products, deltas), factor) in blocks.zip(factors) {
                let factor = factor + self.bias;
                for (product, delta) in products.iter_mut().zip(deltas) {
                    *product += delta * factor;
                }
            }
        }
    }
}
