//! Linear maps on the space of symmetric matrices, as matrices.
//!
//! The space Sym(d) has the rational basis `E_ii` and `E_ij + E_ji` (i < j), in the order of [`pairs`],
//! with `d(d+1)/2` elements. A self-adjoint map `L` is represented by its Gram matrix `⟨X_a, L X_b⟩`
//! with `⟨X, Y⟩ = tr(XY)`. The basis is orthogonal but not normalised (√2 is not rational); this is a
//! congruence, so the Gram matrix has the definiteness and rank of `L`, but not its eigenvalues.

use nalgebra::DMatrix;

use crate::number::Field;

/// The index pairs `(i, j)`, `i ≤ j < dimension`, row by row: (0,0), (0,1), …, (1,1), …
pub fn pairs(dimension: usize) -> Vec<(usize, usize)> {
    let row = |i| (i..dimension).map(move |j| (i, j));
    (0..dimension).flat_map(row).collect()
}

/// The Gram matrix of `X ↦ AXAᵀ` for any square `A` (d × d; the result is m × m, m = d(d+1)/2). With
/// `A = I` it is the Gram matrix of the basis.
pub fn sandwich<T: Field>(a: &DMatrix<T>) -> DMatrix<T> {
    gram(a, |(i, j), (k, l)| match (i == j, k == l) {
        (true, true) => a[(i, k)].square(),
        (_, true) => &a[(i, k)] * &a[(j, k)],
        (true, _) => T::int(2) * &a[(i, k)] * &a[(i, l)],
        _ => &a[(i, k)] * &a[(j, l)] + &a[(i, l)] * &a[(j, k)],
    })
}

/// The Gram matrix of `X ↦ AX + XA` for a symmetric `A` (d × d; the result is m × m).
pub fn anticommutator<T: Field>(a: &DMatrix<T>) -> DMatrix<T> {
    gram(a, |(i, j), (k, l)| {
        // (AX)_ij + (XA)_ij for X = E_kl, plus the same for X = E_lk when that is another matrix.
        let unit = |k: usize, l: usize| {
            let left = if j == l { a[(i, k)].clone() } else { T::zero() };
            let right = if i == k { a[(l, j)].clone() } else { T::zero() };
            left + right
        };
        if k == l {
            unit(k, k)
        } else {
            unit(k, l) + unit(l, k)
        }
    })
}

/// The Gram matrix of `X ↦ AXB + BXA` for symmetric `A` and `B` (d × d each; the result is m × m).
pub fn mixed<T: Field>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    sandwich(&(a + b)) - sandwich(a) - sandwich(b)
}

/// The symmetric matrix with these entries on and above its diagonal, in the order of [`pairs`].
///
/// # Panics
/// When there are not `d(d+1)/2` entries.
pub fn assemble<T: Field>(dimension: usize, entries: &[T]) -> DMatrix<T> {
    let (basis, count) = (pairs(dimension), entries.len());
    assert_eq!(
        basis.len(),
        count,
        "{count} entries for dimension {dimension}"
    );
    let mut matrix = DMatrix::zeros(dimension, dimension);
    for ((i, j), entry) in basis.into_iter().zip(entries) {
        (matrix[(i, j)], matrix[(j, i)]) = (entry.clone(), entry.clone());
    }
    matrix
}

/// `⟨X_ij, Y⟩` where `entry` gives `Y_ij`: the entry itself on the diagonal, twice the entry off it.
fn gram<T: Field>(
    a: &DMatrix<T>,
    entry: impl Fn((usize, usize), (usize, usize)) -> T,
) -> DMatrix<T> {
    let basis = pairs(a.nrows());
    DMatrix::from_fn(basis.len(), basis.len(), |row, column| {
        let ((i, j), image) = (basis[row], entry(basis[row], basis[column]));
        if i == j { image } else { T::int(2) * image }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    /// The Gram matrix by its definition, with full matrix products.
    fn by_definition(
        dimension: usize,
        map: impl Fn(&DMatrix<Exact>) -> DMatrix<Exact>,
    ) -> DMatrix<Exact> {
        let unit = |(i, j): (usize, usize)| {
            let mut unit = DMatrix::zeros(dimension, dimension);
            (unit[(i, j)], unit[(j, i)]) = (Exact::from(1), Exact::from(1));
            unit
        };
        let basis = pairs(dimension);
        DMatrix::from_fn(basis.len(), basis.len(), |row, column| {
            (unit(basis[row]) * map(&unit(basis[column]))).trace()
        })
    }

    #[test]
    fn the_sparse_formulas_are_the_definition() {
        let a = DMatrix::from_fn(3, 3, |i, j| {
            Exact::fraction((i * j + 2 * (i + j)) as i64 - 3, (1 + i.max(j)) as u64)
        });
        let a = &a + a.transpose();
        assert_eq!(sandwich(&a), by_definition(3, |x| &a * x * &a));
        let skewed = a.upper_triangle();
        let carried = |x: &DMatrix<Exact>| &skewed * x * skewed.transpose();
        assert_eq!(sandwich(&skewed), by_definition(3, carried));
        assert_eq!(anticommutator(&a), by_definition(3, |x| &a * x + x * &a));
        let b = DMatrix::from_fn(3, 3, |i, j| Exact::from((i + j * j + j + i * i) as i64));
        let both = |x: &DMatrix<Exact>| &a * x * &b + &b * x * &a;
        assert_eq!(mixed(&a, &b), by_definition(3, both));
    }

    #[test]
    fn the_basis_counts_the_symmetric_matrices() {
        assert_eq!(pairs(3), [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]);
    }
}
