//! Eigenvectors in high precision, for matrices whose small eigenvalues are lost in `f64`.
//!
//! Jacobi's rotations (Jacobi 1846; Demmel and Veselić 1992 for the small eigenvalues of a definite
//! matrix): each rotation makes one off-diagonal entry vanish. They end when every `|a_ij|` is below
//! `2^−64 √(a_ii a_jj)`, which is small compared with the *smaller* of the two diagonal entries. Like
//! all eigenvectors in this room, the result is a proposal that exact arithmetic must check.

use nalgebra::DMatrix;

use super::Fractions;
use crate::number::{Exact, Precise, Rounded};
use crate::work;

/// Off-diagonal entries count as zero below `2^−DIAGONAL_BITS` times the geometric mean of their
/// diagonal entries.
const DIAGONAL_BITS: i32 = 64;
/// Bits of precision beyond the condition of the matrix.
const SPARE_BITS: i32 = 80;
/// Number of sweeps over all entries after which Jacobi's method is given up; eight are typical.
const SWEEPS: usize = 40;

/// The approximate eigenvectors of a pencil, `AY = BYΛ`.
#[derive(Clone, Debug)]
pub struct Eigenbasis {
    /// `λ_1 … λ_r`, all positive, in descending order.
    pub eigenvalues: Vec<Exact>,
    /// `S = Y Λ^{−1/2}`, r × r: `SᵀAS` is close to `I`, and `SᵀBS` to `Λ^{−1}`.
    pub scaled: Fractions,
    /// `log₂(λ_1/λ_r)`, approximately.
    pub condition_bits: i32,
}

/// The eigenbasis of two symmetric positive definite matrices (r × r each), with growing precision;
/// `None` when 2048 bits do not suffice.
pub fn eigenbasis(a: &Fractions, b: &Fractions) -> Option<Eigenbasis> {
    type Rung = fn(&Fractions, &Fractions) -> Option<Eigenbasis>;
    const LADDER: [Rung; 4] = [
        in_bits::<Precise<256>>,
        in_bits::<Precise<512>>,
        in_bits::<Precise<1024>>,
        in_bits::<Precise<2048>>,
    ];
    LADDER.into_iter().find_map(|rung| rung(a, b))
}

fn in_bits<T: Rounded>(a: &Fractions, b: &Fractions) -> Option<Eigenbasis> {
    let factor = cholesky(rounded::<T>(b))?;
    // L⁻¹ A L⁻ᵀ is symmetric and has the eigenvalues of the pencil.
    let half = solve_lower(&factor, rounded(a)).transpose();
    let (values, vectors) = jacobi(solve_lower(&factor, half))?;
    let vectors = solve_upper(&factor, vectors);
    let exact: Option<Vec<Exact>> = values.iter().map(T::to_exact).collect();
    let exact = exact?;
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|&i, &j| exact[j].cmp(&exact[i]));
    let (largest, smallest) = (&exact[*order.first()?], &exact[*order.last()?]);
    let condition_bits = largest.exponent() - smallest.exponent() + 1;
    if condition_bits + SPARE_BITS > T::BITS as i32 {
        return None;
    }
    let column = |j: usize| {
        let root = values[j].sqrt();
        vectors.column(j).map(|entry| entry / &root)
    };
    let columns: Vec<_> = order.iter().map(|&j| column(j)).collect();
    let entry = |i: usize, j: usize| columns[j][i].to_exact();
    let scaled: Option<Vec<Exact>> = (0..order.len())
        .flat_map(|j| (0..order.len()).map(move |i| (i, j)))
        .map(|(i, j)| entry(i, j))
        .collect();
    let scaled = Fractions::of(&DMatrix::from_vec(order.len(), order.len(), scaled?));
    // The shortest column belongs to the largest eigenvalue and must be A-orthogonal to the longest.
    let bits = DIAGONAL_BITS + condition_bits / 2 + 8 + largest.exponent() / 2;
    Some(Eigenbasis {
        scaled: scaled.in_units_of(bits),
        eigenvalues: order.iter().map(|&j| exact[j].clone()).collect(),
        condition_bits,
    })
}

fn rounded<T: Rounded>(matrix: &Fractions) -> DMatrix<T> {
    let (rows, columns) = matrix.shape();
    DMatrix::from_fn(rows, columns, |i, j| T::from_exact(&matrix.entry(i, j)))
}

/// The lower triangular `L` of `B = LLᵀ`; `None` when a pivot is not positive.
fn cholesky<T: Rounded>(mut b: DMatrix<T>) -> Option<DMatrix<T>> {
    let n = b.nrows();
    for k in 0..n {
        work::step();
        if !is_positive(&b[(k, k)]) {
            return None;
        }
        let root = b[(k, k)].sqrt();
        for i in k..n {
            b[(i, k)] = &b[(i, k)] / &root;
        }
        for j in k + 1..n {
            let factor = b[(j, k)].clone();
            for i in j..n {
                let other = b[(i, k)].clone();
                b[(i, j)].subtract_product(&other, &factor);
            }
        }
    }
    Some(b.lower_triangle())
}

/// `L⁻¹M`.
fn solve_lower<T: Rounded>(lower: &DMatrix<T>, mut m: DMatrix<T>) -> DMatrix<T> {
    for mut column in m.column_iter_mut() {
        work::step();
        for i in 0..lower.nrows() {
            for k in 0..i {
                let solved = column[k].clone();
                column[i].subtract_product(&lower[(i, k)], &solved);
            }
            column[i] = &column[i] / &lower[(i, i)];
        }
    }
    m
}

/// `L⁻ᵀM`.
fn solve_upper<T: Rounded>(lower: &DMatrix<T>, mut m: DMatrix<T>) -> DMatrix<T> {
    for mut column in m.column_iter_mut() {
        work::step();
        for i in (0..lower.nrows()).rev() {
            for k in i + 1..lower.nrows() {
                let solved = column[k].clone();
                column[i].subtract_product(&lower[(k, i)], &solved);
            }
            column[i] = &column[i] / &lower[(i, i)];
        }
    }
    m
}

/// Eigenvalues and eigenvectors (as columns) of a symmetric matrix; `None` when an eigenvalue is not
/// positive or the rotations do not converge.
fn jacobi<T: Rounded>(mut a: DMatrix<T>) -> Option<(Vec<T>, DMatrix<T>)> {
    let n = a.nrows();
    let mut vectors = DMatrix::<T>::identity(n, n);
    let small = T::from_exact(&Exact::power_of_two(-2 * DIAGONAL_BITS));
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                work::step();
                let product = &a[(p, p)] * &a[(q, q)];
                if is_positive(&(a[(p, q)].square() - product * &small)) {
                    rotate(&mut a, &mut vectors, p, q);
                    rotated = true;
                }
            }
        }
        if !rotated {
            let values: Vec<T> = (0..n).map(|i| a[(i, i)].clone()).collect();
            return values.iter().all(is_positive).then_some((values, vectors));
        }
    }
    None
}

/// Makes `a_pq` vanish by rotating the columns and rows `p` and `q`.
fn rotate<T: Rounded>(a: &mut DMatrix<T>, vectors: &mut DMatrix<T>, p: usize, q: usize) {
    let one = T::one();
    let slope = (&a[(q, q)] - &a[(p, p)]) / (&a[(p, q)] + &a[(p, q)]);
    let root = (slope.square() + &one).sqrt();
    // The smaller root of t² + 2·slope·t = 1.
    let tangent = if is_positive(&slope) {
        &one / (slope + root)
    } else {
        &one / (slope - root)
    };
    let cosine = &one / (tangent.square() + &one).sqrt();
    let sine = &tangent * &cosine;
    let turn = |x: &T, y: &T| (&cosine * x - &sine * y, &sine * x + &cosine * y);
    for k in 0..a.nrows() {
        let (x, y) = turn(&a[(k, p)], &a[(k, q)]);
        (a[(k, p)], a[(k, q)]) = (x, y);
        let (x, y) = turn(&vectors[(k, p)], &vectors[(k, q)]);
        (vectors[(k, p)], vectors[(k, q)]) = (x, y);
    }
    for k in 0..a.nrows() {
        let (x, y) = turn(&a[(p, k)], &a[(q, k)]);
        (a[(p, k)], a[(q, k)]) = (x, y);
    }
    (a[(p, q)], a[(q, p)]) = (T::zero(), T::zero());
}

fn is_positive<T: Rounded>(x: &T) -> bool {
    x.sign() == Some(std::cmp::Ordering::Greater)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The Hilbert matrix of order 20 has a condition number of about 10²⁸ and a known determinant.
    #[test]
    fn the_hilbert_matrix_is_scaled_to_the_identity() {
        let n = 20;
        let hilbert = DMatrix::from_fn(n, n, |i, j| Exact::fraction(1, (i + j + 1) as u64));
        let hilbert = Fractions::of(&hilbert);
        let found = eigenbasis(&hilbert, &Fractions::identity(n)).unwrap();
        assert!((85..105).contains(&found.condition_bits));
        let s = &found.scaled;
        let near = |matrix: Fractions, expected: &dyn Fn(usize) -> Exact, bits: i32| {
            for i in 0..n {
                for j in 0..n {
                    let wanted = if i == j { expected(i) } else { Exact::from(0) };
                    let scale = expected(i).abs() * expected(j).abs();
                    let off = (matrix.entry(i, j) - wanted).pow(2);
                    assert!(off <= scale * Exact::power_of_two(-2 * bits), "[{i}][{j}]");
                }
            }
        };
        let product = s.transpose() * hilbert * s.clone();
        near(product, &|_| Exact::from(1), 50);
        let inverse = |i: usize| found.eigenvalues[i].reciprocal();
        near(s.transpose() * s.clone(), &inverse, 50);
        // Hilbert: 1/det = Π_{k<n} (2k + 1)·C(2k, k)².
        let binomial = |k: u64| {
            (1..=k).fold(Exact::from(1), |b, i| {
                b * Exact::fraction((k + i) as i64, i)
            })
        };
        let known = (0..n as u64).fold(Exact::from(1), |d, k| {
            d * Exact::from(2 * k as i64 + 1) * binomial(k).pow(2)
        });
        let product = found.eigenvalues.iter().fold(known, |p, value| p * value);
        assert!((product - Exact::from(1)).exponent() < -100);
    }

    #[test]
    fn a_singular_matrix_has_no_scaled_basis() {
        let ones = Fractions::from_fn(3, 3, |_, _| 1.into());
        assert!(eigenbasis(&ones, &Fractions::identity(3)).is_none());
        assert!(eigenbasis(&Fractions::identity(3), &ones).is_none());
    }
}
