//! Characteristic polynomials, and a test whether all roots lie inside the unit disc.
//!
//! A polynomial is the list of its coefficients, constant term first.

use std::cmp::Ordering;

use nalgebra::DMatrix;

use crate::matrix::Algebra;
use crate::number::{Field, Verdict};

/// The coefficients of `det(zI − A)` (d + 1 of them, the last is 1), by Faddeev and LeVerrier. The only
/// divisions are by 1, …, d.
///
/// # Panics
/// When the matrix is not square.
pub fn characteristic<T: Field>(matrix: &DMatrix<T>) -> Vec<T> {
    let (rows, columns) = matrix.shape();
    assert_eq!(rows, columns, "eigenvalues of a {rows} × {columns} matrix");
    let mut descending = vec![T::one()];
    let mut product = DMatrix::identity(rows, rows);
    for k in 1..=rows {
        let next = matrix * &product;
        let trace = (0..rows).fold(T::zero(), |sum, i| sum + &next[(i, i)]);
        let coefficient = -trace / T::int(k as i64);
        product = next + DMatrix::identity(rows, rows).scaled(&coefficient);
        descending.push(coefficient);
    }
    descending.reverse();
    descending
}

/// `det A`, from the characteristic polynomial.
///
/// # Panics
/// When the matrix is not square.
pub fn determinant<T: Field>(matrix: &DMatrix<T>) -> T {
    let constant = characteristic(matrix).swap_remove(0);
    if matrix.nrows().is_multiple_of(2) {
        constant
    } else {
        -constant
    }
}

/// Does every root satisfy `|z| < 1`? The leading coefficient must not vanish.
///
/// By the recursion of Schur and Cohn: the leading coefficient must exceed the constant one in absolute
/// value, and `(a_n p(z) − a_0 zⁿp(1/z))/z` must have all its roots inside the disc too.
pub fn roots_inside_unit_disc<T: Field>(coefficients: &[T]) -> Verdict {
    let mut polynomial = coefficients.to_vec();
    while polynomial.len() > 1 {
        let degree = polynomial.len() - 1;
        let (low, high) = (polynomial[0].clone(), polynomial[degree].clone());
        match (high.square() - low.square()).sign() {
            Some(Ordering::Greater) => {}
            Some(_) => return Verdict::Fails,
            None => return Verdict::Undecided,
        }
        // Dividing by a_n keeps the coefficients of a monic polynomial at their size.
        let ratio = &low / &high;
        let reduced = |j| &polynomial[j + 1] - &ratio * &polynomial[degree - 1 - j];
        polynomial = (0..degree).map(reduced).collect();
    }
    Verdict::Holds
}

/// Is the spectral radius of the matrix below 1?
///
/// # Panics
/// When the matrix is not square.
pub fn spectral_radius_below_one<T: Field>(matrix: &DMatrix<T>) -> Verdict {
    roots_inside_unit_disc(&characteristic(matrix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    fn numbers(texts: &[&str]) -> Vec<Exact> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// The polynomial with these roots.
    fn with_roots(roots: &[&str]) -> Vec<Exact> {
        numbers(roots).iter().fold(numbers(&["1"]), |p, root| {
            let shifted = |j: usize| p.get(j.wrapping_sub(1)).cloned().unwrap_or(Exact::from(0));
            let here = |j: usize| p.get(j).cloned().unwrap_or(Exact::from(0));
            (0..=p.len()).map(|j| shifted(j) - root * here(j)).collect()
        })
    }

    #[test]
    fn roots_are_located_by_the_sign_of_their_distance_to_the_circle() {
        for (roots, inside) in [
            (["1/2", "-1/3", "0.999999"], Verdict::Holds),
            (["1/2", "-1/3", "1"], Verdict::Fails),
            (["1/2", "2", "1/2"], Verdict::Fails),
            (["-1", "1/2", "1/2"], Verdict::Fails),
            (["3", "0", "0"], Verdict::Fails),
        ] {
            assert_eq!(roots_inside_unit_disc(&with_roots(&roots)), inside);
        }
        // z² + 1: both roots on the circle; z² + z/2 + 8/9: a complex pair just inside.
        assert!(roots_inside_unit_disc(&numbers(&["1", "0", "1"])).fails());
        assert!(roots_inside_unit_disc(&numbers(&["8/9", "1/2", "1"])).holds());
    }

    #[test]
    fn the_characteristic_polynomial_of_a_triangle_is_known() {
        let entries = numbers(&["1/2", "7", "-3", "0", "-1/3", "5", "0", "0", "2/5"]);
        let matrix = DMatrix::from_row_slice(3, 3, &entries);
        let expected = with_roots(&["1/2", "-1/3", "2/5"]);
        assert_eq!(characteristic(&matrix), expected);
        assert_eq!(determinant(&matrix), Exact::fraction(-1, 15));
        assert!(spectral_radius_below_one(&matrix).holds());
    }
}
