//! Room **trial**: puts numerical kernels on trial against the oracle, ours and anyone's.
//!
//! A kernel is a value of one of the traits in `kernels`. A trial runs it on every input where that can
//! be, otherwise on inputs that are known to break kernels, and returns a [`Verdict`].
//!
//! | file | contents |
//! |---|---|
//! | `kernels` | what can be tried: one trait for each kind of kernel |
//! | `scope` | what a kernel takes, and by which policy its special cases are judged |
//! | `fault` | what may be wrong with a kernel |
//! | `verdict`, `runs` | what a trial found, and how it is written |
//! | [`bins`] | the inputs of a unary function in the order of value, in 512 parts |
//! | `foreign` | functions of shared libraries as kernels |
//! | [`unary`] | the trial of a function of one number |
//! | `guest` | a function of one number that may do what it must not |
//! | `guest` | a function of one or two numbers that may do what it must not |
//! | `lanes` | whether a function over arrays depends on the place of a number |
//! | [`binary`] | the trial of a function of two numbers |
//! | `notation` | how numbers are written in verdicts |
//! | `recorder` | gathers faults while a trial runs |
//! | `options` | how a trial of numbered cases is run |
//! | `operand` | memory for operands, in which nothing but results may change |
//! | `calls` | one call, and whether it left everything as it was |
//! | `case_trial` | a trial of numbered cases: runs them and gathers what was found |
//! | `dice` | random numbers that depend on the number of a case only |
//! | `vectors` | the trials of dot, axpy, scal, nrm2 and asum |
//! | `elements` | compares the elements of a result with what is permitted |
//! | `matrices` | products of matrices, and of a matrix and a vector |
//! | `row`, `table` | what kernels could do when it was recorded; later runs are compared with it |
//! | `dice` | random numbers that depend on the number of a case only |
//! | `vectors` | the trials of dot, axpy, scal, nrm2 and asum |
//! | [`ours`] | the kernels of this crate, each with its trial |

pub mod binary;
pub mod bins;
mod calls;
mod case_trial;
mod dice;
mod elements;
mod fault;
mod foreign;
mod guest;
mod kernels;
mod lanes;
mod matrices;
mod notation;
mod operand;
mod options;
pub mod ours;
mod recorder;
mod row;
mod runs;
mod scope;
mod table;
pub mod unary;
mod vectors;
mod verdict;

pub use case_trial::{CaseTrial, Judgement, NumberedCase, Wrong};
pub use guest::{Guest, GuestOfTwo};
pub use kernels::{
    Asum, Axpy, Binary, Dot, Gemm, Gemv, MatrixVector, Nrm2, Order, Product, Scal, Unary, Vector,
    VectorMut,
};
pub use lanes::check_lanes;
pub use matrices::{check_gemm, check_gemv};
pub use operand::{Input, Pattern};
pub use options::Options;
pub use recorder::{Example, Recorder};
pub use row::Row;
pub use scope::{Policy, Scope};
pub use table::{Comparison, Table};
pub use vectors::{
    CONDITIONED_LENGTH, check_asum, check_axpy, check_dot, check_nrm2, check_scal,
    conditioned_textbook,
};
pub use verdict::{
    CLASSES, Conditioned, Density, Fault, FaultKind, Histogram, Verdict, WorstInput,
};
