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
