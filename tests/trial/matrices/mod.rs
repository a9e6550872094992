//! Products of matrices, and of a matrix and a vector.

mod faulty;
mod faulty_memory;
mod faulty_vector;
mod honest;
mod refuse;
mod support;
