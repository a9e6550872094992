//! Tests every kernel on every instruction set of this machine against its exact oracle, and compares all
//! instruction sets and numbers of threads bit by bit.

mod adaptive;
mod channels;
mod convolution;
mod dense;
mod elementwise;
mod functions;
mod gemm;
mod pool;
mod rows;
mod shapes;
mod sums;
mod supervised;
mod support;
mod team;
mod terms;
