//! Every kernel, as plainly as possible.

use super::{Isa, MatrixMut, MatrixRef};

/// What an accumulating kernel begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Zero: what stood in the output is forgotten.
    Zero,
    /// What stands in the output.
    Accumulate,
}

impl Start {
    fn of(self, old: f32) -> f32 {
        if self == Start::Zero { 0.0 } else { old }
    }
}

/// `Σ x_i y_i` in f32.
pub fn dot(_: Isa, x: &[f32], y: &[f32]) -> f32 {
    assert_eq!(x.len(), y.len(), "dot of two lengths");
    x.iter().zip(y).fold(0.0, |sum, (&x, &y)| x.mul_add(y, sum))
}

/// `Σ x_i y_i` in f64.
pub fn dot_wide(_: Isa, x: &[f32], y: &[f32]) -> f64 {
    assert_eq!(x.len(), y.len(), "dot of two lengths");
    x.iter()
        .zip(y)
        .fold(0.0, |sum, (&x, &y)| f64::from(x).mul_add(f64::from(y), sum))
}

/// `y_i ← fma(a, x_i, y_i)`.
pub fn axpy(_: Isa, a: f32, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "axpy of two lengths");
    y.iter_mut()
        .zip(x)
        .for_each(|(y, &x)| *y = a.mul_add(x, *y));
}

/// `x_i ← a·x_i`.
pub fn scale(_: Isa, a: f32, x: &mut [f32]) {
    x.iter_mut().for_each(|x| *x *= a);
}

/// `x_i ← x_i < 0 ? 0 : x_i`.
pub fn relu(_: Isa, x: &mut [f32]) {
    x.iter_mut()
        .for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x });
}

/// `x_i ← gate_i > 0 ? x_i : 0`.
pub fn gate(_: Isa, gate: &[f32], x: &mut [f32]) {
    assert_eq!(x.len(), gate.len(), "gate of two lengths");
    x.iter_mut()
        .zip(gate)
        .for_each(|(x, &g)| *x = if g > 0.0 { *x } else { 0.0 });
}

/// `Σ x_i` in f64.
pub fn sum(_: Isa, x: &[f32]) -> f64 {
    x.iter().map(|&x| f64::from(x)).sum()
}

/// `c_ij ← Σ_k a_ik b_kj` as a chain of FMAs in k.
pub fn gemm(_: Isa, a: MatrixRef, b: MatrixRef, start: Start, mut c: MatrixMut) {
    assert!(
        a.columns() == b.rows() && c.shape() == (a.rows(), b.columns()),
        "gemm of {:?} and {:?} into {:?}",
        a.shape(),
        b.shape(),
        c.shape()
    );
    for i in 0..c.rows() {
        for j in 0..c.columns() {
            let old = start.of(c.row(i)[j]);
            c.row_mut(i)[j] =
                (0..a.columns()).fold(old, |sum, k| a.get(i, k).mul_add(b.get(k, j), sum));
        }
    }
}

/// `m_ij ← m_ij + row_j`.
pub fn add_row(_: Isa, row: &[f32], mut m: MatrixMut) {
    assert_eq!(
        row.len(),
        m.columns(),
        "a row added to a matrix of other width"
    );
    for i in 0..m.rows() {
        m.row_mut(i).iter_mut().zip(row).for_each(|(m, &r)| *m += r);
    }
}

/// `out_j ← start + Σ_i m_ij`, a chain in i.
pub fn column_sums(_: Isa, m: MatrixRef, start: Start, out: &mut [f32]) {
    assert_eq!(
        out.len(),
        m.columns(),
        "column sums of a matrix of other width"
    );
    for (j, out) in out.iter_mut().enumerate() {
        *out = (0..m.rows()).fold(start.of(*out), |sum, i| sum + m.get(i, j));
    }
}

/// `out_i ← Σ_j a_ij b_ij`.
pub fn row_dots(isa: Isa, a: MatrixRef, b: MatrixRef, out: &mut [f32]) {
    assert!(
        a.shape() == b.shape() && out.len() == a.rows(),
        "row dots of {:?} and {:?} into {}",
        a.shape(),
        b.shape(),
        out.len()
    );
    for (i, out) in out.iter_mut().enumerate() {
        *out = dot(isa, a.row(i), b.row(i));
    }
}

/// `m_ij ← fma(c_i, r_ij, m_ij)`.
pub fn row_axpy(isa: Isa, c: &[f32], r: MatrixRef, mut m: MatrixMut) {
    assert!(
        r.shape() == m.shape() && c.len() == r.rows(),
        "row axpy of {} and {:?} into {:?}",
        c.len(),
        r.shape(),
        m.shape()
    );
    for (i, &c) in c.iter().enumerate() {
        axpy(isa, c, r.row(i), m.row_mut(i));
    }
}
