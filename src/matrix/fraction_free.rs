//! Fraction-free elimination over the integers (Bareiss 1968): after `k` steps every entry is a minor
//! of order `k + 1`, so Hadamard's bound limits the length of the entries.

use std::cmp::Ordering;

use nalgebra::DMatrix;
use num_traits::Zero;

use super::{Algebra, Fractions};
use crate::number::{Exact, Whole};
use crate::work;

/// The definiteness of a symmetric matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `A ≻ 0`.
    Definite,
    /// `A ⪰ 0` with a non-trivial kernel.
    Singular,
    /// `vᵀAv < 0` for some `v`.
    Negative,
}

impl Sign {
    /// Is `A ⪰ 0`?
    pub fn is_semidefinite(self) -> bool {
        self != Sign::Negative
    }
}

/// The definiteness of a symmetric matrix; `None` when elimination would need a pivot with more than
/// `bits` bits.
///
/// # Panics
/// When the matrix is not square.
pub fn sign(matrix: &Fractions, bits: u32) -> Option<Sign> {
    let (n, columns) = matrix.shape();
    assert_eq!(n, columns, "definiteness of a {n} × {columns} matrix");
    let mut rows = matrix.short_congruent_triangle();
    let mut previous = Whole::one();
    loop {
        let diagonal = |i: usize| rows[i][i].sign();
        if (0..rows.len()).any(|i| diagonal(i).is_lt()) {
            return Some(Sign::Negative);
        }
        let Some(k) = (0..rows.len())
            .filter(|&i| diagonal(i).is_gt())
            .min_by_key(|&i| rows[i][i].bits())
        else {
            return Some(
                match (rows.is_empty(), rows.iter().flatten().all(Whole::is_zero)) {
                    (true, _) => Sign::Definite,
                    (false, true) => Sign::Singular,
                    (false, false) => Sign::Negative,
                },
            );
        };
        if rows[k][k].bits() > bits {
            return None;
        }
        rows = eliminated(&rows, k, &previous);
        previous = rows
            .pop()
            .map_or_else(Whole::one, |mut last| last.remove(0));
    }
}

/// Eliminates with pivot `k`: `(a_kk a_ij − a_ik a_jk) / previous` in the remaining rows, and `a_kk` as
/// the last row.
fn eliminated(rows: &[Vec<Whole>], k: usize, previous: &Whole) -> Vec<Vec<Whole>> {
    let at = |i: usize, j: usize| &rows[i.max(j)][i.min(j)];
    let rest: Vec<usize> = (0..rows.len()).filter(|&i| i != k).collect();
    let entry = |i: usize, j: usize| {
        work::step();
        let mut entry = Whole::product(at(k, k), at(i, j));
        entry.subtract_product(at(i, k), at(j, k));
        entry.divide_exactly(previous);
        entry
    };
    let row = |(place, &i): (usize, &usize)| rest[..=place].iter().map(|&j| entry(i, j)).collect();
    let mut next: Vec<Vec<Whole>> = rest.iter().enumerate().map(row).collect();
    next.push(vec![at(k, k).clone()]);
    next
}

/// The inverse of a symmetric positive definite matrix; `None` when the matrix is not definite. After
/// the last step of Gauss–Jordan elimination every pivot equals the determinant.
///
/// # Panics
/// When the matrix is not square.
pub fn inverse(matrix: &Fractions) -> Option<Fractions> {
    let (n, columns) = matrix.shape();
    assert_eq!(n, columns, "the inverse of a {n} × {columns} matrix");
    if matrix.is_diagonal() {
        let positive = (0..n).all(|i| matrix.numerator(i, i).sign().is_gt());
        let entry = |i: usize, j: usize| {
            if i == j {
                matrix.entry(i, i).reciprocal()
            } else {
                Exact::zero()
            }
        };
        return positive.then(|| Fractions::of(&DMatrix::from_fn(n, n, entry)));
    }
    let beside = |i: usize| (0..n).map(move |j| Whole::from(i64::from(i == j)));
    let mut rows: Vec<Vec<Whole>> = (0..n)
        .map(|i| matrix.row(i).iter().cloned().chain(beside(i)).collect())
        .collect();
    let mut previous = Whole::one();
    for k in 0..n {
        let pivot = rows[k].clone();
        if !pivot[k].sign().is_gt() {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|&(i, _)| i != k) {
            let factor = row[k].clone();
            for (entry, above) in row.iter_mut().zip(&pivot) {
                work::step();
                entry.multiply(&pivot[k]);
                entry.subtract_product(&factor, above);
                entry.divide_exactly(&previous);
            }
        }
        previous = pivot[k].clone();
    }
    let adjugate = Fractions::from_fn(n, n, |i, j| rows[i][n + j].clone());
    Some(adjugate.scaled(&Exact::quotient(matrix.denominator(), &previous)))
}

/// The indices of a maximal set of independent rows, chosen greedily from the first row on.
pub fn independent_rows(matrix: &Fractions) -> Vec<usize> {
    let (rows, columns) = matrix.shape();
    let most = rows.min(columns);
    // Rows that are independent modulo a prime are independent; only rows that look dependent need
    // integers.
    let modular = independent_rows_modulo_prime(matrix);
    if modular.len() == most {
        return modular;
    }
    let mut basis = Echelon::default();
    (0..rows).filter(|&i| basis.takes(matrix.row(i))).collect()
}

/// Does every row of `candidates` lie in the span of the rows of `basis`? Decided exactly.
///
/// # Panics
/// When the rows of the two matrices differ in length.
pub fn spans(basis: &Fractions, candidates: &Fractions) -> bool {
    let (a, b) = (basis.shape().1, candidates.shape().1);
    assert_eq!(a, b, "rows of lengths {a} and {b}");
    let mut echelon = Echelon::default();
    for i in 0..basis.shape().0 {
        echelon.takes(basis.row(i));
    }
    echelon.pivots.len() == a
        || (0..candidates.shape().0).all(|i| echelon.reduced(candidates.row(i)).1.is_none())
}

/// Independent rows in fraction-free echelon form, each with the column of its pivot.
#[derive(Default)]
struct Echelon {
    rows: Vec<Vec<Whole>>,
    pivots: Vec<usize>,
}

impl Echelon {
    /// The row reduced by the basis, and the first column where the rest does not vanish.
    fn reduced(&self, row: &[Whole]) -> (Vec<Whole>, Option<usize>) {
        let mut rest = row.to_vec();
        let mut previous = Whole::one();
        for (basis, &pivot) in self.rows.iter().zip(&self.pivots) {
            let factor = rest[pivot].clone();
            for (entry, other) in rest.iter_mut().zip(basis) {
                work::step();
                entry.multiply(&basis[pivot]);
                entry.subtract_product(&factor, other);
                entry.divide_exactly(&previous);
            }
            previous = basis[pivot].clone();
        }
        let first = rest
            .iter()
            .position(|entry| entry.sign() != Ordering::Equal);
        (rest, first)
    }

    /// Adds the row to the basis if it is independent; returns whether it was.
    fn takes(&mut self, row: &[Whole]) -> bool {
        let (rest, first) = self.reduced(row);
        if let Some(pivot) = first {
            self.rows.push(rest);
            self.pivots.push(pivot);
        }
        first.is_some()
    }
}

/// The largest prime below `2^31`: products of residues fit in 62 bits.
const PRIME: u64 = 2_147_483_647;

/// The indices of rows that are independent modulo a prime, chosen greedily from the first row on. They
/// are independent over ℚ too, but the set may not be maximal there.
pub fn independent_rows_modulo_prime(matrix: &Fractions) -> Vec<usize> {
    let mut basis: Vec<(usize, Vec<u64>)> = Vec::new();
    let mut takes = |row: &[Whole]| {
        let mut rest: Vec<u64> = row.iter().map(|x| x.residue(PRIME as u32)).collect();
        for (pivot, other) in &basis {
            if rest[*pivot] == 0 {
                continue;
            }
            work::step();
            let factor = PRIME - rest[*pivot];
            for (entry, o) in rest.iter_mut().zip(other) {
                *entry = (*entry + factor * o) % PRIME;
            }
        }
        let Some(pivot) = rest.iter().position(|&entry| entry != 0) else {
            return false;
        };
        let inverse = power(rest[pivot], PRIME - 2);
        rest.iter_mut()
            .for_each(|entry| *entry = *entry * inverse % PRIME);
        basis.push((pivot, rest));
        true
    };
    (0..matrix.shape().0)
        .filter(|&i| takes(matrix.row(i)))
        .collect()
}

/// `base^exponent` modulo the prime; the exponent `PRIME − 2` gives the inverse (Fermat).
fn power(base: u64, exponent: u64) -> u64 {
    let bits = (0..64).rev().map(|bit| exponent >> bit & 1);
    bits.fold(1, |power, bit| {
        let square = power * power % PRIME;
        if bit == 1 {
            square * base % PRIME
        } else {
            square
        }
    })
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    use super::*;
    use crate::matrix::positive_definite;

    proptest! {
        #[test]
        fn the_inverse_is_the_inverse(
            entries in proptest::collection::vec((-4i64..5, 1u64..5), 9),
            shift in 0i64..3,
        ) {
            let entries = entries.iter().map(|&(p, q)| Exact::fraction(p, q));
            let g = DMatrix::from_iterator(3, 3, entries);
            let one = DMatrix::<Exact>::identity(3, 3);
            let matrix = &g * g.transpose() + &one * Exact::from(shift) - &one;
            match inverse(&Fractions::of(&matrix)) {
                Some(found) => prop_assert_eq!(&matrix * found.to_exact(), one),
                None => prop_assert!(!positive_definite(&matrix).holds()),
            }
        }
    }

    /// With a limit of three bits a pivot of three bits is still taken.
    #[test]
    fn an_elimination_is_given_up_beyond_its_bits() {
        let four = Fractions::from_fn(2, 2, |i, j| [[4, 1], [1, 7]][i][j].into());
        assert_eq!(sign(&four, 2), None);
        assert_eq!(sign(&four, 3), None, "the last pivot, 27, has five bits");
        assert_eq!(sign(&four, 5), Some(Sign::Definite));
        let one = |entry: i64| Fractions::from_fn(1, 1, |_, _| entry.into());
        assert_eq!(sign(&one(4), 3), Some(Sign::Definite));
        assert_eq!(sign(&one(0), 3), Some(Sign::Singular));
        assert_eq!(sign(&one(-4), 3), Some(Sign::Negative));
    }
}
