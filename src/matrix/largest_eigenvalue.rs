//! Encloses the largest eigenvalue of a rational symmetric matrix between two rationals, to any number
//! of digits.

use std::cell::Cell;

use nalgebra::DMatrix;
use num_traits::Zero;

use super::least_quotient::least_quotient;
use super::{Algebra, Bracket, Fractions, bracket, definite};
use crate::number::{Exact, Verdict};

/// Encloses `λ_max(A)` within `10^−digits · (1 + max_i Σ_j |a_ij|)`: `cI − A ⪰ 0` is proved at the
/// upper end `c` and refuted at the lower. `None` when a proof would need too large an elimination (an
/// end equals the eigenvalue and the matrix has very long entries).
///
/// # Panics
/// When the matrix is not square or is empty.
pub fn largest_eigenvalue(matrix: &DMatrix<Exact>, digits: u32) -> Option<Bracket> {
    let (rows, columns) = matrix.shape();
    assert!(
        rows == columns && rows > 0,
        "an eigenvalue of a {rows} × {columns} matrix"
    );
    // All eigenvalues of A + shift·I lie between 1 and 2·shift.
    let sum = |row: usize| matrix.row(row).iter().map(Exact::abs).sum::<Exact>();
    let norm = (0..rows).map(sum).max().unwrap_or_else(Exact::zero);
    let shift = norm + Exact::from(1);
    let identity = Fractions::identity(rows);
    let shifted = Fractions::of(matrix) + identity.clone().scaled(&shift);
    let width = Exact::from(10).pow(digits).reciprocal() * Exact::fraction(1, 2);
    let bits = 16 - width.exponent();
    let proposed = least_quotient(&identity, &shifted, bits);
    let guess = proposed.map_or_else(|| shift.clone(), |quotient| quotient.reciprocal());
    let undecided = Cell::new(false);
    let below = |c: &Exact| {
        let slack = identity.clone().scaled(c) - shifted.clone();
        let verdict = definite::semidefinite_within(&slack, bits.unsigned_abs());
        undecided.set(undecided.get() || verdict == Verdict::Undecided);
        verdict.fails()
    };
    let found = bracket(below, &guess, &width);
    (!undecided.get()).then(|| Bracket {
        lower: found.lower - &shift,
        upper: found.upper - &shift,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Field;

    #[test]
    fn the_golden_ratio_is_enclosed_to_a_hundred_digits() {
        let entries = [1, 1, 1, 0].map(Exact::from);
        let found = largest_eigenvalue(&DMatrix::from_row_slice(2, 2, &entries), 100).unwrap();
        let polynomial = |x: &Exact| x.square() - x - Exact::from(1);
        assert!(polynomial(&found.lower) < Exact::zero());
        assert!(polynomial(&found.upper) >= Exact::zero());
        let hundred = Exact::from(10).pow(100).reciprocal();
        assert!(&found.upper - &found.lower <= hundred * Exact::from(3));
    }

    #[test]
    fn negative_and_multiple_and_rational_eigenvalues_are_enclosed() {
        for (diagonal, largest) in [([-3, -2, -2], -2), ([0, 0, 0], 0), ([1, 5, 5], 5)] {
            let matrix = DMatrix::from_fn(3, 3, |i, j| {
                Exact::from(if i == j { diagonal[i] } else { 0 })
            });
            let found = largest_eigenvalue(&matrix, 50).unwrap();
            let largest = Exact::from(largest);
            assert!(found.lower <= largest && largest <= found.upper);
            assert!((found.upper - found.lower).exponent() < -160);
        }
    }

    /// The eigenvalues of the path on n vertices are 2cos(kπ/(n + 1)): the largest of n = 11 is
    /// 2cos(π/12) = (√6 + √2)/2, whose square is 2 + √3.
    #[test]
    fn the_path_on_eleven_vertices_has_its_closed_form() {
        let path = DMatrix::from_fn(11, 11, |i, j| Exact::from(i64::from(i.abs_diff(j) == 1)));
        let found = largest_eigenvalue(&path, 100).unwrap();
        let polynomial = |x: &Exact| (x.square() - Exact::from(2)).square() - Exact::from(3);
        assert!(polynomial(&found.lower) < Exact::zero());
        assert!(polynomial(&found.upper) >= Exact::zero());
    }
}
