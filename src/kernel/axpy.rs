//! Scaled addition: to a vector, to every row of a matrix, or with one factor per row.

use super::elementwise::{combine, in_piece_pairs, in_row_blocks};
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};
use super::view::{MatrixMut, MatrixRef};

struct Axpy<'a> {
    a: f32,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for Axpy<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let a = lanes.splat(self.a);
        combine(
            lanes,
            self.x,
            self.y,
            #[inline(always)]
            |x, y| lanes.fma(a, x, y),
        );
    }
}

/// `y_i ← fma(a, x_i, y_i)`.
///
/// # Panics
/// When the lengths differ.
pub fn axpy(isa: Isa, a: f32, x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "lengths of the two vectors of an axpy");
    in_piece_pairs(x, y, |x, y| isa.run(Axpy { a, x, y }));
}

/// Adds `factor(i)` times `row(i)` to row `i` of `m`.
struct RowAxpy<'a, F, R> {
    factor: F,
    row: R,
    m: MatrixMut<'a>,
}

impl<'r, F: Fn(usize) -> f32, R: Fn(usize) -> &'r [f32]> Kernel for RowAxpy<'_, F, R> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        for i in 0..self.m.rows() {
            let (a, x, y) = ((self.factor)(i), (self.row)(i), self.m.row_mut(i));
            Axpy { a, x, y }.run(lanes);
        }
    }
}

/// `m_ij ← m_ij + row_j`, rounded once: a row (the bias) added to every row of a matrix.
///
/// # Panics
/// When the row does not have the length of the matrix's rows.
pub fn add_row(isa: Isa, row: &[f32], m: MatrixMut) {
    assert_eq!(
        row.len(),
        m.columns(),
        "length of a row added to a matrix of shape {:?}",
        m.shape()
    );
    in_row_blocks(m, &|_, m| {
        isa.run(RowAxpy {
            // fma(1, x, y) = x + y, rounded once.
            factor: |_| 1.0,
            row: |_| row,
            m,
        });
    });
}

/// `m_ij ← fma(c_i, r_ij, m_ij)`: an [`axpy`] for each row, with its own factor.
///
/// `c`: one factor per row; `r`, `m`: the same shape, `r` with adjacent columns.
///
/// # Panics
/// When the shapes differ or the columns of `r` are not adjacent.
pub fn row_axpy(isa: Isa, c: &[f32], r: MatrixRef, m: MatrixMut) {
    assert!(
        r.shape() == m.shape() && c.len() == m.rows(),
        "{} factors for rows of shape {:?} added to a matrix of shape {:?}",
        c.len(),
        r.shape(),
        m.shape()
    );
    in_row_blocks(m, &|first, m| {
        isa.run(RowAxpy {
            factor: |i| c[first + i],
            row: |i| r.row(first + i),
            m,
        });
    });
}
