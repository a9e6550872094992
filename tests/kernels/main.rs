//! Every kernel, on every instruction set of this machine, against its exact oracle, and every
//! instruction set and number of threads against every other, bit for bit.

mod adaptive;
mod channels;
mod convolution;
mod dense;
mod elementwise;
mod gemm;
mod pool;
mod rows;
mod shapes;
mod sums;
mod support;
mod team;
mod terms;
