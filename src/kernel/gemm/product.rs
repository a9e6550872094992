//! The public matrix product, and how C is divided among threads.

use std::cell::RefCell;
use std::ops::Range;

use super::blocking::{MC_TRANSPOSE, MR, NR};
use super::macro_kernel::{MacroKernel, Workspace};
use super::pack_a::Layout;
use crate::kernel::isa::Isa;
use crate::kernel::start::Start;
use crate::kernel::team::threads;
use crate::kernel::view::{Cuts, Grid, MatrixMut, MatrixRef};

/// The number of multiply-adds that are worth a separate thread: some microseconds.
const PIECE: usize = 1 << 16;

/// The cost of packing one number, in multiply-adds.
const PACKING: usize = 16;

/// The number of columns of C from which searching A for zeros pays off.
const SEARCHED_COLUMNS: usize = 64;

/// `C ← start + A·B`.
///
/// Every element is one chain of fused multiply-adds, `s ← fma(a_ik, b_kj, s)` for k = 0, 1, …, with one
/// rounding per term. The chain starts from +0 ([`Start::Zero`]) or from the old `c_ij`
/// ([`Start::Accumulate`]).
///
/// `a`: m × k; `b`: k × n; `c`: m × n. `a` and `b` may have any strides, so a transpose is just a view.
/// Runs on the threads of the current rayon pool.
///
/// # Zeros of A
/// For n ≥ 64, a term is skipped if `a_ik` is zero in all rows of a group of six. Among finite numbers,
/// this changes at most the sign of a sum that is zero; if the skipped term is 0·∞ or 0·NaN, the sum
/// does not become NaN. Which terms are skipped depends only on n and on the shape, the strides and the
/// numbers of `a`:
///
/// * k is cut into ⌈k/800⌉ blocks of equal length; the last may be shorter.
/// * Rows 6r to 6r + 5 form a group. If `a` is a transpose (only the numbers of a column are adjacent in
///   memory), the rows 252r to 252r + 251 are first sorted, separately in each block, by the number of
///   their nonzeros among the terms 0, d, 2d, … of the block, where d = ⌈length/64⌉; equal rows keep
///   their order.
/// * If none of the first 64 terms of a block is skipped for a group, no other term of the block is
///   skipped.
///
/// # Panics
/// When the shapes do not match.
pub fn gemm(isa: Isa, a: MatrixRef, b: MatrixRef, start: Start, c: MatrixMut) {
    gemm_then(isa, a, b, start, c, |_, _, _| {});
}

/// [`gemm`], with a call of `epilogue` for each finished block of `c` and the rows and columns it
/// covers, while the block is in the cache.
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

/// Chooses how to cut C for the threads: by columns alone, or by rows first, whichever gives the largest
/// rectangle the least work, including packing.
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
