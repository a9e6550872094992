//! Views of matrices: what the kernels read and write.

mod read;
#[expect(
    unsafe_code,
    reason = "disjoint blocks of one matrix go to several threads"
)]
mod write;

pub use read::MatrixRef;
pub(super) use write::ColumnShares;
pub use write::MatrixMut;
