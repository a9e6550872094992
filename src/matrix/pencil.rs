//! Critical values proposed in floating point. A proposal is never an answer; it only says where the
//! exact search starts ([`crate::matrix::bracket()`]).

use nalgebra::{DMatrix, SymmetricEigen};

/// QR sweeps per eigenvalue after which the computation is given up; convergence is cubic, so three are
/// typical.
const SWEEPS: usize = 64;

/// Directions in which `A` is below this fraction of its largest eigenvalue count as its kernel. The
/// fraction is well above rounding errors at d = 136 rows, and a wrong choice only costs time.
const KERNEL: f64 = 1e-11;

/// The largest eigenvalue of a symmetric matrix, approximately; `None` when it cannot be computed.
pub fn largest_eigenvalue(matrix: &DMatrix<f64>) -> Option<f64> {
    let largest = eigen(matrix)?
        .eigenvalues
        .iter()
        .copied()
        .fold(f64::NAN, f64::max);
    largest.is_finite().then_some(largest)
}

/// The `count` largest eigenvalues of a symmetric matrix in descending order, and their eigenvectors as
/// columns (n × count), approximately; `None` when they cannot be computed.
pub fn leading_eigenpairs(matrix: &DMatrix<f64>, count: usize) -> Option<(Vec<f64>, DMatrix<f64>)> {
    let eigen = eigen(matrix)?;
    let mut order: Vec<usize> = (0..matrix.nrows()).collect();
    order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
    order.truncate(count);
    let values: Vec<f64> = order.iter().map(|&i| eigen.eigenvalues[i]).collect();
    let finite = values.iter().all(|value| value.is_finite());
    finite.then(|| (values, eigen.eigenvectors.select_columns(&order)))
}

/// The largest η with `A − ηB ⪰ 0`, approximately: `1/λ_max(A^{+/2} B A^{+/2})`, where `A ⪰ 0` and
/// `B ⪰ 0` vanishes on the kernel of `A`; `None` when it is not finite and positive.
pub fn critical_factor(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Option<f64> {
    let eigen = eigen(a)?;
    let largest = eigen.eigenvalues.iter().copied().fold(0.0, f64::max);
    let weights = eigen.eigenvalues.map(|value| {
        if value > KERNEL * largest {
            value.sqrt().recip()
        } else {
            0.0
        }
    });
    let root = eigen.eigenvectors * DMatrix::from_diagonal(&weights);
    let critical = largest_eigenvalue(&(root.transpose() * b * &root))?.recip();
    (critical.is_finite() && critical > 0.0).then_some(critical)
}

fn eigen(matrix: &DMatrix<f64>) -> Option<SymmetricEigen<f64, nalgebra::Dyn>> {
    let usable = !matrix.is_empty() && matrix.iter().all(|entry| entry.is_finite());
    let sweeps = SWEEPS * matrix.nrows();
    usable.then(|| SymmetricEigen::try_new(matrix.clone(), f64::EPSILON, sweeps))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposals_are_near_and_give_up_quietly() {
        let a = DMatrix::from_row_slice(2, 2, &[4.0, 0.0, 0.0, 9.0]);
        // 1e-9 is far above rounding errors and far below the distance to any wrong eigenvalue.
        assert!((largest_eigenvalue(&a).unwrap() - 9.0).abs() < 1e-9);
        let (values, vectors) = leading_eigenpairs(&a, 1).unwrap();
        assert!((values[0] - 9.0).abs() < 1e-9 && vectors[(0, 0)].abs() < 1e-9);
        assert_eq!(largest_eigenvalue(&DMatrix::zeros(0, 0)), None);
        assert_eq!(
            largest_eigenvalue(&DMatrix::from_element(2, 2, f64::NAN)),
            None
        );
    }

    #[test]
    fn the_critical_factor_leaves_flat_directions_out() {
        let a = DMatrix::from_row_slice(2, 2, &[4.0, 0.0, 0.0, 0.0]);
        let b = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 0.0, 0.0]);
        // 1e-9 is far above rounding errors and far below the distance to any wrong factor.
        assert!((critical_factor(&a, &b).unwrap() - 2.0).abs() < 1e-9);
        assert_eq!(critical_factor(&a, &DMatrix::zeros(2, 2)), None);
    }
}
