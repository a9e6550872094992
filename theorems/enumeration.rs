//! The behaviour with which criteria of the mean square are compared, by enumeration of all batches.

use nalgebra::DMatrix;
use sgd_stability::claim::Posed;
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::number::{Field, Verdict};

/// `I − E[A_b ⊗ A_b] ⪰ 0` on all d² entries, by enumeration of all batches: another basis and no
/// formula for `D`. (The antisymmetric matrices add nothing: the spectral radius of a map that
/// keeps the semi-definite cone is attained there.)
pub fn bounded_by_enumeration<T: Field>(posed: &Posed<T>) -> Verdict {
    let square = |batch: &[usize]| {
        let step = posed.model.step(batch, &posed.eta);
        step.kronecker(&step)
    };
    let mean = posed.instance.mean_over_batches::<T, DMatrix<T>>(square);
    positive_semidefinite(&(DMatrix::identity(mean.nrows(), mean.ncols()) - mean))
}
