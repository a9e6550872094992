//! Room **kernel**: f32 SIMD kernels, one kernel one file. All unsafe code of the crate lives here.

mod isa;
mod plain;
#[expect(
    unsafe_code,
    reason = "disjoint blocks of one matrix go to several threads"
)]
mod view;

pub use isa::Isa;
pub use plain::*;
pub use view::{MatrixMut, MatrixRef};
