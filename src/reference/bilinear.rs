//! Dense layers and convolutions over pairs.
//!
//! A pair holds the rows `x` of some samples, followed by the rows `Rx`, their tangents along the
//! direction `V`. From `y = W·x` follows `Ry = W·Rx + V·x`.

use super::matrix::{Matrix, axpy, dot, multiply};
use super::windows::Kernels;

/// With at most this many rows, a dense product is computed as dot products, since packing a matrix
/// would cost more than it saves.
const FEW: usize = 8;

/// Weights (outputs × inputs), or a direction in weight space.
#[derive(Clone, Copy)]
pub(super) struct Dense<'a> {
    pub weights: &'a [f64],
    pub outputs: usize,
    pub inputs: usize,
}

impl Dense<'_> {
    fn matrix(&self) -> Matrix<'_> {
        Matrix::new(self.weights, self.outputs, self.inputs)
    }

    /// `y ← y + x·Wᵀ` for every row.
    pub fn forward(&self, x: &[f64], y: &mut [f64]) {
        let rows = x.len() / self.inputs;
        if rows > FEW {
            return multiply(
                Matrix::new(x, rows, self.inputs),
                self.matrix().transposed(),
                y,
            );
        }
        for (o, weights) in self.weights.chunks_exact(self.inputs).enumerate() {
            for (row, x) in x.chunks_exact(self.inputs).enumerate() {
                y[row * self.outputs + o] += dot(weights, x);
            }
        }
    }

    /// `x ← x + y·W` for every row.
    pub fn backward(&self, y: &[f64], x: &mut [f64]) {
        let rows = y.len() / self.outputs;
        if rows > FEW {
            return multiply(Matrix::new(y, rows, self.outputs), self.matrix(), x);
        }
        for (o, weights) in self.weights.chunks_exact(self.inputs).enumerate() {
            for (row, x) in x.chunks_exact_mut(self.inputs).enumerate() {
                axpy(y[row * self.outputs + o], weights, x);
            }
        }
    }
}

/// `sum ← sum + Σ_rows yᵀ·x`, outputs × inputs.
pub(super) fn dense_gradient(y: &[f64], x: &[f64], inputs: usize, sum: &mut [f64]) {
    let (outputs, rows) = (sum.len() / inputs, x.len() / inputs);
    if rows > FEW {
        let y = Matrix::new(y, rows, outputs).transposed();
        return multiply(y, Matrix::new(x, rows, inputs), sum);
    }
    for (o, sum) in sum.chunks_exact_mut(inputs).enumerate() {
        for (row, x) in x.chunks_exact(inputs).enumerate() {
            axpy(y[row * outputs + o], x, sum);
        }
    }
}

/// The part of `numbers` that belongs to one of `groups` groups: weights, or channels of an input or
/// output.
fn of_group(numbers: &[f64], groups: usize, group: usize) -> &[f64] {
    let size = numbers.len() / groups;
    &numbers[group * size..(group + 1) * size]
}

/// `y ← y + W·(windows of x)` for one image, for each pair of weights and `y`.
pub(super) fn convolution_forward(
    pairs: &mut [(&[f64], &mut [f64])],
    kernels: &Kernels,
    x: &[f64],
) {
    let (groups, window) = (kernels.groups, &kernels.window);
    let (rows, places) = window.shape();
    for group in 0..groups {
        let spread = window.spread(of_group(x, groups, group));
        for (weights, y) in pairs.iter_mut() {
            let weights = of_group(weights, groups, group);
            let size = y.len() / groups;
            let y = &mut y[group * size..][..size];
            let weights = Matrix::new(weights, window.to[0], rows);
            multiply(weights, Matrix::new(&spread, rows, places), y);
        }
    }
}

/// `x ← x + ` the transposed convolution of `y`, for one image.
pub(super) fn convolution_backward(weights: &[f64], kernels: &Kernels, y: &[f64], x: &mut [f64]) {
    let (groups, window) = (kernels.groups, &kernels.window);
    let (rows, places) = window.shape();
    let size = x.len() / groups;
    for (group, x) in x.chunks_exact_mut(size).enumerate() {
        let mut spread = vec![0.0; rows * places];
        let weights = of_group(weights, groups, group);
        let weights = Matrix::new(weights, window.to[0], rows).transposed();
        let y = Matrix::new(of_group(y, groups, group), window.to[0], places);
        multiply(weights, y, &mut spread);
        window.gather(&spread, x);
    }
}

/// `sum ← sum + y·(windows of x)ᵀ` for one image.
pub(super) fn convolution_gradient(kernels: &Kernels, y: &[f64], x: &[f64], sum: &mut [f64]) {
    let (groups, window) = (kernels.groups, &kernels.window);
    let (rows, places) = window.shape();
    let size = sum.len() / groups;
    for (group, sum) in sum.chunks_exact_mut(size).enumerate() {
        let spread = window.spread(of_group(x, groups, group));
        let y = Matrix::new(of_group(y, groups, group), window.to[0], places);
        multiply(y, Matrix::new(&spread, rows, places).transposed(), sum);
    }
}
