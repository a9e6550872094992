//! The matrix product.
//!
//! Every element of the output is *one* chain of fused multiply-adds in the order of `k`. So the
//! work may be cut as the machine likes it, and the bits do not change:
//!
//! ```text
//!            n                threads   (here)    rectangles of C, cut at whole tiles
//!       ┌─────────┐           blocks    `block`   parts of A and B that fit in the caches
//!     k │    B    │           panels    `pack`    copied so that a tile reads straight on
//!       └─────────┘           tiles     `tile`    registers; the chain goes on through memory
//!   k   ┌─────────┐                               from one block of k to the next
//!  ┌──┐ │    ▒▒   │
//! m│A │ │    C    │           The scheme is that of Goto and van de Geijn (ACM TOMS 34, 2008)
//!  └──┘ └─────────┘           and of BLIS.
//! ```

mod block;
mod pack;
mod tile;

use std::cell::RefCell;

use block::{Buffers, Product};
pub(super) use pack::Buffer;

use super::isa::Isa;
use super::start::Start;
use super::view::{MatrixMut, MatrixRef};

/// Multiply-adds that are worth a thread of their own: tens of microseconds.
const PIECE: usize = 1 << 20;

/// What packing a number of B costs, in multiply-adds.
const PACKING: usize = 16;

/// Rectangles are cut at multiples of every tile's rows and columns.
const UNIT: (usize, usize) = (12, 32);

/// `c_ij ← start + Σ_k a_ik b_kj`, where the sum is the chain `s ← fma(a_ik, b_kj, s)` over
/// k = 0, 1, …, which begins with +0 ([`Start::Zero`]) or with what stands in `c_ij`
/// ([`Start::Accumulate`]): one rounding per term.
///
/// `a`: m × k, `b`: k × n, any strides (a transpose is a view); `c`: m × n. Runs on the threads of
/// the current rayon pool.
///
/// # Panics
/// When the shapes do not fit.
pub fn gemm(isa: Isa, a: MatrixRef, b: MatrixRef, start: Start, mut c: MatrixMut) {
    assert!(
        a.columns() == b.rows() && c.shape() == (a.rows(), b.columns()),
        "product of matrices of shapes {:?} and {:?} into one of shape {:?}",
        a.shape(),
        b.shape(),
        c.shape()
    );
    if a.columns() > 0 {
        let work = b.rows() * b.columns() * (a.rows() + PACKING);
        let threads = rayon::current_num_threads().min(work / PIECE).max(1);
        return divide(isa, start, (a, b, c), threads);
    }
    if start == Start::Zero {
        (0..c.rows()).for_each(|i| c.row_mut(i).fill(0.0));
    }
}

/// The operands and the output of a product.
type Operands<'a> = (MatrixRef<'a>, MatrixRef<'a>, MatrixMut<'a>);

/// Cuts the longer side of `c` in the proportion of the threads, until each has one rectangle.
fn divide(isa: Isa, start: Start, (a, b, c): Operands, threads: usize) {
    let (rows, columns) = c.shape();
    let by_rows = rows >= columns;
    let (length, unit) = match by_rows {
        true => (rows, UNIT.0),
        false => (columns, UNIT.1),
    };
    if threads == 1 || length <= unit {
        return multiply(isa, start, (a, b, c));
    }
    let share = threads / 2;
    let cut = length * share / threads;
    let (first, second) = halves((a, b, c), by_rows, cut.next_multiple_of(unit).min(length));
    rayon::join(
        || divide(isa, start, first, share),
        || divide(isa, start, second, threads - share),
    );
}

/// Cuts `c`, and with it `a` at a row or `b` at a column.
fn halves<'a>((a, b, c): Operands<'a>, by_rows: bool, at: usize) -> (Operands<'a>, Operands<'a>) {
    let (rows, columns) = c.shape();
    if by_rows {
        let (above, below) = c.split_at_row(at);
        let (first, second) = (a.row_block(0..at), a.row_block(at..rows));
        return ((first, b, above), (second, b, below));
    }
    let (left, right) = c.split_at_column(at);
    let part = |columns| b.block(0..b.rows(), columns);
    ((a, part(0..at), left), (a, part(at..columns), right))
}

/// One rectangle, on this thread.
fn multiply(isa: Isa, start: Start, (a, b, c): Operands) {
    thread_local! {
        /// Kept from product to product: fresh pages cost more than a small product.
        static BUFFERS: RefCell<Buffers> = RefCell::default();
    }
    BUFFERS.with_borrow_mut(|buffers| {
        isa.run(Product {
            a,
            b,
            start,
            c,
            buffers,
        });
    });
}
