//! `kernels check` with libraries that the tests compile.

mod baseline;
mod deaths;
mod flags;
mod honest;
mod library;
