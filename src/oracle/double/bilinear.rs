//! Dense layers and convolutions over pairs.
//!
//! A pair holds the rows `x` of some samples and then the rows `Rx`, their derivative along the
//! direction. `y = W·x` gives `Ry = W·Rx + V·x`.

use super::matrix::{Matrix, axpy, dot, multiply};
use super::windows::Window;

/// Rows below which a dense product is made of dots: packing a matrix would cost more than using it.
const FEW: usize = 8;

/// Weights (outputs × inputs) or a direction among them.
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
    pub fn up(&self, x: &[f64], y: &mut [f64]) {
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
    pub fn down(&self, y: &[f64], x: &mut [f64]) {
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
pub(super) fn dense_gradient(
    y: &[f64],
    x: &[f64],
    (outputs, inputs): (usize, usize),
    sum: &mut [f64],
) {
    let rows = y.len() / outputs;
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

/// `y ← y + W·(windows of x)` for one image, for each pair of weights and `y`.
pub(super) fn convolve(pairs: &mut [(&[f64], &mut [f64])], window: &Window, x: &[f64]) {
    let (rows, places) = window.shape();
    let spread = window.spread(x);
    for (weights, y) in pairs {
        let weights = Matrix::new(weights, window.to[0], rows);
        multiply(weights, Matrix::new(&spread, rows, places), y);
    }
}

/// `x ← x + ` the transposed convolution of `y`, for one image.
pub(super) fn convolve_down(weights: &[f64], window: &Window, y: &[f64], x: &mut [f64]) {
    let (rows, places) = window.shape();
    let mut spread = vec![0.0; rows * places];
    let weights = Matrix::new(weights, window.to[0], rows).transposed();
    multiply(weights, Matrix::new(y, window.to[0], places), &mut spread);
    window.gather(&spread, x);
}

/// `sum ← sum + y·(windows of x)ᵀ` for one image.
pub(super) fn convolution_gradient(window: &Window, y: &[f64], x: &[f64], sum: &mut [f64]) {
    let (rows, places) = window.shape();
    let spread = window.spread(x);
    let y = Matrix::new(y, window.to[0], places);
    multiply(y, Matrix::new(&spread, rows, places).transposed(), sum);
}
