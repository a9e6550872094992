//! `kernels check` with libraries that the tests compile.

mod baseline;
mod deaths;
mod flags;
mod functions;
mod honest;
mod library;
