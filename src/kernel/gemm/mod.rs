//! The matrix product.
//!
//! Every element of the output is *one* chain of fused multiply-adds in the order of `k`. So the
//! work may be cut as the machine likes it, and the bits do not change. Terms may even be left out
//! that are zero for a whole group of elements (`terms`, `order`): a quarter of the work behind
//! rectifiers.
//!
//! ```text
//!            n                threads   (here)    rectangles of C, cut at whole tiles
//!       ┌─────────┐           blocks    `block`   parts of A and B that fit in the caches
//!     k │    B    │           panels    `left`    of A and B, copied (`pack`) where it pays
//!       └─────────┘                     `right`
//!   k   ┌─────────┐           tiles     `tile`    registers; the chain goes on through memory
//!  ┌──┐ │    ▒▒   │                               from one block of k to the next
//! m│A │ │    C    │           The scheme is that of Goto and van de Geijn (ACM TOMS 34, 2008)
//!  └──┘ └─────────┘           and of BLIS.
//! ```

mod block;
#[expect(unsafe_code, reason = "one comparison for all terms of a tile")]
mod factors;
mod left;
mod order;
mod pack;
mod panels;
mod right;
mod terms;
#[expect(unsafe_code, reason = "it adds terms that it has compared")]
mod tile;

use std::cell::RefCell;
use std::ops::Range;

use block::{Finish, Product, Room, row_blocks};
use terms::Sparse;

use super::isa::Isa;
use super::start::Start;
use super::team::threads;
use super::view::{Grid, MatrixMut, MatrixRef};

/// Multiply-adds that are worth a thread of their own: some microseconds.
const PIECE: usize = 1 << 16;

/// What packing a number of B costs, in multiply-adds.
const PACKING: usize = 16;

/// Blocks of C are cut at multiples of the rows and columns of the largest tile.
const UNIT: (usize, usize) = (6, 64);

/// `c_ij ← start + Σ_k a_ik b_kj`, where the sum is the chain `s ← fma(a_ik, b_kj, s)` over
/// k = 0, 1, …, which begins with +0 ([`Start::Zero`]) or with what stands in `c_ij`
/// ([`Start::Accumulate`]): one rounding per term.
///
/// A term is left out where `a_ik` is zero in all rows of a group of six, for an `a` with adjacent
/// columns or adjacent rows and n ≥ 64, or else where `b_kj` is zero in all of the columns 64·q to
/// 64·q + 63 of a `b` with adjacent columns and m ≥ 64; it is not looked for where the first 64 terms of
/// a block (equal ones of at most 800) all count. Among finite numbers this can change the sign of a
/// sum that is zero, and nothing else; a zero against an infinity or a NaN that is left out makes no
/// NaN. What is left out depends on the shapes, the strides and the numbers alone.
///
/// Of an `a` with adjacent columns the rows 6·r to 6·r + 5 are a group. One with adjacent rows (a
/// transpose) is cut in 2ᵇ bands, as many as leave 48·2ᵇ ≤ m, or one; with u = ⌈m/6⌉ band p begins at
/// row 6·⌊u·p/2ᵇ⌋. In each block the rows of a band are sorted by how many are not zero of at most 64
/// terms, every ⌈length/64⌉-th of the block, equal ones in their order; six that follow each other are
/// a group.
///
/// `a`: m × k, `b`: k × n, any strides (a transpose is a view); `c`: m × n. Runs on the threads of
/// the current rayon pool.
///
/// # Panics
/// When the shapes do not fit.
pub fn gemm(isa: Isa, a: MatrixRef, b: MatrixRef, start: Start, c: MatrixMut) {
    gemm_then(isa, (a, b), start, c, |_, _, _| {});
}

/// [`gemm`], and `finish` for each block of `c` that is done, with the rows and columns it covers,
/// while it is in the cache.
pub(super) fn gemm_then(
    isa: Isa,
    (a, b): (MatrixRef, MatrixRef),
    start: Start,
    c: MatrixMut,
    finish: impl Fn(Range<usize>, Range<usize>, MatrixMut) + Sync,
) {
    assert!(
        a.columns() == b.rows() && c.shape() == (a.rows(), b.columns()),
        "product of matrices of shapes {:?} and {:?} into one of shape {:?}",
        a.shape(),
        b.shape(),
        c.shape()
    );
    let work = b.rows() * b.columns() * (a.rows() + PACKING);
    let threads = threads().min(work / PIECE).max(1);
    let parts = parts(threads, (a, b));
    let sparse = Sparse::of(a, b);
    let grid = Grid {
        output: c,
        parts,
        unit: UNIT,
    };
    grid.run(|down, across, c| {
        let finish = |rows: Range<usize>, columns: Range<usize>, c: MatrixMut| {
            finish(shifted(rows, down.start), shifted(columns, across.start), c);
        };
        let blocks = row_blocks(a, down.clone());
        let (a, b) = (
            a.row_block(down.clone()),
            b.block(0..b.rows(), across.clone()),
        );
        multiply(isa, start, (a, b), sparse, &blocks, c, &finish);
    });
}

fn shifted(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Into how many parts C is cut, down and across: the cut whose largest part is the least work, what
/// each part has to turn of the two factors included.
fn parts(threads: usize, (a, b): (MatrixRef, MatrixRef)) -> (usize, usize) {
    let (rows, columns) = (a.rows(), b.columns());
    let down = match order::is_transpose(a) {
        true => order::parts(threads, rows),
        false => threads,
    };
    let largest = |length: usize, parts, unit| length.div_ceil(unit).div_ceil(parts) * unit;
    let turning = |factor: MatrixRef| match factor.has_adjacent_columns() {
        true => 0,
        false => PACKING,
    };
    let cut = |parts: usize, length: usize, unit| parts.min(length.div_ceil(unit)).max(1);
    let down = cut(down, rows, UNIT.0);
    let cuts = [
        (1, cut(threads, columns, UNIT.1)),
        (down, cut(threads / down, columns, UNIT.1)),
    ];
    let work = |&(down, across): &(usize, usize)| {
        let (rows, columns) = (
            largest(rows, down, UNIT.0),
            largest(columns, across, UNIT.1),
        );
        rows * columns + turning(a) * rows + turning(b) * columns
    };
    *cuts.iter().min_by_key(|cut| work(cut)).expect("two cuts")
}

/// One rectangle, on this thread.
fn multiply(
    isa: Isa,
    start: Start,
    (a, b): (MatrixRef, MatrixRef),
    sparse: Sparse,
    blocks: &[Range<usize>],
    mut c: MatrixMut,
    finish: &Finish,
) {
    if a.columns() == 0 {
        if start == Start::Zero {
            (0..c.rows()).for_each(|i| c.row_mut(i).fill(0.0));
        }
        let (rows, columns) = c.shape();
        return finish(0..rows, 0..columns, c);
    }
    thread_local! {
        static ROOM: RefCell<Room> = RefCell::default();
    }
    ROOM.with_borrow_mut(|room| {
        isa.run(Product {
            a,
            b,
            start,
            c,
            sparse,
            blocks,
            room,
            finish,
        });
    });
}
