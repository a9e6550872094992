//! The matrix product, by the scheme of Goto and van de Geijn (ACM TOMS 34, 2008) in the names of BLIS.
//!
//! | loop | file | what it does |
//! |---|---|---|
//! | threads | `product` | cuts C into rectangles, one for each thread; the contract of [`gemm()`] |
//! | blocks | `macro_kernel` | cuts a rectangle so that a block of A and a panel of B stay in the caches |
//! | packing | `pack_a`, `pack_b` | copies what the micro-kernel could not read fast where it stands |
//! | micro-kernel | `micro_kernel` | a tile of C in registers: one fused multiply-add per term and vector |
//!
//! `blocking` holds the sizes. Behind rectifiers half of A is zero: `nonzero` lists the terms that
//! count for each micro-panel of A, and `row_order` moves rows of a transpose so that the lists are short.

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
