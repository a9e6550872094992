//! The behaviour that mean-square criteria are compared with, computed by enumerating all batches.

use nalgebra::DMatrix;
use sgd_stability::claim::Posed;
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::number::{Field, Verdict};

/// Is `I − E[A_b ⊗ A_b] ⪰ 0` on all d² entries? By enumerating all batches, in another basis than the
/// library's and without a formula for `D`. (The antisymmetric matrices add nothing, because a map that
/// keeps the semi-definite cone attains its spectral radius on that cone.)
pub fn bounded_by_enumeration<T: Field>(posed: &Posed<T>) -> Verdict {
    let square = |batch: &[usize]| {
        let step = posed.model.step(batch, &posed.eta);
        step.kronecker(&step)
    };
    let mean = posed.instance.mean_over_batches::<T, DMatrix<T>>(square);
    positive_semidefinite(&(DMatrix::identity(mean.nrows(), mean.ncols()) - mean))
}
