//! The dot product in f32.

use super::chains::in_chains;
use super::elementwise::PIECE;
use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes, tree_sum};
use super::team::threads;
use super::view::{Cut, MatrixRef, share_out};

struct Dot<'a> {
    x: &'a [f32],
    y: &'a [f32],
}

impl Kernel for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        let [a, b, c, d] = in_chains(
            lanes,
            self.x,
            self.y,
            lanes.splat(0.0),
            #[inline(always)]
            |sum, x, y| lanes.fma(x, y, sum),
        );
        let mut total = [0.0; LANES];
        lanes.store(lanes.add(lanes.add(a, b), lanes.add(c, d)), &mut total);
        tree_sum(total)
    }
}

/// `Σ x_i y_i` in f32.
///
/// Term `i` enters lane `i mod 64` by an FMA, in order; the sequence is padded with zeros to a multiple
/// of 64. The lanes are added in the tree `(v₀ + v₁) + (v₂ + v₃)` of vectors of 16, then by halving. The
/// longest path has `⌈n/64⌉ + 6` roundings, or 0 if there are no terms.
///
/// # Panics
/// When the lengths differ.
pub fn dot(isa: Isa, x: &[f32], y: &[f32]) -> f32 {
    assert_eq!(
        x.len(),
        y.len(),
        "lengths of the two vectors of a dot product"
    );
    isa.run(Dot { x, y })
}

/// The dot products of rows `first`, `first + 1`, … of two matrices.
struct RowDots<'a> {
    a: MatrixRef<'a>,
    b: MatrixRef<'a>,
    first: usize,
    out: &'a mut [f32],
}

impl Kernel for RowDots<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for (i, out) in (self.first..).zip(self.out) {
            let (x, y) = (self.a.row(i), self.b.row(i));
            *out = Dot { x, y }.run(lanes);
        }
    }
}

/// `out_i ← Σ_j a_ij b_ij`: one [`dot`] per row, with the same bits.
///
/// `a`, `b`: matrices of the same shape with adjacent columns; `out`: one number per row.
///
/// # Panics
/// When the shapes differ or columns are not adjacent.
pub fn row_dots(isa: Isa, a: MatrixRef, b: MatrixRef, out: &mut [f32]) {
    assert!(
        a.shape() == b.shape() && out.len() == a.rows(),
        "dot products of the rows of matrices of shapes {:?} and {:?} into {} numbers",
        a.shape(),
        b.shape(),
        out.len()
    );
    let parts = threads().min(a.rows() * a.columns() / PIECE).max(1);
    share_out(parts, [Cut::slice(out, 1)], |_, [(rows, mut out)]| {
        let (first, out) = (rows.start, out.row_mut(0));
        isa.run(RowDots { a, b, first, out });
    });
}
