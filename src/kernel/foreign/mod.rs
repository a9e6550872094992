//! Functions of other people's shared libraries, behind safe calls.
//!
//! | file | contents |
//! |---|---|
//! | `signature` | the signatures that are known, with their C declarations |
//! | `library`, `function` | loads a library and finds a function in it |
//! | `blas`, `functions` | one type for each signature; its `call` takes slices |
//! | `board`, `call` | memory shared with the program that watches: which call is running |
//! | `supervision` | what a watched process does about signals, limits and output |
//!
//! # What is promised
//!
//! A foreign function can do anything, and no type can prevent that. Calls are *safe* here in the sense
//! that everything that its declaration demands is checked before the call: the lengths of the operands,
//! their strides, their alignment. What a faulty function does all the same is the subject of the trial,
//! which therefore runs in a process of its own ([`supervise`]).

mod blas;
mod board;
mod call;
mod function;
mod functions;
mod library;
mod signature;
mod supervision;

pub use blas::{Sasum, Saxpy, Sdot, Sgemm, SgemmArguments, Sgemv, SgemvArguments, Snrm2, Sscal};
pub use board::{Board, Call, Death, LOADING, NO_CASE};
pub use function::Foreign;
pub use functions::{FloatBinary, FloatUnary, FloatVector};
pub use library::{Library, LoadError};
pub use signature::Signature;
pub use supervision::{CRASHED, Limits, WROTE, begin_case, supervise, wait_for_each_output};
