//! Symmetric powers: the action of `x ↦ Ax` on the monomials of degree `k`, as Gram matrices.
//!
//! The symmetric tensors of order `k` over `ℝ^d` have dimension `C(d + k − 1, k)`. A tensor is given by
//! its entries `S_α`, one for each exponent `α` of a monomial `x^α`. The entry occurs `k!/α!` times in
//! the full tensor, so `⟨S, S'⟩ = Σ_α (k!/α!) S_α S'_α`. The Gram matrix of `A^{⊗k}` is rational, and
//! symmetric when `A` is.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use crate::number::Field;

/// A homogeneous polynomial, as a map from exponents to coefficients.
type Polynomial<T> = BTreeMap<Vec<usize>, T>;

/// The exponents of the monomials of degree `order` in `d` variables, in lexicographic order.
pub fn exponents(dimension: usize, order: usize) -> Vec<Vec<usize>> {
    let Some(rest) = dimension.checked_sub(1) else {
        return if order == 0 { vec![vec![]] } else { vec![] };
    };
    let with_first = |first: usize| {
        let tails = exponents(rest, order - first).into_iter();
        tails.map(move |tail| [vec![first], tail].concat())
    };
    (0..=order).flat_map(with_first).collect()
}

/// The Gram matrix of `A^{⊗k}` on the symmetric tensors (A: d × d; the result is m × m with
/// `m = C(d + k − 1, k)`). With `A = I` it is the Gram matrix of the basis.
pub fn symmetric_power<T: Field>(a: &DMatrix<T>, order: usize) -> DMatrix<T> {
    let basis = exponents(a.nrows(), order);
    let mut gram = DMatrix::zeros(basis.len(), basis.len());
    for (row, exponent) in basis.iter().enumerate() {
        let weight = T::int(multinomial(exponent));
        let image = image(a, exponent);
        for (column, exponent) in basis.iter().enumerate() {
            if let Some(coefficient) = image.get(exponent) {
                gram[(row, column)] = &weight * coefficient;
            }
        }
    }
    gram
}

/// `(Ax)^α = Π_i (Σ_j a_ij x_j)^{α_i}` as a polynomial in `x`.
fn image<T: Field>(a: &DMatrix<T>, exponent: &[usize]) -> Polynomial<T> {
    let factors = exponent.iter().enumerate();
    let rows = factors.flat_map(|(row, &times)| std::iter::repeat_n(row, times));
    let one = BTreeMap::from([(vec![0; exponent.len()], T::one())]);
    rows.fold(one, |polynomial, row| times_row(&polynomial, a, row))
}

/// The polynomial multiplied by `Σ_j a_ij x_j` for the row `i`.
fn times_row<T: Field>(polynomial: &Polynomial<T>, a: &DMatrix<T>, row: usize) -> Polynomial<T> {
    let mut product = Polynomial::new();
    for (exponent, coefficient) in polynomial {
        for column in 0..a.ncols() {
            let mut raised = exponent.clone();
            raised[column] += 1;
            let term = coefficient * &a[(row, column)];
            *product.entry(raised).or_insert_with(T::zero) += term;
        }
    }
    product
}

/// The number of times `k!/α!` that the entry occurs in the full tensor.
fn multinomial(exponent: &[usize]) -> i64 {
    let binomial = |n: usize, k: usize| (1..=k).fold(1, |c, i| c * (n - k + i) / i);
    let mut sum = 0;
    let factors = exponent.iter().map(|&part| {
        sum += part;
        binomial(sum, part)
    });
    factors.product::<usize>() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{Algebra, symmetric};
    use crate::number::Exact;

    fn matrix(entries: [i64; 4]) -> DMatrix<Exact> {
        DMatrix::from_row_slice(2, 2, &entries.map(Exact::from))
    }

    #[test]
    fn the_basis_is_counted_and_weighted() {
        assert_eq!(exponents(3, 4).len(), 15);
        assert_eq!(exponents(2, 2), [[0, 2], [1, 1], [2, 0]]);
        let weights = symmetric_power(&matrix([1, 0, 0, 1]), 4).diagonal();
        assert_eq!(weights.as_slice(), [1, 4, 6, 4, 1].map(Exact::from));
        let odd = symmetric_power(&matrix([1, 0, 0, 1]), 3).diagonal();
        assert_eq!(odd.as_slice(), [1, 3, 3, 1].map(Exact::from));
    }

    #[test]
    fn powers_multiply_like_their_matrices() {
        let (a, b) = (matrix([1, -2, -2, 3]), matrix([2, 1, 1, -1]));
        let weights = symmetric_power(&matrix([1, 0, 0, 1]), 3);
        let inverse = weights.map(|w| {
            if w == Exact::from(0) {
                w
            } else {
                w.reciprocal()
            }
        });
        let product = symmetric_power(&a, 3) * inverse * symmetric_power(&b, 3);
        assert_eq!(product, symmetric_power(&(&a * &b), 3));
        assert_eq!(symmetric_power(&a, 3).transpose(), symmetric_power(&a, 3));
    }

    #[test]
    fn the_second_power_is_the_sandwich_in_reverse_order() {
        let a = matrix([1, 2, 2, -3]).scaled(&Exact::fraction(1, 5));
        let reversed = |m: DMatrix<Exact>| DMatrix::from_fn(3, 3, |i, j| m[(2 - i, 2 - j)].clone());
        assert_eq!(reversed(symmetric_power(&a, 2)), symmetric::sandwich(&a));
    }
}
