//! `kernels check` with libraries that the tests compile.

mod baseline;
mod deaths;
mod flags;
mod functions;
mod honest;
mod library;
mod long_runs;
mod matrices;
mod order;
mod pairs;
