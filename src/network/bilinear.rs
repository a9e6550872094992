//! Layers with parameters: linear in their input and linear in their weights.
//!
//! Everything is made of four products, each of which takes the weights, or a direction among the
//! weights, as it is given: `x·W`, its transpose, and the two gradients.

use std::sync::OnceLock;

use crate::kernel::convolution::{self, Begin, Convolution};
use crate::kernel::dense::Below;
use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};

use super::layer::{Layer, Operation};
use super::linear::{add_scaled, begin};
use super::point::Weights;

/// Samples that one thread convolves before another may take over.
pub(super) const CHUNK: usize = 8;

/// A layer with parameters, at its place in the network.
pub(super) struct Bilinear<'a> {
    pub isa: Isa,
    pub index: usize,
    pub layer: &'a Layer,
    pub samples: usize,
}

impl Bilinear<'_> {
    /// Rows × channels of an activation that this layer reads or writes.
    fn rows(&self) -> usize {
        self.samples * self.layer.output.positions()
    }

    fn read<'b>(&self, x: &'b [f32]) -> MatrixRef<'b> {
        MatrixRef::new(x, self.samples, self.layer.input.numbers())
    }

    fn dense<'b>(&self, weights: &Weights<'b>) -> MatrixRef<'b> {
        let weight = &weights.flat[self.layer.weight.clone()];
        MatrixRef::new(
            weight,
            self.layer.output.numbers(),
            self.layer.input.numbers(),
        )
    }

    /// `y ← x·W + b`, with the ReLU that follows where `relu` says so.
    pub fn affine(&self, x: &[f32], weights: &Weights<'_>, relu: bool, y: &mut [f32]) {
        let weight = &weights.flat[self.layer.weight.clone()];
        let bias = &weights.flat[self.layer.bias.clone()];
        match &self.layer.operation {
            Operation::Dense => {
                let y = MatrixMut::new(y, self.samples, self.layer.output.numbers());
                kernel::dense::affine(self.isa, self.read(x), self.dense(weights), bias, relu, y);
            }
            Operation::Convolution(shape) => {
                let begin = match bias {
                    [] => Begin::Zero,
                    _ => Begin::Row(bias),
                };
                let sizes = (self.layer.input.numbers(), self.layer.output.numbers());
                in_chunks(x, y, sizes, |x, y| {
                    convolution::forward(self.isa, shape, x, weight, begin, relu, y);
                });
            }
            _ => kernel::scale_shift(self.isa, (weight, bias), relu, x, y),
        }
    }

    /// `y ← y + x·W`.
    pub fn add(&self, x: &[f32], weights: &Weights<'_>, y: &mut [f32]) {
        let weight = &weights.flat[self.layer.weight.clone()];
        match &self.layer.operation {
            Operation::Dense => {
                let y = MatrixMut::new(y, self.samples, self.layer.output.numbers());
                let weights = self.dense(weights).transposed();
                kernel::gemm(self.isa, self.read(x), weights, Start::Accumulate, y);
            }
            Operation::Convolution(shape) => {
                let sizes = (self.layer.input.numbers(), self.layer.output.numbers());
                in_chunks(x, y, sizes, |x, y| {
                    let begin = Begin::Accumulate;
                    convolution::forward(self.isa, shape, x, weight, begin, false, y);
                });
            }
            _ => add_scaled(self.isa, weight, x, y),
        }
    }

    /// `below ← start + y·Wᵀ`: the derivative by what the layer read.
    pub fn transposed(&self, y: &[f32], weights: &Weights<'_>, start: Start, below: &mut [f32]) {
        let weight = &weights.flat[self.layer.weight.clone()];
        match &self.layer.operation {
            Operation::Dense => {
                let y = MatrixRef::new(y, self.samples, self.layer.output.numbers());
                let dx = MatrixMut::new(below, self.samples, self.layer.input.numbers());
                let weights = self.dense(weights);
                match start {
                    Start::Zero => {
                        kernel::dense::backward(self.isa, y, weights, Below { gate: None, dx });
                    }
                    Start::Accumulate => kernel::gemm(self.isa, y, weights, start, dx),
                }
            }
            Operation::Convolution(shape) => {
                let sizes = (self.layer.output.numbers(), self.layer.input.numbers());
                let turned = weights.turned(self.index);
                let begin = match start {
                    Start::Zero => Begin::Zero,
                    Start::Accumulate => Begin::Accumulate,
                };
                in_chunks(y, below, sizes, |y, below| {
                    convolution::backward(self.isa, shape, y, turned, begin, below);
                });
            }
            _ => {
                begin(start, below);
                add_scaled(self.isa, weight, y, below);
            }
        }
    }

    /// `sum ← start + xᵀ·y` at the places of the weight, summed over the samples.
    pub fn weight_gradient(&self, x: &[f32], y: &[f32], start: Start, sum: &mut [f32]) {
        let sum = &mut sum[self.layer.weight.clone()];
        match &self.layer.operation {
            Operation::Dense => {
                let (outputs, inputs) = (self.layer.output.numbers(), self.layer.input.numbers());
                let y = MatrixRef::new(y, self.samples, outputs).transposed();
                let sum = MatrixMut::new(sum, outputs, inputs);
                kernel::gemm(self.isa, y, self.read(x), start, sum);
            }
            Operation::Convolution(shape) => {
                let sizes = (self.layer.input.numbers(), self.layer.output.numbers());
                if self.samples <= CHUNK {
                    return convolution::weight_gradient(self.isa, shape, x, y, start, sum);
                }
                self.convolution_sums(shape, sizes, (x, y), start, sum);
            }
            _ => self.scale_gradient(x, y, start, sum),
        }
    }

    /// The gradient of a convolution over many samples: chunk by chunk, the chunks added in order.
    fn convolution_sums(
        &self,
        convolution: &Convolution,
        sizes: (usize, usize),
        (x, y): (&[f32], &[f32]),
        start: Start,
        sum: &mut [f32],
    ) {
        let chunk = |numbers: &[f32], size: usize, place: usize| {
            let first = place * CHUNK * size;
            first..numbers.len().min(first + CHUNK * size)
        };
        let parts: Vec<_> = (0..self.samples.div_ceil(CHUNK))
            .map(|_| OnceLock::new())
            .collect();
        kernel::share(parts.len(), |place| {
            let mut part = vec![0.0; sum.len()];
            let x = &x[chunk(x, sizes.0, place)];
            let y = &y[chunk(y, sizes.1, place)];
            convolution::weight_gradient(self.isa, convolution, x, y, Start::Zero, &mut part);
            parts[place].set(part).expect("each chunk is met once");
        });
        begin(start, sum);
        for part in parts.iter().filter_map(OnceLock::get) {
            kernel::axpy(self.isa, 1.0, part, sum);
        }
    }

    /// `sum_c ← start + Σ x_c·y_c`, summed in f64 and rounded once.
    fn scale_gradient(&self, x: &[f32], y: &[f32], start: Start, sum: &mut [f32]) {
        let mut dots = vec![0.0; sum.len()];
        kernel::channel_dots(self.isa, x, y, Start::Zero, &mut dots);
        for (sum, dot) in sum.iter_mut().zip(dots) {
            *sum = match start {
                Start::Zero => dot as f32,
                Start::Accumulate => (f64::from(*sum) + dot) as f32,
            };
        }
    }

    /// `sum ← start + Σ y` at the places of the bias, summed over samples and positions.
    pub fn bias_gradient(&self, y: &[f32], start: Start, sum: &mut [f32]) {
        let sum = &mut sum[self.layer.bias.clone()];
        if !sum.is_empty() {
            let y = MatrixRef::new(y, self.rows(), self.layer.output.channels);
            kernel::column_sums(self.isa, y, start, sum);
        }
    }
}

/// Runs over the samples of `x` and `y`, whose samples have these sizes, chunk by chunk.
fn in_chunks(
    x: &[f32],
    y: &mut [f32],
    sizes: (usize, usize),
    run: impl Fn(&[f32], &mut [f32]) + Sync,
) {
    kernel::share_out(y, CHUNK * sizes.1, |first, y| {
        let first = first / sizes.1;
        let samples = y.len() / sizes.1;
        run(&x[first * sizes.0..(first + samples) * sizes.0], y);
    });
}
