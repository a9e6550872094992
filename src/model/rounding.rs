//! Faults of a matrix that are as small as floating-point numbers round.
//!
//! A Hessian that was computed as JᵀJ in floating point is often slightly indefinite, and sometimes slightly
//! asymmetric. Such a matrix is refused like any other, but its user needs to be told another mend.

use nalgebra::DMatrix;

use crate::matrix::definite::exactly_semidefinite;
use crate::number::Exact;

/// The relative error, as a power of two, of a product of 256 terms in f64, and of one in f32.
const IN_F64: i32 = -45;
const IN_F32: i32 = -16;

/// What to do about a matrix that is symmetric and not positive semi-definite only by rounding; `None` if
/// it is so by more.
pub(super) fn indefinite(matrix: &DMatrix<Exact>) -> Option<String> {
    let precision = precision(matrix);
    let slack = matrix.trace() * Exact::power_of_two(precision);
    let raised = DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| {
        if i == j {
            &matrix[(i, j)] + &slack
        } else {
            matrix[(i, j)].clone()
        }
    });
    exactly_semidefinite(&raised).then(|| {
        format!(
            "has a negative eigenvalue, which is so small (less than 2^{precision} of the trace) that rounding \
             made it; give the Jacobians J_i that it was computed from, as {MEND}"
        )
    })
}

/// What to do about two entries that mirror each other and differ only by rounding; `None` if they differ by
/// more.
pub(super) fn asymmetric(matrix: &DMatrix<Exact>, one: &Exact, other: &Exact) -> Option<String> {
    let slack = matrix.trace().abs() * Exact::power_of_two(precision(matrix));
    let is_small = (one - other).abs() <= slack;
    is_small.then(|| {
        format!(
            "; rounding makes such differences, so give the Jacobians J_i that it was computed from, as {MEND}"
        )
    })
}

const MEND: &str = "\"jacobians\", and factor·J_iᵀJ_i is formed exactly";

/// The rounding of numbers of the precision that these have.
fn precision(matrix: &DMatrix<Exact>) -> i32 {
    let is_held = |entry: &Exact| Exact::from_f32(entry.to_f32()).as_ref() == Some(entry);
    if matrix.iter().all(is_held) {
        IN_F32
    } else {
        IN_F64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix `[[1, b], [b, c]]`.
    fn matrix(b: f64, c: f64) -> DMatrix<Exact> {
        let numbers = [1.0, b, b, c].map(|number| Exact::from_f64(number).expect("finite"));
        DMatrix::from_row_slice(2, 2, &numbers)
    }

    #[test]
    fn what_a_product_in_floating_point_rounds_is_told_from_what_is_indefinite() {
        // (1, 1/10) times itself: 0.1² rounded down in f64 and in f32.
        let mend = indefinite(&matrix(0.1, 0.1 * 0.1 - 1e-18)).expect("rounded");
        assert!(
            mend.contains("2^-45") && mend.contains("\"jacobians\""),
            "{mend}"
        );
        let (b, c) = (0.1f32, 0.1f32 * 0.1f32 - 1e-9);
        let mend = indefinite(&matrix(b.into(), c.into())).expect("rounded");
        assert!(mend.contains("2^-16"), "{mend}");
        assert_eq!(indefinite(&matrix(0.1, 0.1 * 0.1 - 1e-9)), None);
        assert_eq!(indefinite(&matrix(2.0, 1.0)), None);
        assert_eq!(indefinite(&matrix(0.0, -2.0)), None);
    }

    #[test]
    fn a_small_difference_of_mirrored_entries_is_rounding() {
        let (matrix, one) = (matrix(0.1, 1.0), Exact::from_f64(0.1).expect("finite"));
        let near = Exact::from_f64(0.1 + 1e-16).expect("finite");
        let far = Exact::from_f64(0.1 + 1e-9).expect("finite");
        assert!(asymmetric(&matrix, &one, &near).is_some());
        assert_eq!(asymmetric(&matrix, &one, &far), None);
    }
}
