//! The product as callers know it, and how C is shared out among threads.

use std::cell::RefCell;
use std::ops::Range;

use super::blocking::{MC_TRANSPOSE, MR, NR};
use super::macro_kernel::{MacroKernel, Workspace};
use super::pack_a::Layout;
use crate::kernel::isa::Isa;
use crate::kernel::start::Start;
use crate::kernel::team::threads;
use crate::kernel::view::{Cuts, Grid, MatrixMut, MatrixRef};

/// Multiply-adds that are worth a thread of their own: some microseconds.
const PIECE: usize = 1 << 16;

/// What packing a number costs, in multiply-adds.
const PACKING: usize = 16;

/// Columns of C from which on it pays to look for zeros in A.
const SEARCHED_COLUMNS: usize = 64;

/// `C ← start + A·B`.
///
/// Every element is one chain of fused multiply-adds, `s ← fma(a_ik, b_kj, s)` for k = 0, 1, …, one
/// rounding per term. It begins with +0 ([`Start::Zero`]) or with the old `c_ij`
/// ([`Start::Accumulate`]).
///
/// `a`: m × k; `b`: k × n; `c`: m × n. Strides of `a` and `b` are free: a transpose is a view. Runs on
/// the threads of the current rayon pool.
///
/// # Zeros of A
/// For n ≥ 64 a term is skipped where `a_ik` is zero in all rows of a group of six. Among finite numbers
/// that changes at most the sign of a sum that is zero; where the skipped term is 0·∞ or 0·NaN, the sum
/// does not become NaN. Which terms are skipped depends on the shape, the strides and the numbers of
/// `a` alone:
///
/// * k is cut into ⌈k/800⌉ blocks of equal length; the last may be shorter.
/// * Rows 6r to 6r + 5 are a group. Where `a` is a transpose (only its rows are adjacent in memory), the
///   rows 252r to 252r + 251 are first sorted, in each block, by the number of their nonzeros
///   among the terms 0, d, 2d, … of the block, d = ⌈length/64⌉; equal ones stay in their order.
/// * Where the first 64 terms of a block all count for a group, all others of the block count too.
///
/// # Panics
/// When the shapes do not fit.
pub fn gemm(isa: Isa, a: MatrixRef, b: MatrixRef, start: Start, c: MatrixMut) {
    gemm_then(isa, a, b, start, c, |_, _, _| {});
}

/// [`gemm`], and `epilogue` for each block of `c` that is done, with the rows and columns it covers,
/// while it is in the cache.
pub(in crate::kernel) fn gemm_then(
    isa: Isa,
    a: MatrixRef,
    b: MatrixRef,
    start: Start,
    c: MatrixMut,
    epilogue: impl Fn(Range<usize>, Range<usize>, MatrixMut) + Sync,
) {
    assert!(
        a.columns() == b.rows() && c.shape() == (a.rows(), b.columns()),
        "product of matrices of shapes {:?} and {:?} into one of shape {:?}",
        a.shape(),
        b.shape(),
        c.shape()
    );
    let layout = Layout::of(a);
    let searches_zeros = b.columns() >= SEARCHED_COLUMNS;
    grid(a, b, c).run(|rows, columns, c| {
        let epilogue = |r: Range<usize>, k: Range<usize>, c: MatrixMut| {
            epilogue(shifted(r, rows.start), shifted(k, columns.start), c);
        };
        thread_local! {
            static WORKSPACE: RefCell<Workspace> = RefCell::default();
        }
        WORKSPACE.with_borrow_mut(|workspace| {
            isa.run(MacroKernel {
                a: a.row_block(rows.clone()),
                layout,
                searches_zeros,
                b: b.block(0..b.rows(), columns.clone()),
                start,
                c,
                workspace,
                epilogue: &epilogue,
            });
        });
    });
}

fn shifted(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// The cut of C for the threads: by columns alone or by rows first, whichever leaves the largest
/// rectangle the least work, packing included.
fn grid<'c>(a: MatrixRef, b: MatrixRef, output: MatrixMut<'c>) -> Grid<'c> {
    let (rows, columns) = output.shape();
    let work = a.columns() * columns * (rows + PACKING);
    let threads = threads().min(work / PIECE).max(1);
    let row_unit = match Layout::of(a) {
        Layout::Transpose => MC_TRANSPOSE,
        Layout::Rows | Layout::Strided => MR,
    };
    let most = |length: usize, unit| length.div_ceil(unit).max(1);
    let down = threads.min(most(rows, row_unit));
    let cuts = [1, down].map(|down| {
        let across = (threads / down).min(most(columns, NR));
        [(down, row_unit), (across, NR)].map(|(parts, unit)| Cuts { parts, unit })
    });
    let packing = |is_in_place| if is_in_place { 0 } else { PACKING };
    let (packing_a, packing_b) = (
        packing(a.has_adjacent_columns()),
        packing(b.has_adjacent_columns()),
    );
    let cost = |[down, across]: &[Cuts; 2]| {
        let (rows, columns) = (down.largest(rows), across.largest(columns));
        rows * columns + packing_a * rows + packing_b * columns
    };
    let [by_columns, by_rows] = cuts;
    let [rows, columns] = if cost(&by_rows) < cost(&by_columns) {
        by_rows
    } else {
        by_columns
    };
    Grid {
        output,
        rows,
        columns,
    }
}
