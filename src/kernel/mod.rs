//! Room **kernel**: f32 SIMD kernels, one file per kernel. All unsafe code of the crate is in this module.
//!
//! # The promise
//!
//! Every instruction set computes the same bits, for any number of threads (except for the payload of a
//! NaN), and the tests compare with `==`. Nothing has to be compared "up to rounding", because the order
//! of the roundings is part of the definition of each kernel:
//!
//! * a vector has 16 lanes on every machine; sums run in 64 virtual lanes (4 vectors) that are added in
//!   one fixed tree, and the sequence is padded with zeros to whole blocks;
//! * every multiply-add is fused;
//! * an element of a matrix product ([`gemm`]) is one chain of fused multiply-adds in the order of `k`,
//!   so no tiling, packing or threading can change it; in a fully connected layer with few samples it is
//!   a sum in lanes or in pieces, as [`dense`] documents;
//! * every number of a convolution's three products is also one such chain, in an order given by its
//!   definition;
//! * a long sum is cut into pieces of fixed length, whose sums are added in order: the number of threads
//!   decides which thread adds, but not what is added.
//!
//! # How it is built
//!
//! | file | contents |
//! |---|---|
//! | `isa` | detection; [`Isa`], whose values prove that the machine has the instructions |
//! | `lanes` | the operations on 16 lanes in which the algorithms are written |
//! | `portable`, `x86/*` | those operations, each for one instruction set |
//! | `view` | [`MatrixRef`], [`MatrixMut`], outputs cut into shares |
//! | `buffer` | memory that is reused from call to call |
//! | `window` | a window that slides over an image, and which pixels it reads |
//! | `elementwise` | applies a function of single lanes to slices and rows, in parallel |
//! | `chains` | sums in 64 lanes |
//! | `gemm` | the matrix product, in the scheme of BLIS |
//! | `team` | how work is shared among threads, and threads that wait for it |
//! | [`dense`] | the kernels of fully connected layers |
//! | [`foreign`] | functions of other people's libraries, which are put on trial |
//! | [`convolution`], [`pool`] | the kernels of images; they run on the calling thread |
//! | `guarded`, `environment` | for kernels on trial: memory between inaccessible pages, and what a call left changed in the processor |
//! | `function` | elementary and activation functions in f64, rounded once; functions of rows |
//! | `peak` | FMAs on registers only, to measure the speed of the machine |
//! | the others | one kernel each, written once for all instruction sets |

mod adaptive;
mod axpy;
mod buffer;
mod chains;
mod channels;
mod column_sums;
pub mod convolution;
pub mod dense;
mod dot;
mod elementwise;
#[expect(
    unsafe_code,
    reason = "the state of the processor is read and put back"
)]
mod environment;
#[expect(unsafe_code, reason = "functions of shared libraries are called")]
pub mod foreign;
mod function;
mod gather;
mod gemm;
#[expect(unsafe_code, reason = "pages that nobody may touch")]
mod guarded;
mod isa;
mod lanes;
mod multiply;
mod peak;
pub mod pool;
mod portable;
mod relu;
mod relu_backward;
mod row_products;
mod running;
mod scale;
mod start;
#[expect(unsafe_code, reason = "work on one stack runs on other threads")]
mod team;
mod view;
mod wide;
mod window;
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "intrinsics; a token is the proof that they may be called"
)]
mod x86;

pub use adaptive::{Adaptive, denominators, descend_adaptive};
pub use axpy::{add_row, axpy, row_axpy};
pub use channels::{blend, channel_dots, channel_sums, scale_shift};
pub use column_sums::column_sums;
pub use dot::{dot, row_dots};
pub use environment::{LeftChanged, environment_is_known, watched};
pub use function::{
    Elementary, Nonlinearity, elementary, log_sum_exp_rows, nonlinear, nonlinear_derivative,
    nonlinear_second_derivative, softmax_rows,
};
pub use gather::gather;
pub use gemm::{ROW_GROUP, gemm};
pub use guarded::{Guarded, Place};
pub use isa::Isa;
pub use multiply::multiply;
pub use peak::peak;
pub use relu::relu;
pub use relu_backward::relu_backward;
pub use row_products::row_products;
pub use running::{approach, decay, decay_squares};
pub use scale::scale;
pub use start::Start;
pub use team::{alone, share, share_out, threads, with_team};
pub use view::{MatrixMut, MatrixRef};
pub use wide::{dot_wide, sum};
pub use window::{Sides, Window};
