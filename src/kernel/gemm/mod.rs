//! The matrix product, following Goto and van de Geijn (ACM TOMS 34, 2008), with the terminology of
//! BLIS.
//!
//! | loop | file | purpose |
//! |---|---|---|
//! | threads | `product` | cuts C into rectangles, one per thread; the contract of [`gemm()`] |
//! | blocks | `macro_kernel` | cuts a rectangle so that a block of A and a panel of B stay in the caches |
//! | packing | `pack_a`, `pack_b` | copies what the micro-kernel could not read efficiently in place |
//! | micro-kernel | `micro_kernel` | a tile of C in registers: one fused multiply-add per term and vector |
//!
//! `blocking` defines the block sizes. After ReLUs, half of A is zero: `nonzero` lists the terms that
//! are not skipped in each micro-panel of A, and `row_order` reorders the rows of a transpose to make
//! these lists short.

mod blocking;
mod macro_kernel;
#[expect(
    unsafe_code,
    reason = "bounds are asserted once a tile, not once a term"
)]
mod micro_kernel;
mod nonzero;
mod pack_a;
mod pack_b;
mod product;
mod row_order;
mod transpose;

pub use blocking::ROW_GROUP;
pub use product::gemm;
pub(super) use product::gemm_then;
