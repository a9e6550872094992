//! The orthogonal projector onto a kernel: rational, although an orthonormal basis is not.

use nalgebra::{DMatrix, DVector};
use num_traits::Zero;

use crate::number::{Exact, Field};

/// The projector `P` onto the kernel of a symmetric matrix (d × d): `P = I − Σ q qᵀ/(qᵀq)` over an
/// orthogonal basis of the range, made from the columns by Gram and Schmidt without roots.
pub fn kernel_projector(matrix: &DMatrix<Exact>) -> DMatrix<Exact> {
    let d = matrix.nrows();
    let mut projector = DMatrix::identity(d, d);
    for column in matrix.column_iter() {
        // What is left of the column outside the range found so far.
        let rest: DVector<Exact> = &projector * column;
        if rest.iter().any(|entry| !entry.is_zero()) {
            let length = rest.iter().map(Field::square).sum::<Exact>();
            let outer = &rest * rest.transpose();
            projector -= outer.map(|entry| entry / &length);
        }
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
