//! Range and kernel without roots: a rational orthogonal basis and the orthogonal projector, although
//! an orthonormal basis is not rational.

use nalgebra::{DMatrix, DVector};
use num_traits::Zero;

use crate::number::{Exact, Field};

/// An orthogonal basis of the range of a matrix with d rows, as the columns of a d × r matrix: made
/// from its columns by Gram and Schmidt without roots, so the columns are not of unit length.
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

/// The matrix (d × d) of a map that keeps the span of an orthogonal basis (d × r), in the
/// coordinates of this basis: `(QᵀQ)⁻¹ QᵀAQ`, r × r. Similar to the restriction, so eigenvalues
/// are kept; not symmetric.
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

/// The projector `P` onto the kernel of a symmetric matrix (d × d): `P = I − Σ q qᵀ/(qᵀq)` over an
/// orthogonal basis of the range.
pub fn kernel_projector(matrix: &DMatrix<Exact>) -> DMatrix<Exact> {
    let d = matrix.nrows();
    let mut projector = DMatrix::identity(d, d);
    for q in range_basis(matrix).column_iter() {
        let length: Exact = q.iter().map(Field::square).sum();
        projector -= (&q * q.transpose()).map(|entry| entry / &length);
    }
    projector
}

#[cfg(test)]
mod tests {
    use num_traits::One;
    use proptest::prelude::*;

    use super::*;
    use crate::matrix::inertia;

    #[test]
    fn the_kernel_of_a_regular_matrix_is_nothing() {
        let regular = DMatrix::from_row_slice(2, 2, &[2, 1, 1, 2].map(Exact::from));
        assert!(kernel_projector(&regular).iter().all(Zero::is_zero));
        let zero = DMatrix::zeros(2, 2);
        assert_eq!(kernel_projector(&zero), DMatrix::identity(2, 2));
    }

    proptest! {
        #[test]
        fn it_is_the_orthogonal_projector_onto_the_kernel(
            entries in proptest::collection::vec(-2i64..=2, 8),
        ) {
            let thin = DMatrix::from_iterator(4, 2, entries.into_iter().map(Exact::from));
            let matrix = &thin * thin.transpose();
            let projector = kernel_projector(&matrix);
            prop_assert_eq!(&projector, &projector.transpose());
            prop_assert_eq!(&projector * &projector, projector.clone());
            prop_assert!((&matrix * &projector).iter().all(Zero::is_zero));
            let kernel = Exact::from(inertia(&matrix).unwrap().zero as i64);
            prop_assert_eq!(projector.trace(), kernel * Exact::one());
        }
    }
}
