//! The kernels of [`crate::kernel`] in the form in which they are tried.

mod vectors;

pub use vectors::{Axpy, Dot, DotWide, Norm, Scal};
