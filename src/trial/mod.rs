//! Room **trial**: puts numerical kernels on trial against the oracle, ours and anyone's.
//!
//! A kernel is a value of one of the traits in `kernels`. A trial runs it on every input where that can
//! be, otherwise on inputs that are known to break kernels, and returns a [`Verdict`].
//!
//! | file | contents |
//! |---|---|
//! | `kernels` | what can be tried: one trait for each kind of kernel |
//! | `scope` | what a kernel takes, and by which policy its special cases are judged |
//! | `verdict`, `runs` | what a trial found, and how it is written |
//! | [`bins`] | the inputs of a unary function in the order of value, in 512 parts |
//! | [`conditioned`](fn@conditioned) | the error of a dot product against its condition number |
//! | `recorder` | gathers faults while a trial runs |

pub mod bins;
mod conditioned;
mod kernels;
mod recorder;
mod runs;
mod scope;
mod verdict;

pub use conditioned::{Conditioned, LENGTH, conditioned};
pub use kernels::{
    Asum, Axpy, Binary, Dot, Gemm, Gemv, MatrixVector, Nrm2, Order, Product, Scal, Unary, Vector,
    VectorMut,
};
pub use recorder::{Example, Recorder};
pub use scope::{Policy, Scope};
pub use verdict::{CLASSES, Density, Fault, FaultKind, Histogram, Verdict, WorstInput};
