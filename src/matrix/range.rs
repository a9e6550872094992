//! The range of a matrix over a field without roots: an orthogonal basis, because an orthonormal one
//! need not be rational.

use nalgebra::{DMatrix, DVector};
use num_traits::Zero;

use crate::number::{Exact, Field};

/// An orthogonal basis of the range of a matrix with d rows, as the columns of a d × r matrix. It is
/// made from the matrix's columns by Gram–Schmidt without normalisation.
pub fn range_basis(matrix: &DMatrix<Exact>) -> DMatrix<Exact> {
    let d = matrix.nrows();
    let mut basis: Vec<DVector<Exact>> = Vec::new();
    for column in matrix.column_iter() {
        let column: DVector<Exact> = column.into_owned();
        let rest = basis.iter().fold(column.clone(), |rest, q| {
            let part = q.dot(&column) / q.dot(q);
            rest - q.map(|entry| entry * &part)
        });
        if rest.iter().any(|entry| !entry.is_zero()) {
            basis.push(rest);
        }
    }
    DMatrix::from_fn(d, basis.len(), |i, j| basis[j][i].clone())
}

/// The matrix (r × r) of a map (d × d) restricted to an invariant subspace, in the coordinates of an
/// orthogonal basis (d × r) of that subspace: `(QᵀQ)⁻¹ QᵀAQ`. It has the eigenvalues of the restriction
/// but is not symmetric.
pub fn restricted(matrix: &DMatrix<Exact>, basis: &DMatrix<Exact>) -> DMatrix<Exact> {
    let mut inside = basis.transpose() * matrix * basis;
    for (i, q) in basis.column_iter().enumerate() {
        let length: Exact = q.iter().map(Field::square).sum();
        inside
            .row_mut(i)
            .iter_mut()
            .for_each(|entry| *entry /= &length);
    }
    inside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matrix::inertia;

    proptest! {
        /// `QᵀQ` is diagonal, `Q` spans the range, and the restriction has the trace and the
        /// images of the matrix.
        #[test]
        fn the_basis_is_orthogonal_and_spans_the_range(
            entries in proptest::collection::vec(-2i64..=2, 8),
        ) {
            let thin = DMatrix::from_iterator(4, 2, entries.into_iter().map(Exact::from));
            let matrix = &thin * thin.transpose();
            let q = range_basis(&matrix);
            let gram = q.transpose() * &q;
            let beside = |i| (0..i).map(move |j| (i, j));
            prop_assert!((0..q.ncols()).flat_map(beside).all(|place| gram[place].is_zero()));
            prop_assert_eq!(q.ncols(), inertia(&matrix).unwrap().rank());
            let inside = restricted(&matrix, &q);
            prop_assert_eq!(&matrix * &q, &q * &inside);
            prop_assert_eq!(inside.trace(), matrix.trace());
        }
    }
}
