//! Products, eigenvectors and factorisations of dense f64 matrices: what this room uses of `faer`.
//!
//! Matrices are slices, column after column; symmetric ones read the same row after row.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par, Side};

use crate::kernel;

fn threads() -> Par {
    Par::rayon(kernel::threads())
}

/// `product ← A·B` for `A` of shape `rows × inner`.
pub(super) fn multiply(a: &[f64], b: &[f64], inner: usize, product: &mut [f64]) {
    let (rows, columns) = (a.len() / inner, b.len() / inner);
    matmul(
        MatMut::from_column_major_slice_mut(product, rows, columns),
        Accum::Replace,
        MatRef::from_column_major_slice(a, rows, inner),
        MatRef::from_column_major_slice(b, inner, columns),
        1.0,
        threads(),
    );
}

/// `product ← factor·A·Bᵀ` for `A` and `B` with `rows` rows.
pub(super) fn multiply_transposed(
    a: &[f64],
    b: &[f64],
    rows: usize,
    factor: f64,
    product: &mut [f64],
) {
    let columns = a.len() / rows;
    matmul(
        MatMut::from_column_major_slice_mut(product, rows, rows),
        Accum::Replace,
        MatRef::from_column_major_slice(a, rows, columns),
        MatRef::from_column_major_slice(b, rows, columns).transpose(),
        factor,
        threads(),
    );
}

/// The eigenvalues of a symmetric matrix, ascending, and its eigenvectors.
pub(super) struct Eigen {
    pub values: Vec<f64>,
    /// One eigenvector per column.
    pub vectors: Vec<f64>,
}

/// The eigenvalues and eigenvectors of a symmetric matrix of this size; `None` if the iteration fails, which
/// happens only for numbers that are not finite.
pub(super) fn eigen(matrix: &[f64], size: usize) -> Option<Eigen> {
    faer::set_global_parallelism(threads());
    let matrix = MatRef::from_column_major_slice(matrix, size, size);
    let found = matrix.self_adjoint_eigen(Side::Lower).ok()?;
    let vectors = found.U();
    let mut columns = Vec::with_capacity(size * size);
    for j in 0..size {
        columns.extend(vectors.col(j).iter());
    }
    Some(Eigen {
        values: found.S().column_vector().iter().copied().collect(),
        vectors: columns,
    })
}

/// The eigenvalues of a symmetric matrix, ascending.
pub(super) fn eigenvalues(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    faer::set_global_parallelism(threads());
    let matrix = MatRef::from_column_major_slice(matrix, size, size);
    matrix.self_adjoint_eigenvalues(Side::Lower).ok()
}

/// Whether a symmetric matrix has a Cholesky factorisation in f64.
pub(super) fn is_positive_definite(matrix: &[f64], size: usize) -> bool {
    faer::set_global_parallelism(threads());
    let matrix = MatRef::from_column_major_slice(matrix, size, size);
    matrix.llt(Side::Lower).is_ok()
}
