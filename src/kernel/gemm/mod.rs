//! The matrix product.
//!
//! Every element of the output is *one* chain of fused multiply-adds in the order of `k`. So the
//! work may be cut as the machine likes it, and the bits do not change. Terms may even be left out
//! that are zero for a whole group of elements (`terms`, `order`): a quarter of the work behind
//! rectifiers. What many products share is found (`zeros`) and copied (`packed`) once.
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
mod operands;
mod order;
mod pack;
mod packed;
mod panels;
mod right;
mod terms;
#[expect(unsafe_code, reason = "it adds terms that it has compared")]
mod tile;
mod zeros;

use std::cell::RefCell;
use std::iter::{once, repeat, zip};
use std::ops::Range;

use block::{Finish, Product, Room, row_blocks};
use terms::Sparse;

use super::isa::Isa;
use super::start::Start;
use super::team::threads;
use super::view::{Grid, MatrixMut, run_grids};

pub use operands::{LeftFactor, RightFactor};
pub use packed::{Panels, PanelsBlock};
pub use zeros::Zeros;

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
/// transpose) is cut in 2ᵇ bands, as many as leave 192·2ᵇ ≤ m, or one; with u = ⌈m/6⌉ band p begins at
/// row 6·⌊u·p/2ᵇ⌋. In each block the rows of a band are looked at in at most 64 terms, every
/// ⌈length/64⌉-th of the block, and sorted by how many of these are not zero, equal ones in their order.
/// A group takes the first row that is left and then, five times, that one of the first 16 left (the
/// first of equal ones) which is not zero in the fewest looks in which the group so far is.
///
/// For a factor whose zeros are known ([`Zeros`]) the numbers of the matrix decide that they were found
/// in, for any n; for [`LeftFactor::full`] and a `b` in [`Panels`] nothing is looked for.
///
/// `a`: m × k, a matrix of any strides (a transpose is a view) or one whose zeros are known; `b`: k × n,
/// a matrix of any strides or one that is kept in [`Panels`]; `c`: m × n. Runs on the threads of the
/// current rayon pool.
///
/// # Panics
/// When the shapes do not fit.
pub fn gemm<'a>(
    isa: Isa,
    a: impl Into<LeftFactor<'a>>,
    b: impl Into<RightFactor<'a>>,
    start: Start,
    c: MatrixMut,
) {
    gemm_then(isa, (a.into(), b.into()), start, c, |_, _, _| {});
}

/// A sum of products, `c ← start + a·b + a'·b' + …`: for every element one chain, through all terms of
/// the first product, then through those of the second, and so on.
pub struct Sum<'a> {
    /// The factors of each product.
    pub products: Vec<(LeftFactor<'a>, RightFactor<'a>)>,
    /// What the chains begin with.
    pub start: Start,
    /// m × n.
    pub c: MatrixMut<'a>,
}

/// Several sums of products at once, of the bits of one [`gemm`] after the other: the threads wait for
/// each other when all are done. The longest should stand first.
///
/// # Panics
/// When shapes do not fit, a sum has no product, or transposes and others are left factors in one sum,
/// which are cut differently.
pub fn gemm_sums(isa: Isa, sums: Vec<Sum>) {
    let threads = threads();
    let (mut grids, mut products) = (Vec::new(), Vec::new());
    for Sum {
        products: terms,
        start,
        c,
    } in sums
    {
        let first = terms.first().expect("a product");
        for (a, b) in &terms {
            assert_shapes(a, b, &c);
            assert_eq!(
                a.is_transpose(),
                first.0.is_transpose(),
                "a sum of products of transposes alone or of none"
            );
        }
        grids.push(grid(threads, &terms, c));
        products.push((terms, start));
    }
    run_grids(grids, |number, down, across, mut c| {
        let (terms, start) = &products[number];
        let starts = once(*start).chain(repeat(Start::Accumulate));
        for (factors, start) in zip(terms, starts) {
            let place = (down.clone(), across.clone());
            multiply(isa, start, *factors, place, c.reborrow(), &|_, _, _| {});
        }
    });
}

/// [`gemm`], and `finish` for each block of `c` that is done, with the rows and columns it covers,
/// while it is in the cache.
pub(super) fn gemm_then<'a>(
    isa: Isa,
    (a, b): (LeftFactor<'a>, RightFactor<'a>),
    start: Start,
    c: MatrixMut,
    finish: impl Fn(Range<usize>, Range<usize>, MatrixMut) + Sync,
) {
    assert_shapes(&a, &b, &c);
    grid(threads(), &[(a, b)], c).run(|down, across, c| {
        let finish = |rows: Range<usize>, columns: Range<usize>, c: MatrixMut| {
            finish(shifted(rows, down.start), shifted(columns, across.start), c);
        };
        let place = (down.clone(), across.clone());
        multiply(isa, start, (a, b), place, c, &finish);
    });
}

fn assert_shapes(a: &LeftFactor, b: &RightFactor, c: &MatrixMut) {
    let (a, b) = (a.matrix.shape(), b.shape());
    assert!(
        a.1 == b.0 && c.shape() == (a.0, b.1),
        "product of matrices of shapes {a:?} and {b:?} into one of shape {:?}",
        c.shape()
    );
}

/// How the output of a sum of products is cut for so many threads.
fn grid<'c>(
    threads: usize,
    products: &[(LeftFactor<'_>, RightFactor<'_>)],
    output: MatrixMut<'c>,
) -> Grid<'c> {
    let depth: usize = products.iter().map(|(_, b)| b.shape().0).sum();
    let work = depth * output.columns() * (output.rows() + PACKING);
    let threads = threads.min(work / PIECE).max(1);
    let (a, b) = &products[0];
    Grid {
        output,
        parts: parts(threads, (a, b)),
        unit: UNIT,
    }
}

fn shifted(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Into how many parts C is cut, down and across: the cut whose largest part is the least work, what
/// each part has to turn of the two factors included.
fn parts(threads: usize, (a, b): (&LeftFactor, &RightFactor)) -> (usize, usize) {
    let (rows, columns) = (a.matrix.rows(), b.shape().1);
    let down = match a.is_transpose() {
        true => order::parts(threads, rows),
        false => threads,
    };
    let largest = |length: usize, parts, unit| length.div_ceil(unit).div_ceil(parts) * unit;
    let turning = |is_turned| if is_turned { PACKING } else { 0 };
    let (turning_a, turning_b) = (
        turning(!a.matrix.has_adjacent_columns()),
        turning(b.is_turned()),
    );
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
        rows * columns + turning_a * rows + turning_b * columns
    };
    *cuts.iter().min_by_key(|cut| work(cut)).expect("two cuts")
}

/// One rectangle, on this thread.
fn multiply(
    isa: Isa,
    start: Start,
    (a, b): (LeftFactor, RightFactor),
    (down, across): (Range<usize>, Range<usize>),
    mut c: MatrixMut,
    finish: &Finish,
) {
    let depth = b.shape().0;
    if depth == 0 {
        if start == Start::Zero {
            (0..c.rows()).for_each(|i| c.row_mut(i).fill(0.0));
        }
        let (rows, columns) = c.shape();
        return finish(0..rows, 0..columns, c);
    }
    thread_local! {
        static ROOM: RefCell<Room> = RefCell::default();
    }
    let sparse = Sparse::of(&a, &b);
    let blocks = row_blocks(a.matrix, down.clone());
    ROOM.with_borrow_mut(|room| {
        isa.run(Product {
            a: a.row_block(down),
            b: b.block(0..depth, across),
            start,
            c,
            sparse,
            blocks: &blocks,
            room,
            finish,
        });
    });
}
