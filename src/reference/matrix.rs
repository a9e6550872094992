//! Products of row-major matrices.

use nalgebra::{DMatrixView, DMatrixViewMut};

/// A matrix to be read, row-major or transposed.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    data: &'a [f64],
    shape: (usize, usize),
    strides: (usize, usize),
}

impl<'a> Matrix<'a> {
    /// A row-major matrix, rows × columns.
    pub fn new(data: &'a [f64], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "{rows} × {columns}");
        Matrix {
            data,
            shape: (rows, columns),
            strides: (columns, 1),
        }
    }

    pub fn transposed(self) -> Self {
        Matrix {
            data: self.data,
            shape: (self.shape.1, self.shape.0),
            strides: (self.strides.1, self.strides.0),
        }
    }

    fn view(&self) -> DMatrixView<'a, f64, nalgebra::Dyn, nalgebra::Dyn> {
        let ((rows, columns), (down, right)) = (self.shape, self.strides);
        DMatrixView::from_slice_with_strides(self.data, rows, columns, down, right)
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.data[row * self.strides.0 + column * self.strides.1]
    }
}

/// The largest side for which nalgebra does not use its blocked product.
const SMALL: usize = 5;

/// `c ← c + a·b`, where `c` is row-major.
pub(super) fn multiply(a: Matrix<'_>, b: Matrix<'_>, c: &mut [f64]) {
    let ((rows, inner), columns) = (a.shape, b.shape.1);
    assert_eq!(
        (inner, c.len()),
        (b.shape.0, rows * columns),
        "{rows} × {columns}"
    );
    if rows.min(inner).min(columns) <= SMALL {
        for (place, c) in c.iter_mut().enumerate() {
            let (i, j) = (place / columns, place % columns);
            *c += (0..inner).map(|k| a.at(i, k) * b.at(k, j)).sum::<f64>();
        }
        return;
    }
    // nalgebra is column-major: cᵀ ← cᵀ + bᵀ·aᵀ.
    let mut c = DMatrixViewMut::from_slice(c, columns, rows);
    c.gemm(1.0, &b.transposed().view(), &a.transposed().view(), 1.0);
}

/// `Σ x_i y_i`, summed in eight lanes.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let (x8, y8) = (x.chunks_exact(8), y.chunks_exact(8));
    let rest: f64 = x8
        .remainder()
        .iter()
        .zip(y8.remainder())
        .map(|(x, y)| x * y)
        .sum();
    let mut lanes = [0.0; 8];
    for (x, y) in x8.zip(y8) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    rest + lanes.iter().sum::<f64>()
}

/// `y ← y + a·x`.
pub(super) fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    x.iter().zip(y).for_each(|(x, y)| *y += a * x);
}
