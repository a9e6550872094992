//! Products of matrices, and of a matrix and a vector.

pub mod faulty;
mod faulty_memory;
pub mod faulty_vector;
pub mod honest;
mod refuse;
mod support;
