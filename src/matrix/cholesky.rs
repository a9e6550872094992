//! Proofs of definiteness by a Cholesky factorisation in rounded arithmetic.
//!
//! **Theorem** (Demmel 1989; Higham 2002, theorems 10.3 and 10.5; Rump 2006). If the Cholesky
//! factorisation of a symmetric n × n matrix `Ã` with unit roundoff `u` runs to completion, then
//! `RᵀR = Ã + E` with `|e_ij| ≤ γ/(1 − γ)·√(ã_ii ã_jj)`, `γ = (n + 1)u/(1 − (n + 1)u)`; hence
//! `λ_min(Ã) ≥ −γ/(1 − γ)·tr Ã`.
//!
//! An integer matrix `A` is scaled by powers of two (a congruence) to diagonal entries in `[1/4, 1)`; a
//! semi-definite matrix then has no entry of 2 or above. After rounding, and with the shift `c`
//! subtracted from the diagonal, each entry is off by at most `8u`, and the matrix by `8nu` in the
//! spectral norm; with `(n + 4)u ≤ 1/8` the theorem adds at most `2n·2(n + 1)u`. So `c = 16n(n + 4)u`
//! exceeds the sum of both errors, and a factorisation that runs to completion proves `A ≻ 0`.
//! (Underflow in `f64` adds at most `n²·2^−1000`, which the slack in `c` covers many times over.)
//!
//! When a pivot fails, the factor gives a direction `v` for which `vᵀAv` is about that pivot. `v` is
//! rounded to integers and `vᵀAv` computed exactly: a negative value proves `A ⋡ 0`, any other proves
//! nothing.

use crate::number::{Exact, Rounded, Whole};
use crate::work;

use super::Fractions;

/// What a factorisation in rounded arithmetic has proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// `A ≻ 0`.
    Definite,
    /// `vᵀAv < 0` for an integer vector.
    Negative,
    /// Nothing: the matrix is too near the edge for this many bits.
    Nothing,
}

/// Significant bits of the components of a direction. They suffice for an eigenvalue of the scaled
/// matrix below `−2^−40`; cases nearer to zero are left to scalars with more bits.
const DIRECTION_BITS: u32 = 48;

/// Tries to prove that a symmetric matrix is definite, or that it is not semi-definite. Only the
/// numerators matter, because the common denominator is positive.
pub fn prove<T: Rounded>(matrix: &Fractions) -> Proof {
    let n = matrix.shape().0;
    if (0..n).any(|i| matrix.numerator(i, i).sign().is_lt()) {
        return Proof::Negative;
    }
    if (0..n).any(|i| matrix.numerator(i, i).is_zero()) {
        return Proof::Nothing;
    }
    let scales: Vec<i32> = (0..n)
        .map(|i| matrix.numerator(i, i).bits().div_ceil(2) as i32)
        .collect();
    let Some(mut rows) = scaled_rows::<T>(matrix, &scales) else {
        return Proof::Nothing;
    };
    match factorise(&mut rows) {
        None => Proof::Definite,
        Some(pivot) => {
            if is_negative(matrix, &direction(&rows, pivot), &scales) {
                Proof::Negative
            } else {
                Proof::Nothing
            }
        }
    }
}

/// The scaled and shifted lower triangle; `None` when an entry is too large for a semi-definite matrix,
/// or the matrix is too large for the bits.
fn scaled_rows<T: Rounded>(matrix: &Fractions, scales: &[i32]) -> Option<Vec<Vec<T>>> {
    let n = scales.len();
    let magnitude = (16 * n * (n + 4)).ilog2() as i32 + 1;
    let shift = magnitude - T::BITS as i32;
    if shift > -3 {
        return None;
    }
    let shift = T::scaled(&Whole::one(), shift);
    let entry = |i: usize, j: usize| T::scaled(matrix.numerator(i, j), -scales[i] - scales[j]);
    let mut rows: Vec<Vec<T>> = (0..n)
        .map(|i| (0..=i).map(|j| entry(i, j)).collect())
        .collect();
    for (i, row) in rows.iter_mut().enumerate() {
        row[i] -= &shift;
    }
    let bound = |i: usize, j: usize| {
        let bits = matrix.numerator(i, j).bits() as i32;
        bits <= scales[i] + scales[j] + 1
    };
    (0..n).all(|i| (0..i).all(|j| bound(i, j))).then_some(rows)
}

/// Factorises `A = LLᵀ` in place; returns the first pivot that is not positive, if any.
fn factorise<T: Rounded>(rows: &mut [Vec<T>]) -> Option<usize> {
    let zero = T::zero();
    for k in 0..rows.len() {
        if rows[k][k].compare(&zero) != Some(std::cmp::Ordering::Greater) {
            return Some(k);
        }
        let root = rows[k][k].sqrt();
        rows[k][k] = root.clone();
        for row in &mut rows[k + 1..] {
            row[k] = &row[k] / &root;
        }
        let column: Vec<T> = rows[k + 1..].iter().map(|row| row[k].clone()).collect();
        for (i, row) in rows[k + 1..].iter_mut().enumerate() {
            work::step();
            for (entry, other) in row[k + 1..].iter_mut().zip(&column) {
                entry.subtract_product(&column[i], other);
            }
        }
    }
    None
}

/// `v = (−L⁻ᵀl, 1, 0, …)` for the row `l` of the failed pivot: the direction in which the quadratic
/// form takes the value of the pivot.
fn direction<T: Rounded>(rows: &[Vec<T>], pivot: usize) -> Vec<T> {
    let mut v: Vec<T> = rows[pivot][..pivot].iter().map(|l| -l).collect();
    for i in (0..pivot).rev() {
        v[i] = &v[i] / &rows[i][i];
        let (above, solved) = v.split_at_mut(i);
        for (entry, l) in above.iter_mut().zip(&rows[i][..i]) {
            entry.subtract_product(l, &solved[0]);
        }
    }
    v.push(T::one());
    v
}

/// Is `vᵀAv < 0`, computed exactly, for the direction scaled back and rounded to integers?
fn is_negative<T: Rounded>(matrix: &Fractions, direction: &[T], scales: &[i32]) -> bool {
    let exact: Option<Vec<Exact>> = direction.iter().map(T::to_exact).collect();
    let Some(exact) = exact else { return false };
    let scaled = |(v, s): (&Exact, &i32)| v * Exact::power_of_two(-s);
    let exact: Vec<Exact> = exact.iter().zip(scales).map(scaled).collect();
    let places = scales[..exact.len()].iter().max().map_or(0, |s| *s);
    let bits = places + (DIRECTION_BITS.max(T::BITS / 2)) as i32;
    let whole: Vec<Whole> = exact.iter().map(|v| v.in_units_of(bits)).collect();
    let mut sum = Whole::zero();
    for (i, v) in whole.iter().enumerate() {
        let mut row = Whole::zero();
        for (j, w) in whole.iter().enumerate() {
            work::step();
            row.add_product(matrix.numerator(i.max(j), i.min(j)), w);
        }
        sum.add_product(v, &row);
    }
    sum.sign().is_lt()
}
