//! Products, eigenvectors and factorisations of dense f64 matrices: what this room uses of `faer`.
//!
//! Matrices are slices, column after column; symmetric ones read the same row after row.

use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, MatRef, Par, Side};
use rayon::prelude::*;

use crate::kernel;

fn threads() -> Par {
    Par::rayon(kernel::threads())
}

/// `product ← L·B` for the lower triangle L of a matrix with this number of rows.
pub(super) fn multiply_lower(matrix: &[f64], b: &[f64], rows: usize, product: &mut [f64]) {
    let columns = b.len() / rows;
    triangular::matmul(
        MatMut::from_column_major_slice_mut(product, rows, columns),
        BlockStructure::Rectangular,
        Accum::Replace,
        MatRef::from_column_major_slice(matrix, rows, rows),
        BlockStructure::TriangularLower,
        MatRef::from_column_major_slice(b, rows, columns),
        BlockStructure::Rectangular,
        1.0,
        threads(),
    );
}

/// Adds the lower triangle of `factor·A·Bᵀ` to the sum, for `A` and `B` with `rows` rows.
pub(super) fn add_lower(a: &[f64], b: &[f64], rows: usize, factor: f64, sum: &mut [f64]) {
    let columns = a.len() / rows;
    triangular::matmul(
        MatMut::from_column_major_slice_mut(sum, rows, rows),
        BlockStructure::TriangularLower,
        Accum::Add,
        MatRef::from_column_major_slice(a, rows, columns),
        BlockStructure::Rectangular,
        MatRef::from_column_major_slice(b, rows, columns).transpose(),
        BlockStructure::Rectangular,
        factor,
        threads(),
    );
}

/// Copies the lower triangle to the upper one.
pub(super) fn mirror(matrix: &mut [f64], size: usize) {
    /// So many columns are filled together, from whole cache lines.
    const TOGETHER: usize = 8;
    /// So many groups of them are filled in parallel.
    const GROUPS: usize = 16;
    for first in (0..size).step_by(TOGETHER * GROUPS) {
        let (done, rest) = matrix.split_at_mut(first * size);
        let count = (TOGETHER * GROUPS).min(size - first);
        let (band, _) = rest.split_at_mut(count * size);
        let groups = band.par_chunks_mut(TOGETHER * size).enumerate();
        groups.for_each(|(group, columns)| {
            let from = first + group * TOGETHER;
            for (j, column) in done.chunks_exact(size).enumerate() {
                let line = &column[from..];
                let filled = columns.chunks_exact_mut(size).zip(line);
                filled.for_each(|(column, x)| column[j] = *x);
            }
        });
        for i in 0..count {
            for j in 0..i {
                band[i * size + first + j] = band[j * size + first + i];
            }
        }
    }
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
