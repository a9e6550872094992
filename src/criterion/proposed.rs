//! Critical learning rates in floating point, from which an exact search starts.

use nalgebra::DMatrix;

use crate::matrix::pencil;

/// The largest `η` with `A − ηB ⪰ 0`, approximately, for semi-definite `A` and `B` where `B` vanishes
/// on the kernel of `A`; NaN when it cannot be computed.
pub(crate) fn last_semidefinite(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    pencil::critical_factor(a, b).unwrap_or(f64::NAN)
}

/// The largest eigenvalue of a semi-definite matrix, approximately; NaN when it cannot be computed.
pub(crate) fn largest_eigenvalue(matrix: &DMatrix<f64>) -> f64 {
    // Rounding may give a zero matrix a slightly negative eigenvalue.
    pencil::largest_eigenvalue(matrix).map_or(f64::NAN, |value| value.max(0.0))
}
