//! Softmax and the logarithm of a sum of exponentials, for each row of a matrix.
//!
//! Differences from the largest element, exponentials and their sum are computed in f64, and a result is
//! rounded once. The sum runs in 16 lanes, which are added by halving.

use super::exp::{SHORT, power};
use super::log::{LONG, log};
use crate::kernel::elementwise::{PIECE, in_row_blocks, update};
use crate::kernel::isa::Isa;
use crate::kernel::lanes::{Kernel, LANES, Lanes, tree_sum};
use crate::kernel::team::threads;
use crate::kernel::view::{Cut, MatrixMut, MatrixRef, share_out};

/// Calls `visit` for every vector of a row, which is padded with −∞.
#[inline(always)]
fn each<L: Lanes>(lanes: L, row: &[f32], mut visit: impl FnMut(L::Vector)) {
    let (whole, rest) = row.as_chunks::<LANES>();
    for x in whole {
        visit(lanes.load(x));
    }
    if !rest.is_empty() {
        let mut padded = [f32::NEG_INFINITY; LANES];
        padded[..rest.len()].copy_from_slice(rest);
        visit(lanes.load(&padded));
    }
}

/// The largest element of a row; NaN if one is NaN, −∞ if there is none.
#[inline(always)]
fn largest<L: Lanes>(lanes: L, row: &[f32]) -> f32 {
    let mut most = lanes.splat(f32::NEG_INFINITY);
    each(
        lanes,
        row,
        #[inline(always)]
        |x| most = lanes.where_above(x, most, x, most),
    );
    let mut all = [0.0; LANES];
    lanes.store(most, &mut all);
    let larger = |most: f32, x: f32| if x > most || x.is_nan() { x } else { most };
    all.into_iter().fold(f32::NEG_INFINITY, larger)
}

/// `e^{x − most}`, where `most` is not below `x`. Below `e^−200`, which is 0 in f32, it is `e^−200`.
#[inline(always)]
fn exp_below<L: Lanes>(lanes: L, x: L::Vector, most: f32) -> L::Wide {
    let minus = lanes.wide_splat(-f64::from(most));
    let difference = lanes.wide_add(lanes.widen(x), minus);
    power(lanes, lanes.wide_at_least(difference, -200.0), &SHORT).exp()
}

/// `Σ e^{x_j − most}` over a row.
#[inline(always)]
fn sum_below<L: Lanes>(lanes: L, row: &[f32], most: f32) -> f64 {
    let mut sum = lanes.wide_zero();
    each(
        lanes,
        row,
        #[inline(always)]
        |x| sum = lanes.wide_add(sum, exp_below(lanes, x, most)),
    );
    let mut all = [0.0; LANES];
    lanes.wide_store(sum, &mut all);
    tree_sum(all)
}

struct Softmax<'a> {
    m: MatrixMut<'a>,
}

impl Kernel for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        for i in 0..self.m.rows() {
            let row = self.m.row_mut(i);
            let most = largest(lanes, row);
            let share = lanes.wide_splat(1.0 / sum_below(lanes, row, most));
            update(
                lanes,
                row,
                #[inline(always)]
                |x| lanes.narrow(lanes.wide_mul(exp_below(lanes, x, most), share)),
            );
        }
    }
}

/// `m_ij ← e^{m_ij} / Σ_k e^{m_ik}`.
///
/// The error is at most 0.501 units in the last place of the result. A row that has a NaN, a +∞, or nothing
/// but −∞, becomes NaN.
pub fn softmax_rows(isa: Isa, m: MatrixMut) {
    in_row_blocks(m, &|_, m| isa.run(Softmax { m }));
}

/// The logarithms of rows `first`, `first + 1`, …
struct LogSumExp<'a> {
    m: MatrixRef<'a>,
    first: usize,
    out: &'a mut [f32],
}

impl Kernel for LogSumExp<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for (i, out) in (self.first..).zip(self.out) {
            let row = self.m.row(i);
            let most = largest(lanes, row);
            *out = most;
            if most.is_finite() {
                let sum = lanes.wide_splat(sum_below(lanes, row, most));
                let mut logs = [0.0; LANES];
                lanes.wide_store(log(lanes, sum, &LONG), &mut logs);
                *out = (f64::from(most) + logs[0]) as f32;
            }
        }
    }
}

/// `out_i ← ln Σ_j e^{m_ij}`.
///
/// The error is at most 0.501 units in the last place of the result, and `2^−37` besides (which tells only
/// where the largest element and the logarithm of the sum of the others almost cancel). A row that has a NaN
/// gives NaN, one that has a +∞ gives +∞, and one of nothing but −∞ gives −∞, as an empty one does.
///
/// `m`: a matrix with adjacent columns; `out`: one number per row.
///
/// # Panics
/// When the number of rows is another, or columns are not adjacent.
pub fn log_sum_exp_rows(isa: Isa, m: MatrixRef, out: &mut [f32]) {
    assert_eq!(m.rows(), out.len(), "rows of a matrix and their logarithms");
    let parts = threads().min(m.rows() * m.columns() / PIECE).max(1);
    share_out(parts, [Cut::slice(out, 1)], |_, [(rows, mut out)]| {
        let (first, out) = (rows.start, out.row_mut(0));
        isa.run(LogSumExp { m, first, out });
    });
}
