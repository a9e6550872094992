//! Room **kernel**: f32 SIMD kernels, one kernel one file. All unsafe code of the crate lives here.
//!
//! # The promise
//!
//! Every instruction set gives the same bits, for any number of threads (the payload of a NaN
//! excepted), and the test of it is `==`. Nothing has to be compared "up to rounding", because the
//! order of the roundings is part of what a kernel *means*:
//!
//! * a vector has 16 lanes whatever the machine has; sums run in 64 virtual lanes (4 vectors)
//!   that are added in one fixed tree, the sequence being padded with zeros to whole blocks;
//! * every multiply-add is fused;
//! * an element of a matrix product ([`gemm`]) is one chain of fused multiply-adds in the order of
//!   `k`, so no tiling, packing or threading can change it; in a fully connected layer with few
//!   samples it is a sum in lanes or in pieces, as [`dense`] says;
//! * so is every number of a convolution's three products, in an order that its definition gives;
//! * a long sum is cut into pieces of fixed length, whose sums are added in order: the number of
//!   threads decides who adds, never what is added.
//!
//! # How it is built
//!
//! | file | what is in it |
//! |---|---|
//! | `isa` | detection; [`Isa`], whose values are the proof that the machine has the instructions |
//! | `lanes` | the operations on 16 lanes that the algorithms are written in |
//! | `portable`, `x86/*` | those operations, bound to one instruction set each |
//! | `view` | [`MatrixRef`], [`MatrixMut`], outputs cut into shares |
//! | `buffer` | memory that is kept from call to call |
//! | `window` | a window that slides over an image, and which pixels meet under it |
//! | `elementwise` | how a function of one lane runs over slices and rows, in parallel |
//! | `chains` | how sums run in 64 lanes |
//! | `team` | how work is shared out among threads, and threads that stand by for it |
//! | [`dense`] | the kernels of fully connected layers |
//! | [`convolution`], [`pool`] | kernels of images; on the calling thread |
//! | `peak` | FMAs that read nothing: how fast the machine is |
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
mod gather;
mod gemm;
mod isa;
mod lanes;
mod multiply;
mod peak;
pub mod pool;
mod portable;
mod relu;
mod relu_backward;
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
pub use gather::gather;
pub use gemm::{ROW_GROUP, gemm};
pub use isa::Isa;
pub use multiply::multiply;
pub use peak::peak;
pub use relu::relu;
pub use relu_backward::relu_backward;
pub use running::{approach, decay, decay_squares};
pub use scale::scale;
pub use start::Start;
pub use team::{alone, share, share_out, threads, with_team};
pub use view::{MatrixMut, MatrixRef};
pub use wide::{dot_wide, sum};
pub use window::{Sides, Window};
