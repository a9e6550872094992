//! The part of the Python package that is in Rust: `sgd_stability._native`.
//!
//! Arrays come as the bytes of npy files and weights as those of checkpoints, so that the readers of files check
//! them. Answers go back as JSON. What a Python user calls is in `sgd_stability/`, beside this folder.

mod decide;
mod diagnose;
mod fault;
mod signals;
mod words;

/// The native module of the package.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::decide::decide;
    #[pymodule_export]
    use crate::diagnose::diagnose;
}
