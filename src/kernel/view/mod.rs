//! Matrix views, which the kernels read and write.

mod read;
#[expect(unsafe_code, reason = "parts write to disjoint blocks")]
mod shares;
#[expect(
    unsafe_code,
    reason = "disjoint blocks of one matrix go to several threads"
)]
mod write;

pub use read::MatrixRef;
pub(super) use shares::{Cut, Cuts, Grid, share_of, share_out};
pub use write::MatrixMut;
