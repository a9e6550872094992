//! The trials of the functions of vectors: dot, axpy, scal, nrm2, asum.
//!
//! | file | contents |
//! |---|---|
//! | `cases` | the numbered cases |
//! | `conditioned` | the error of a dot product against its condition number |
//! | `elements` | families of values that are known to break kernels |
//! | `elementwise` | the results that an element may have |
//! | `judge` | a sum against the bound for any order; an element against its permitted results |
//! | `reduce` | what the functions of one vector have in common |
//! | the others | one function each, with its bound and its policies |
//!
//! # Strides and overlaps
//!
//! | | the reference BLAS | what is tried |
//! |---|---|---|
//! | a negative stride of sdot, saxpy | the vector begins at its far end | the same |
//! | a negative stride of snrm2 | until 3.9 the result is 0, since 3.10 the vector begins at its far end | both are permitted; 0 proves little |
//! | a negative stride of sasum, sscal | returns 0, leaves x | that is permitted and proves little; any other result is judged as the formula says |
//! | the stride 0 | sdot and saxpy take one element n times over, and saxpy adds to one y n times; sasum returns 0 and sscal leaves x; snrm2 returns 0 until 3.9, since 3.10 √n·\|x₁\|; sgemv refuses it | nothing: only the loops of the reference say so, and the standard of the BLAS Technical Forum (2001) calls the stride 0 an error, so that an honest kernel may do anything |
//! | operands that overlap | not defined where one of them is written, by the rules of Fortran | nothing: every operand has memory of its own |

mod asum;
mod axpy;
mod cases;
mod conditioned;
mod dot;
mod elements;
mod elementwise;
mod judge;
mod nrm2;
mod reduce;
mod scal;

pub use asum::check_asum;
pub use axpy::check_axpy;
pub use conditioned::{CONDITIONED_LENGTH, conditioned_textbook};
pub use dot::check_dot;
pub use nrm2::check_nrm2;
pub use scal::check_scal;

/// Where element `i` stands among the elements in the order of memory.
fn logical(i: usize, count: usize, stride: isize) -> usize {
    if stride < 0 { count - 1 - i } else { i }
}
